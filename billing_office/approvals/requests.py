"""Asking, approving, refusing, withdrawing: each once, recorded, and never by the wrong person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from billing_office.audit.acts import record
from billing_office.staff.access import may

from .models import Request
from .proposals import Fact, Proposal, Verb

OWN = lazy("You asked for this yourself. Another person decides.")
DECIDED = lazy("This was decided already. Nothing was done twice.")


class Refused(ValueError):
    """The decision cannot be made; the message says why and what to do."""


@dataclass(frozen=True)
class Change:
    """A binding fact that is not what it was when the act was asked for; texts as shown."""

    label: str
    then: str
    now: str


class Changed(Refused):
    """The books moved since it was asked for; `changes` says how."""

    def __init__(self, changes: list[Change]):
        self.changes = changes
        said = "; ".join(
            _("%(figure)s: %(then)s then, %(now)s now")
            % {"figure": change.label, "then": change.then, "now": change.now}
            for change in changes
        )
        super().__init__(
            _("The books have changed since this was asked for, and nothing was done. %(changes)s.") % {"changes": said}
        )


def ask(proposal: Proposal, *, by, office, account_id: int | None, because: str, key: UUID) -> Request:
    """Keep an act for a second person, with what stands in the books now. Same key again: the request that stands."""
    standing = Request.objects.filter(key=key).first()
    if standing:
        return standing
    row = Request.objects.create(
        key=key, verb=proposal.verb, title=proposal.title, office=office, account_id=account_id, cents=proposal.cents,
        args=proposal.args(), evidence=[fact.stored() for fact in proposal.facts()], why=proposal.why, because=because,
        asked_by=by,
    )  # fmt: skip
    record(by, "request_asked", row, account_id=account_id, detail={"cents": row.cents, "verb": row.verb})
    return row


def approve(pk: int, verbs: Mapping[str, Verb], *, by, on: date) -> Request:
    """Do what was asked, if it still is what was asked: read anew under the locks of whatever it touches.

    Raises Refused (own request, decided, asker may no longer ask), Changed, or what the owning app raises when the act
    cannot be done any more; nothing is done then.
    """
    asked = Request.objects.select_related("asked_by").get(pk=pk)
    verb = verbs[asked.verb]
    proposal = verb.load(asked.args, by)
    with proposal.locked():
        row = _undecided(pk, by)
        if not (may(asked.asked_by, verb.asks) and _still_of(asked)):
            raise Refused(_("%(person)s may not ask for this any more. Refuse it.") % {"person": asked.asked_by})
        if changes := changed(row, proposal.facts()):
            raise Changed(changes)
        outcome = proposal.carry_out(by=by, on=on, key=row.key)
        return _decide(row, Request.Decision.APPROVED, by, outcome=outcome)


def _still_of(asked: Request) -> bool:
    """Whoever left the office that a request belongs to asks for nothing there any more."""
    return asked.office_id is None or asked.asked_by.offices.filter(pk=asked.office_id).exists()


def changed(row: Request, facts: list[Fact]) -> list[Change]:
    """The binding facts that are not what they were, also those that came or went."""
    then = {(f := Fact(**stored)).label: f for stored in row.evidence}
    now = {fact.label: fact for fact in facts}
    return [
        Change(label, then[label].said_now if label in then else "–", now[label].said_now if label in now else "–")
        for label in then | now
        if (then.get(label) or now[label]).binding and _figures(then.get(label)) != _figures(now.get(label))
    ]


def _figures(fact: Fact | None) -> tuple | None:
    return fact and (fact.now, fact.after)


def refuse(pk: int, why: str, *, by) -> Request:
    with transaction.atomic():
        return _decide(_undecided(pk, by), Request.Decision.REFUSED, by, answer=why)


def withdraw(pk: int, *, by) -> Request:
    """The asker takes it back. Withdrawn already: nothing happens."""
    with transaction.atomic():
        row = Request.objects.select_for_update(no_key=True).get(pk=pk, asked_by=by)
        if row.decision == Request.Decision.WITHDRAWN:
            return row
        if row.decision:
            raise Refused(DECIDED)
        return _decide(row, Request.Decision.WITHDRAWN, by)


def _undecided(pk: int, by) -> Request:
    """The request, locked: of two who decide at once the second finds it decided."""
    row = Request.objects.select_for_update(no_key=True).get(pk=pk)
    if row.decision:
        raise Refused(DECIDED)
    if row.asked_by_id == by.pk:
        raise Refused(OWN)
    return row


def _decide(row: Request, decision: str, by, *, answer="", outcome=None) -> Request:
    row.decision, row.decided_by, row.decided_at = decision, by, timezone.now()
    row.answer, row.outcome = answer, outcome or {}
    row.save(update_fields=["decision", "decided_by", "decided_at", "answer", "outcome"])
    detail = {"cents": row.cents, "verb": row.verb, "asked_by": row.asked_by_id}
    record(by, f"request_{decision}", row, account_id=row.account_id, reason=answer, detail=detail)
    return row
