"""From an empty database to the first invoice: what is to be done, in order, what is done, and who may do it.

Ten queries at the most. A step is done when the office's own records say so; nobody ticks anything.
"""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Account, Charge, Message, Payer
from billing_office.staff.access import RIGHTS, may
from billing_office.staff.letterhead import logo_of
from billing_office.staff.models import Office, Role, User
from insurance.models import Fee
from invoices.models import Invoice


@dataclass(frozen=True)
class Step:
    """`who` are the roles that may do it, in words, where this person may not; `needed` ones stand between here and the first invoice."""

    title: str
    why: str
    done: bool
    href: str = ""
    label: str = ""
    who: str = ""
    needed: bool = True


def set_up(request):
    """The guide for one office: of an admin's, any; of others', their own."""
    found = (
        Office.objects.order_by("name") if request.user.role == Role.ADMIN else request.user.offices.order_by("name")
    )
    offices = list(found)
    office = next((one for one in offices if str(one.pk) == request.GET.get("office")), offices[0] if offices else None)
    steps = _steps(office, request.user) if office else []
    wanted = [step for step in steps if step.needed]
    context = {
        "office": office, "offices": offices, "steps": steps, "done": sum(step.done for step in wanted), "of": len(wanted),
        "next": next((step for step in wanted if not step.done), None),
    }  # fmt: skip
    return render(request, "desk/set_up.html", context)


def _steps(office: Office, user: User) -> list[Step]:
    accounts = Account.objects.filter(office=office)
    return [*_ready_to_work(office, user), *_ready_to_bill(office, user, accounts)]


def _ready_to_work(office: Office, user: User) -> list[Step]:
    roles = set(office.staff.filter(is_active=True).values_list("role", flat=True))
    return [
        _step(
            user, "edit_settings", _("Say who the office is"),
            _("Name, address and telephone stand on every paper,"
            " and the kind of provider decides the words on screens and papers."),
            bool(office.street and office.city_line and office.phone),
            reverse("office_edit", args=[office.pk]), _("Edit the office"),
        ),
        _step(
            user, "edit_settings", _("Set its logo"), _("A neutral mark stands beside the name until then."), bool(logo_of(office)),
            reverse("office_logo_edit", args=[office.pk]), _("Set a logo"), needed=False,
        ),
        _step(
            user, "edit_staff", _("Add who bills"),
            _("A biller posts charges and issues invoices; a clerk keeps accounts and posts payments."),
            Role.BILLER in roles, reverse("staff_new"), _("Add a member of staff"),
        ),
        _step(
            user, "edit_staff", _("Add a second pair of eyes"), _("What is above a limit waits for a supervisor, never the one who asked."),
            Role.SUPERVISOR in roles, reverse("staff_new"), _("Add a supervisor"),
        ),
        _step(
            user, "read_settings", _("Let mail go out"), _("EMAIL_URL names the office’s mail server. Until then the mail sink catches all,"
            " where it is read and reaches nobody."), not settings.MAIL_SINK or _went_out(office), reverse("outbox"), _("See the outbox"),
            needed=False,
        ),
    ]  # fmt: skip


def _ready_to_bill(office: Office, user: User, accounts: QuerySet) -> list[Step]:
    first = accounts.order_by("pk").first()
    billed = Charge.objects.filter(account__office=office).order_by("pk").first()
    insured = [
        _step(
            user, "edit_payers", _("Name the payers"), _("Insurers, agencies and employers who are asked before the client."),
            Payer.objects.exists(), reverse("payer_new"), _("Add a payer"),
        ),
        _step(
            user, "edit_codes", _("Load your prices"),
            _("A fee schedule fills in the price of a charge and lets you estimate before a visit."),
            Fee.objects.exists(), reverse("fee_schedules"), _("Fee schedules"), needed=False,
        ),
    ] if office.words.insured else []  # fmt: skip
    return [
        *insured,
        _step(
            user, "import_accounts", _("Bring your accounts"),
            _("Send the list you have as CSV or XLSX, or open the first account by hand."),
            first is not None, reverse("account_import_new"), _("Send a list"),
        ),
        _step(
            user, "post_charges", _("Post the first charge"), _("What was done, when, and its price."), billed is not None,
            reverse("charge_new", args=[first.pk]) if first else "", _("Charge %(client)s") % {"client": first.name} if first else "",
        ),
        _step(
            user, "issue_invoices", _("Issue the first invoice"), _("It is rendered as PDF and mailed or printed by itself."),
            Invoice.objects.filter(office=office).exists(),
            reverse("invoice_new", args=[billed.account_id]) if billed else "", _("Issue an invoice") if billed else "",
        ),
    ]  # fmt: skip


def _step(user: User, right: str, title: str, why: str, done: bool, href: str, label: str, *, needed=True) -> Step:  # noqa: FBT001
    if may(user, right):
        return Step(title, why, done, href, label, needed=needed)
    words = [Role(role).label.lower() for role in sorted(RIGHTS[right])]
    return Step(title, why, done, who=_("done by: %(roles)s") % {"roles": ", ".join(words)}, needed=needed)


def _went_out(office: Office) -> bool:
    return Message.objects.filter(account__office=office, sent_at__isnull=False).exists()
