"""Doing a correction that somebody has looked at: at once within their limit, else as a request to a second person."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.ledger import Refused
from accounts.models import JournalEntry
from billing_office.approvals import requests
from billing_office.approvals.models import Request
from billing_office.approvals.proposals import Fact, Verb
from billing_office.audit.models import Act

from .anew import Correct, Void, load_correct, load_void
from .of_charge import Adjustment, Move, load_adjustment, load_move
from .refunding import Release, Repayment, load_repayment
from .returned import Returned, load_returned
from .undo import Undo, load_undo

VERBS = [
    Verb(Adjustment.verb, lazy("Adjustment"), "adjust", load_adjustment),
    Verb(Move.verb, lazy("Move to another party"), "move_responsibility", load_move),
    Verb(Undo.verb, lazy("Reversal"), "reverse_entries", load_undo),
    Verb(Repayment.verb, lazy("Refund"), "refund_money", load_repayment),
    Verb(Returned.verb, lazy("Returned check"), "return_cheques", load_returned),
    Verb(Void.verb, lazy("Void of a charge"), "correct_charges", load_void),
    Verb(Correct.verb, lazy("Correction of a charge"), "correct_charges", load_correct),
]

Correction = Adjustment | Move | Undo | Repayment | Release | Returned | Void | Correct


class Unseen(Refused):
    """The effect is not the one that was looked at."""


@dataclass(frozen=True)
class Outcome:
    """What stands now: an entry, or a request that waits; `new` unless the same form had been sent before."""

    entry: JournalEntry | None = None
    request: Request | None = None
    new: bool = True


def carry_out(proposal: Correction, *, by, on: date, form: UUID, seen: str) -> Outcome:
    """`seen` is the fingerprint of the facts that the person looked at. Raises Refused, StillNeeded, Unseen."""
    with proposal.locked():
        if former := outcome_of(proposal.act, form, by):
            return former
        if fingerprint(proposal.facts()) != seen:
            raise Unseen(_("Look at the effect first. Nothing is posted yet."))
        if because := proposal.above_limit(by, on):
            account = proposal.account
            request = requests.ask(
                proposal, by=by, office=account.office, account_id=account.pk, because=because, key=form
            )
            return Outcome(request=request)
        done = proposal.carry_out(by=by, on=on, key=form)
        return Outcome(entry=JournalEntry.objects.get(pk=done["entry"]))


def outcome_of(act: str, form: UUID, by) -> Outcome | None:
    """What the same form made before."""
    if request := Request.objects.filter(key=form, asked_by=by).first():
        return Outcome(request=request, new=False)
    done = Act.objects.of_form(form).filter(actor=by, verb=act).first()
    return Outcome(entry=JournalEntry.objects.get(pk=done.object_id), new=False) if done else None


def fingerprint(facts: list[Fact]) -> str:
    """Short text by which facts are told from other facts; no secret."""
    stored = json.dumps([fact.stored() for fact in facts if fact.binding], sort_keys=True)
    return hashlib.sha256(stored.encode()).hexdigest()[:20]
