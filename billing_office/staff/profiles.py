"""What kind of provider an office bills for: the words on its screens and papers, what it asks, and the fields it starts with."""

from dataclasses import dataclass

from django.db.models import TextChoices


class Profile(TextChoices):
    MEDICAL = "medical", "Medical practice"
    PUBLIC = "public", "Public service or utility"
    OTHER = "other", "Other provider"


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
        guarantor="guarantor", served="Client served", provider="Provider", provider_help="Who performed the service.",
        code_help="For example 99213.", paid_by_payers="Paid by your insurer", insured=True,
    ),
    Profile.PUBLIC: Words(
        guarantor="account holder", served="Customer", provider="Department", provider_help="Which part of the service.",
        code_help="For example a tariff, W-2.", paid_by_payers="Paid by others", insured=False,
        fields=(
            Field("Service address", "Where the service is given, if it is not the postal address.", printed=True),
            Field("Meter number", "As on the meter.", printed=True),
        ),
    ),
    Profile.OTHER: Words(
        guarantor="account holder", served="Client served", provider="Performed by", provider_help="Who performed the service.",
        code_help="Your own, if you have one.", paid_by_payers="Paid by others", insured=False,
        fields=(Field("Customer reference", "How the client calls this account.", printed=True),),
    ),
}  # fmt: skip
