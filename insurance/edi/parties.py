"""The loops that begin with an NM1: who is asked, who asks, about whom; and other parties a benefit names."""

from dataclasses import dataclass
from datetime import date

from .findings import Notes, quoted
from .segments import Segment
from .values import day, plain
from .writer import Element

PAYER, PROVIDER, SUBSCRIBER, DEPENDENT = "PR", "1P", "IL", "03"
OF_A_PARTY = {"NM1", "N3", "N4", "REF", "PER", "PRV", "DMG", "INS"}


@dataclass(frozen=True)
class Reference:
    """REF: `qualifier` 6P group number, 18 plan number, EJ patient account, SY is never kept."""

    qualifier: str
    value: str
    text: str = ""


@dataclass(frozen=True)
class Contact:
    """PER: a person or desk, and numbers as pairs of qualifier (TE telephone, UR web, EM e-mail) and value."""

    function: str
    name: str = ""
    numbers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Party:
    """A person or organisation as a file names it; "" where it says nothing. An organisation's name is in `last`.

    `relationship` is INS02: 18 self, 01 spouse, 19 child, 34 other adult … `specialty` is PRV03, a taxonomy code.
    """

    entity: str
    kind: str = "1"
    last: str = ""
    first: str = ""
    middle: str = ""
    suffix: str = ""
    id_qualifier: str = ""
    id: str = ""
    street: tuple[str, ...] = ()
    city: str = ""
    state: str = ""
    postcode: str = ""
    birth_date: date | None = None
    gender: str = ""
    relationship: str = ""
    role: str = ""
    specialty: str = ""
    references: tuple[Reference, ...] = ()
    contacts: tuple[Contact, ...] = ()

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.first, self.middle, self.last, self.suffix) if part)


def read(segments: list[Segment], notes: Notes) -> Party:
    """One party from the segments of its loop; others among them are not looked at."""
    found, references, contacts = {"entity": ""}, [], []
    for segment in segments:
        get = segment.get
        match segment.name:
            case "NM1" if found["entity"]:
                notes.warning(segment.number, "A second NM1 for the same person; it was left out.")
            case "NM1":
                found |= _name(segment)
            case "N3":
                found["street"] = tuple(line for line in (get(1), get(2)) if line)
            case "N4":
                found |= {"city": get(1), "state": get(2), "postcode": get(3)}
            case "REF":
                if get(1) != "SY":  # a social security number is not taken in
                    references.append(Reference(get(1), get(2), get(3)))
            case "PER":
                contacts.append(_contact(segment))
            case "PRV":
                found |= {"role": get(1), "specialty": get(3)}
            case "DMG":
                found |= {"birth_date": _birth_date(segment, notes), "gender": get(3)}
            case "INS":
                found["relationship"] = get(2)
    return Party(**found, references=tuple(references), contacts=tuple(contacts))


def _name(segment: Segment) -> dict[str, str]:
    get = segment.get
    found = {"entity": get(1), "kind": get(2), "last": get(3), "first": get(4), "middle": get(5), "suffix": get(7)}
    return found | {"id_qualifier": get(8), "id": get(9)}


def _contact(segment: Segment) -> Contact:
    pairs = ((segment.get(at), segment.get(at + 1)) for at in (3, 5, 7))
    return Contact(segment.get(1), segment.get(2), tuple(pair for pair in pairs if any(pair)))


def _birth_date(segment: Segment, notes: Notes) -> date | None:
    given = segment.get(2)
    found = day(given)
    if given and found is None:
        notes.error(segment.number, f"DMG02 is {quoted(given)}; a date of birth was expected, like 19810423.")
    return found


def segments_of(party: Party) -> list[list[Element]]:
    """The segments of a party's loop, in the order of the guides."""
    name = ["NM1", party.entity, party.kind, party.last, party.first, party.middle, "", party.suffix]
    lines = [[*name, party.id_qualifier, party.id]]
    lines += [["REF", reference.qualifier, reference.value, reference.text] for reference in party.references]
    if party.street:
        lines.append(["N3", *party.street])
    if party.city or party.state or party.postcode:
        lines.append(["N4", party.city, party.state, party.postcode])
    for contact in party.contacts:
        lines.append(["PER", contact.function, contact.name, *(part for pair in contact.numbers for part in pair)])
    if party.role or party.specialty:
        lines.append(["PRV", party.role, "PXC" if party.specialty else "", party.specialty])
    if party.birth_date or party.gender:
        lines.append(["DMG", "D8" if party.birth_date else "", plain(party.birth_date), party.gender])
    if party.relationship:
        lines.append(["INS", "Y" if party.entity == SUBSCRIBER else "N", party.relationship])
    return lines
