"""What a payer's answer (271) to one question comes to: a state, sentences for the clerk, and rows of benefits.

Pure: an answer and what was asked go in, an Outcome comes out. The codes' words are in edi/words.py.
"""

from dataclasses import asdict, dataclass
from datetime import date

from django.utils.translation import gettext as _

from billing_office.lib import dates

from .edi import words, x271
from .edi.benefits import Benefit as Told
from .edi.values import Days
from .edi.x271 import Response
from .models import Benefit, Verification

State = Verification.State
NOT_FOUND = {"67", "75", "76", "77", "78"}  # AAA03: the payer does not know this person
DOWN = {"42", "80"}  # it cannot say at the moment
BEGINS, ENDS = {"346", "348", "356", "382"}, {"347", "349", "357", "540"}  # DTP01
OTHER_PAYER, MANAGED = "R", "MC"
MEMBER, GROUP = "MI", "6P"


@dataclass(frozen=True)
class Asked:
    """What of our own record an answer is held against."""

    service_on: date
    member_number: str = ""
    group_number: str = ""


@dataclass(frozen=True)
class Outcome:
    """`enrolment`: it settles whether the client is insured; `benefits`: it says more than that."""

    state: str
    said: tuple[str, ...] = ()
    rows: tuple[Told, ...] = ()
    enrolment: bool = False
    benefits: bool = False
    other_coverage: str = ""


def read(data: bytes, trace: str, asked: Asked) -> Outcome:
    """The outcome of the answer that brings `trace` back; where none does, of the only one there is."""
    responses = x271.read(data).responses
    ours = [each for each in responses if any(one.number == trace for one in each.traces)]
    found = ours or responses
    if not found:
        return Outcome(State.NEEDS_INFO, (_("The answer says nothing of this client. Verify by phone or portal."),))
    # A person and what stands above them may answer in parts: the rejected part decides, else the one that says most.
    return _outcome(max(found, key=lambda each: (bool(each.rejections), len(each.benefits))), asked)


def _outcome(told: Response, asked: Asked) -> Outcome:
    if told.rejections:
        codes = {each.code for each in told.rejections}
        state = State.NOT_FOUND if codes & NOT_FOUND else State.PAYER_DOWN if codes & DOWN else State.NEEDS_INFO
        return Outcome(state, tuple(dict.fromkeys(_refused(each) for each in told.rejections)))
    outside = _outside(told.days, asked.service_on)
    others = [each for each in told.benefits if each.code in (OTHER_PAYER, MANAGED)]
    said = (*outside, *_other_payers(others), *_differences(told, asked))
    if told.active is None:
        said = (_("The answer does not say whether the plan is in force. Verify by phone or portal."), *said)
        return Outcome(State.NEEDS_INFO, said, told.benefits)
    active = told.active and not outside
    more = active and any(each.code not in x271.ACTIVE | {"L", "U"} for each in told.benefits)
    return Outcome(
        State.ACTIVE if active else State.INACTIVE, said, told.benefits, enrolment=True, benefits=more,
        other_coverage=Verification.Other.YES if others else "",
    )  # fmt: skip


def _refused(rejection) -> str:
    return f"{words.rejection(rejection.code)} {words.FOLLOW_UP.get(rejection.follow_up, '')}".rstrip()


def _outside(days: tuple[Days, ...], on: date) -> list[str]:
    """The plan's own days beside the day of service: the last day counts."""
    begins = [each.first for each in days if each.qualifier in BEGINS]
    ends = [each.first for each in days if each.qualifier in ENDS]
    begins += [each.first for each in days if each.qualifier in ("291", "307") and each.last]
    ends += [each.last for each in days if each.qualifier in ("291", "307") and each.last]
    if ends and max(ends) < on:
        return [_("The plan ended on %(day)s, before the service.") % {"day": dates.short(max(ends))}]
    if begins and min(begins) > on:
        return [_("The plan begins on %(day)s, after the service.") % {"day": dates.short(min(begins))}]
    return []


def _other_payers(rows: list[Told]) -> list[str]:
    names = dict.fromkeys(party.name or party.id for row in rows for party in row.entities if party.name or party.id)
    if not rows:
        return []
    who = ", ".join(names) or _("Another payer")
    return [_("Other coverage: %(payers)s. Ask the client which pays first and record it.") % {"payers": who}]


def _differences(told: Response, asked: Asked) -> list[str]:
    """Where the payer's record is another than ours: a claim goes by the payer's."""
    found, subscriber = [], told.subscriber
    if subscriber is None:
        return found
    if subscriber.id and asked.member_number and _bare(subscriber.id) != _bare(asked.member_number):
        found.append(
            _("The payer’s member number is %(theirs)s, ours %(ours)s.")
            % {"theirs": subscriber.id, "ours": asked.member_number}
        )
    groups = [each.value for each in subscriber.references if each.qualifier == GROUP and each.value]
    if groups and asked.group_number and _bare(groups[0]) != _bare(asked.group_number):
        found.append(
            _("The payer’s group number is %(theirs)s, ours %(ours)s.")
            % {"theirs": groups[0], "ours": asked.group_number}
        )
    elif groups and not asked.group_number:
        found.append(_("The payer’s group number is %(theirs)s; ours is empty.") % {"theirs": groups[0]})
    return found


def _bare(text: str) -> str:
    return "".join(each for each in text.upper() if each.isalnum())


def rows(verification: Verification, told: tuple[Told, ...]) -> list[Benefit]:
    """The benefits of an answer as rows of ours, all that their loops say."""
    return [
        Benefit(
            verification=verification, code=each.code[:3], level=each.level[:3], service_types=list(each.service_types),
            insurance_type=each.insurance_type[:3], plan_name=each.plan[:80], period=each.period[:2], cents=each.cents,
            percent=each.percent, quantity_qualifier=each.quantity_qualifier[:2], quantity=each.quantity,
            authorization=each.authorization[:1], in_network=each.in_network[:1],
            procedure=each.procedure.code[:20] if each.procedure else "",
            modifiers=list(each.procedure.modifiers) if each.procedure else [],
            messages=[text for text in each.messages if text], more=_more(each),
        )
        for each in told
    ]  # fmt: skip


def _more(told: Told) -> dict:
    whole = asdict(told)
    kept = {
        name: whole[name] for name in ("diagnoses", "deliveries", "references", "rejections", "details", "entities")
    }
    found = {name: values for name, values in kept.items() if values}
    if told.days:
        found["days"] = [
            {"qualifier": each.qualifier, "first": each.first.isoformat(), "last": each.last and each.last.isoformat()}
            for each in told.days
        ]
    for entity in found.get("entities", ()):
        entity["birth_date"] = entity["birth_date"] and entity["birth_date"].isoformat()
    return found
