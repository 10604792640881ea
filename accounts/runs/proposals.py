"""A run, and its undoing, as proposals (approvals/proposals.py): within the rule's limit at once, above it by a second person."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.ledger import Refused
from accounts.models import Run
from billing_office.approvals.proposals import Fact, Verb
from billing_office.lib.money import show

from .running import standing_lines, start, start_undo


@dataclass(frozen=True)
class OfRun:
    run: Run

    @property
    def cents(self) -> int:
        return self.run.cents

    def locked(self) -> AbstractContextManager:
        return transaction.atomic()

    def above_limit(self, by) -> str:
        """Why a second person is needed, or ""."""
        limit = self.run.rule.limit_of(by)
        if limit is None or self.cents <= limit:
            return ""
        if not limit:
            return _("A %(role)s posts and undoes no run of this kind alone.") % {"role": by.get_role_display().lower()}
        return _("A %(role)s’s limit for one run of this kind is %(amount)s.") % {
            "role": by.get_role_display().lower(),
            "amount": show(limit),
        }


@dataclass(frozen=True)
class PostRun(OfRun):
    verb: ClassVar[str] = "post_run"

    @property
    def title(self) -> str:
        return _("%(kind)s: run over %(accounts)d accounts, %(amount)s") % {
            "kind": self.run.get_kind_display(),
            "accounts": self.run.accounts,
            "amount": show(self.cents),
        }

    @property
    def why(self) -> str:
        return self.run.rule_as_it_stood.words

    def args(self) -> dict:
        return {"run": self.run.pk}

    def facts(self) -> list[Fact]:
        if Run.objects.filter(pk=self.run.pk, started_at__isnull=False).exists():
            raise Refused(_("The run was started already."))
        words = self.run.rule.words
        return [
            Fact(_("The rule in force"), words, words),
            Fact(_("Accounts posted to"), "0", str(self.run.accounts)),
            Fact(_("Posted in all"), 0, self.cents),
            Fact(_("Each account is looked at again"), _("as shown"), _("or left out"), binding=False),
        ]

    def carry_out(self, *, by, on: date, key: UUID) -> dict:
        return {"run": start(self.run, by=by).pk}


@dataclass(frozen=True)
class UndoRun(OfRun):
    why: str
    verb: ClassVar[str] = "undo_run"

    @property
    def title(self) -> str:
        return _("Undo of %(run)s, %(amount)s") % {"run": self.run, "amount": show(self.cents)}

    def args(self) -> dict:
        return {"run": self.run.pk, "why": self.why}

    def facts(self) -> list[Fact]:
        return [Fact(_("Accounts on which it stands"), str(standing_lines(self.run).count()), "0")]

    def carry_out(self, *, by, on: date, key: UUID) -> dict:
        return {"run": start_undo(self.run, by=by, why=self.why).pk}


def _run(args: dict, by) -> Run:
    run = Run.objects.for_staff(by).filter(pk=args["run"]).select_related("rule", "office").first()
    if run is None:
        raise Refused(_("The run is not of your offices. Somebody of its office decides."))
    return run


def load_post(args: dict, by) -> PostRun:
    return PostRun(_run(args, by))


def load_undo(args: dict, by) -> UndoRun:
    return UndoRun(_run(args, by), args["why"])


VERBS = [
    Verb(PostRun.verb, lazy("Run"), "post_runs", load_post),
    Verb(UndoRun.verb, lazy("Undo of a run"), "post_runs", load_undo),
]
