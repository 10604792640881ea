"""What an app brings here when an act of its own must wait for a second person.

The app describes the act as a `Proposal`: what it is, what stands in the books now and will stand after it, and how it is
done. The same object makes the preview at the form, the evidence kept with a request, and the look an approver gets. What
kinds of act there are is a table of `Verb`s in the composition layer (billing_office/desk/verbs.py).
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from billing_office.lib.money import show


@dataclass(frozen=True)
class Fact:
    """One figure that the act changes: cents before and after, or texts. When one that is `binding` has changed since it
    was asked for, the act is not done; the others are there for the reader."""

    label: str
    now: int | str
    after: int | str
    binding: bool = True

    def stored(self) -> dict:
        return asdict(self)

    @property
    def said_now(self) -> str:
        return _said(self.now)

    @property
    def said_after(self) -> str:
        return _said(self.after)


def _said(value: int | str) -> str:
    return show(value) if isinstance(value, int) else value


class Proposal(Protocol):
    """One act that may need a second person. `facts` and `carry_out` raise the app's own Refused, in words."""

    verb: str  # the name of its Verb
    title: str  # "Discount of 150.00 on the charge of Nov 3, 2026", without a name
    why: str  # the reason the asker gave
    cents: int  # what is at stake

    def args(self) -> dict:
        """What rebuilds it (ids, amounts, texts), as JSON."""

    def locked(self) -> AbstractContextManager:
        """A transaction holding whatever its facts are read from."""

    def facts(self) -> list[Fact]:
        """What stands now and what will. Call it under `locked()` before anything is done."""

    def carry_out(self, *, by, on: date, key: UUID) -> dict:
        """Do it, once for this key, and record it; ids of what came of it. Call under `locked()`."""


@dataclass(frozen=True)
class Verb:
    """A kind of act. `asks`: the right its asker must hold, still when it is approved. `load(args, by)` rebuilds the
    proposal as `by` may see it, and raises the app's Refused when that cannot be."""

    name: str
    label: str
    asks: str
    load: Callable[[dict, object], Proposal]
