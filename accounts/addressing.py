"""Who a document comes from, where it goes, and the slip at its foot. Words only, frozen into documents.

What asks for `to` takes an account, whose guarantor is meant, or a payer, whose billing contact is meant.
"""

from datetime import date

from django.utils.translation import gettext as _

from billing_office.lib import dates, money
from billing_office.staff.letterhead import logo_of
from billing_office.staff.models import Office

from . import facts
from .models import Account, ContactPoint, Payer


def letterhead(office: Office) -> dict:
    """Name and lines at the head of a paper, and the hash of the logo it is to have. One query."""
    address = ", ".join(line for line in [office.street, office.city_line] if line)
    reach = ", ".join(line for line in [office.phone, office.hours] if line)
    net = " · ".join(line for line in [office.email, office.website] if line)
    words = {"name": office.name, "contact": "\n".join(line for line in [address, reach, net] if line)}
    return words | ({"logo": sha256} if (sha256 := logo_of(office)) else {})


def mailing_lines(to: Account | Payer) -> list[str]:
    """Name and postal address; the name alone while no good address is known."""
    if isinstance(to, Payer):
        return [line for line in [to.name, to.contact, to.street, to.city_line] if line]
    point = postal(to)
    return [to.answering.name, *(point.lines if point else [])]


def references(to: Account | Payer) -> list[list[str]]:
    """The reference, and what the account says in its office's own fields that stand on papers. One query."""
    return [[*reference(to)], *([] if isinstance(to, Payer) else facts.printed(to))]


def reference(to: Account | Payer) -> tuple[str, str]:
    """What we call them by, and the number: `Account A-10246`, `Customer H-00005`."""
    return (_("Customer"), to.house_account.number) if isinstance(to, Payer) else (_("Account"), to.number)


def postal(account: Account) -> ContactPoint | None:
    return _best(account, ContactPoint.Kind.POSTAL)


def email(account: Account) -> ContactPoint | None:
    """The guarantor's usable e-mail address, a consented one first; None when there is none."""
    return _best(account, ContactPoint.Kind.EMAIL)


def _best(account: Account, kind: str) -> ContactPoint | None:
    points = [p for p in ContactPoint.objects.filter(client=account.answering.guarantor_id, kind=kind) if p.usable]
    return min(points, key=lambda p: (p.consent_on is None, not p.preferred, p.pk), default=None)


def slip(to: Account | Payer, office: Office, number: str, cents: int, due_on: date, kind: str = "") -> dict:
    """The part to send back with a cheque. No link and no QR code: there is no page yet that they could open.

    `kind` is what the document is called, "Invoice" by default.
    """
    pay_to = office.pay_to.strip() or "\n".join(line for line in [office.name, office.street, office.city_line] if line)
    word, own = reference(to)
    slip = {
        "cut": _("Paying by mail? Cut here and send this part with your check. Please do not send cash."),
        "mail": _("Write %(number)s on your check.\nSend it to:\n\n%(address)s")
        % {"number": number if isinstance(to, Payer) else own, "address": pay_to},
        "refs": [[word, own], [kind or _("Invoice"), number], [_("Pay by"), dates.long(due_on)]],
        "due": [_("Amount due"), f"${money.show(cents)}"],
        "enclosed": _("Enclosed $"),
    }
    if office.phone:
        slip["online"] = _("Questions? Call %(phone)s") % {"phone": office.phone}
    return slip
