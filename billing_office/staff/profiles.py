"""What kind of provider an office bills for: the words on its screens and papers, what it asks, and the fields it starts with."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Profile(TextChoices):
    MEDICAL = "medical", _("Medical practice")
    PUBLIC = "public", _("Public service or utility")
    OTHER = "other", _("Other provider")


@dataclass(frozen=True)
class Field:
    """A field that an office of this kind usually keeps of each account; offices add, rename and retire their own."""

    label: str
    help: str = ""
    printed: bool = False


@dataclass(frozen=True)
class Words:
    """`insured`: clients have insurance, which is verified and billed first; else nothing of it is shown."""

    guarantor: str
    served: str
    provider: str
    provider_help: str
    code_help: str
    paid_by_payers: str
    insured: bool
    fields: tuple[Field, ...] = ()


WORDS = {
    Profile.MEDICAL: Words(
        guarantor=_("guarantor"), served=_("Client served"), provider=_("Provider"), provider_help=_("Who performed the service."),
        code_help=_("For example 99213."), paid_by_payers=_("Paid by your insurer"), insured=True,
    ),
    Profile.PUBLIC: Words(
        guarantor=_("account holder"), served=_("Customer"), provider=_("Department"), provider_help=_("Which part of the service."),
        code_help=_("For example a tariff, W-2."), paid_by_payers=_("Paid by others"), insured=False,
        fields=(
            Field(_("Service address"), _("Where the service is given, if it is not the postal address."), printed=True),
            Field(_("Meter number"), _("As on the meter."), printed=True),
        ),
    ),
    Profile.OTHER: Words(
        guarantor=_("account holder"), served=_("Client served"), provider=_("Performed by"), provider_help=_("Who performed the service."),
        code_help=_("Your own, if you have one."), paid_by_payers=_("Paid by others"), insured=False,
        fields=(Field(_("Customer reference"), _("How the client calls this account."), printed=True),),
    ),
}  # fmt: skip
