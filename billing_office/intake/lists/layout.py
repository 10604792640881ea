"""What a list of accounts may say, and the words by which its columns are guessed."""

from django.utils.translation import gettext_lazy as _

from accounts.facts import fields_of
from billing_office.lib import sheets
from billing_office.staff.models import Office

WANTED = {
    "reference": _("Their number for it"),
    "last_name": _("Last name, or organization"),
    "first_name": _("First name"),
    "name": _("Whole name"),
    "birth_date": _("Birth date"),
    "language": _("Language"),
    "financial_class": _("Class"),
    "phone": _("Phone"),
    "email": _("E-mail address"),
    "consent": _("Consent to e-mail on"),
    "street": _("Street"),
    "city": _("City"),
    "region": _("State"),
    "postcode": _("Postcode"),
    "opened_on": _("Opened on"),
    "balance": _("Open balance"),
    "balance_on": _("Balance since"),
    "note": _("Note"),
}
HELP = {
    "reference": _("Rows that share it become clients of one account. A number that was imported before is left out."),
    "name": _("Where there are no two columns: “Hill, Grace” or “Grace Hill”."),
    "consent": _("A day, or yes. Without it nothing is attached to mail."),
    "balance": _("What the client owes; becomes a charge “Balance brought forward”."),
    "balance_on": _("The day of that charge. Without it, today."),
}
SIGNS = {
    "consent": ("consent", "may e-mail", "opt-in"),
    "balance_on": ("balance since", "balance date", "as of"),
    "balance": ("balance", "owes", "owed", "outstanding", "amount due"),
    "first_name": ("first name", "given name", "firstname", "first"),
    "last_name": ("last name", "surname", "family name", "lastname", "organi", "last"),
    "birth_date": ("birth", "dob", "born"),
    "email": ("mail",),
    "phone": ("phone", "mobile", "tel"),
    "street": ("street", "address"),
    "city": ("city", "town"),
    "region": ("state", "region", "province"),
    "postcode": ("zip", "post"),
    "language": ("language",),
    "financial_class": ("class",),
    "opened_on": ("opened", "since", "customer from"),
    "note": ("note", "remark", "comment"),
    "reference": ("account", "number", "reference", "id", "chart", "mrn"),
    "name": ("name",),
}


def wanted(office: Office) -> dict[str, str]:
    """Every target by its key: those above, then the office's own fields as `field-<id>`."""
    return WANTED | {f"field-{field.pk}": field.label for field in fields_of(office)}


def guess(named: list[str], office: Office) -> dict[str, str]:
    """The columns by target. An office's own field takes a column of its name first."""
    own = {f"field-{field.pk}": (field.label.lower(),) for field in fields_of(office)}
    found = sheets.guess(named, own | SIGNS)
    if "last_name" in found:
        found.pop("name", None)
    return found
