"""What each row of a line does to who owes it. Pure: parties are the books' payer ids, None is the client.

The rules:
- A charge is owed by whom its TRANSFERTYPE names, else by the primary insurance, else by the client.
- Who paid: COPAY, CASH, CHECK and CC are the client's. ECHECK and SYSTEM are the insurance's that holds the line at that
  point: the one that a transfer last named, else the primary; without insurance they are the client's as well.
- A payment is laid on its own charge, up to what is open on it. What its payer does not owe yet moves to it first (a copay
  is the client's part from the beginning, though the books transfer only what is left). What is above the charge's open
  amount is unapplied: on the client's account, or on the payer's house account.
- A transfer takes from its TRANSFEROUT's side, else from who holds the line, then from the others. More than all of these
  have open is refused, but for ROUNDING: books that reckon in floats move a cent more than there is, and then the cents
  that are there move.
- An adjustment lowers what the holder owes, then the others; above all that is open it stays as the holder's credit.
- Amounts of zero do nothing. From and to the same party (NO_INSURANCE is the client) is nothing either.
"""

from dataclasses import dataclass, field

from .files import Refusal
from .practice import TRANSACTIONS
from .rows import ADJUSTMENT, CHARGE, CLIENTS_METHODS, IN, OUT, PAYMENT, PRIMARY, Line, Row

Party = str | None
ROUNDING = 5  # cents


@dataclass(frozen=True, slots=True)
class Step:
    """What one row does: `shares` (charge: owed by; transfer: taken from; payment: laid, all on `party`; adjustment: taken
    off), `moved` first to the payment's party from others, `rest` unapplied. Cents, all above zero."""

    row: Row
    party: Party = None
    shares: dict[Party, int] = field(default_factory=dict)
    moved: dict[Party, int] = field(default_factory=dict)
    rest: int = 0


class Replay:
    """Goes through a line's rows. `open` is what each party owes on it: nothing at first, or what stands in the ledger.

    Rows whose ids are in `done` were posted before: they only say who holds the line.
    """

    def __init__(self, line: Line, open_now: dict[Party, int] | None = None, done: frozenset[str] = frozenset()):
        self.line, self.done = line, done
        self.open: dict[Party, int] = dict(open_now or {})
        self.holder: Party = line.claim.parties[line.charge.side or PRIMARY]
        self.waiting: dict[int, Row] = {}  # TRANSFEROUTs without their TRANSFERIN, by number
        self.steps: list[Step] = []
        self.refused: list[Refusal] = []

    def run(self, kinds=(CHARGE, PAYMENT, ADJUSTMENT, OUT, IN)) -> "Replay":
        acts = {
            CHARGE: self._charge,
            PAYMENT: self._payment,
            ADJUSTMENT: self._adjustment,
            OUT: self._out,
            IN: self._in,
        }
        for row in [self.line.charge, *self.line.rows]:
            if row.type in kinds:
                acts[row.type](row)
        for row in self.waiting.values():
            self._refuse(row, "no TRANSFERIN answers it")
        return self

    def _charge(self, row: Row):
        if row.cents and row.id not in self.done:
            self.open[self.holder] = self.open.get(self.holder, 0) + row.cents
            self.steps.append(Step(row, shares={self.holder: row.cents}))

    def _payment(self, row: Row):
        if not row.cents or row.id in self.done:
            return
        party = self._payer(row)
        laid = self._take(row.cents, [party, *self._others(party)])
        moved = {source: cents for source, cents in laid.items() if source != party}
        whole = sum(laid.values())
        self.steps.append(Step(row, party, {party: whole} if whole else {}, moved, row.cents - whole))

    def _payer(self, row: Row) -> Party:
        if row.method in CLIENTS_METHODS:
            return None
        return self.holder or self.line.claim.parties[PRIMARY]

    def _adjustment(self, row: Row):
        if not row.cents or row.id in self.done:
            return
        taken = self._take(row.cents, [self.holder, *self._others(self.holder)])
        if above := row.cents - sum(taken.values()):
            taken[self.holder] = taken.get(self.holder, 0) + above
            self.open[self.holder] = self.open.get(self.holder, 0) - above
        self.steps.append(Step(row, self.holder, taken))

    def _out(self, row: Row):
        self.waiting[row.seq] = row

    def _in(self, row: Row):
        number = row.answers if row.answers is not None else max(self.waiting, default=-1)
        out = self.waiting.pop(number, None)
        if out is None:
            self._refuse(row, "answers no TRANSFEROUT of its charge")
        elif out.cents != row.cents:
            self._refuse(row, f"its amount is not that of its TRANSFEROUT (line {out.line})")
        else:
            self._move(row, out)

    def _move(self, row: Row, out: Row):
        target = self.line.claim.parties[row.side]
        source = self.line.claim.parties[out.side] if out.side else self.holder
        if row.cents and row.id not in self.done and source != target:
            others = [party for party in [source, *self._others(source)] if party != target]
            there = sum(max(0, self.open.get(party, 0)) for party in others)
            if there < row.cents - ROUNDING:
                self._refuse(row, "moves more than is open elsewhere on its charge")
                return
            if taken := self._take(row.cents, others):
                self.steps.append(Step(row, target, taken))
                self.open[target] = self.open.get(target, 0) + sum(taken.values())
        self.holder = target

    def _others(self, first: Party) -> list[Party]:
        """The holder, then the rest, in a fixed order."""
        ranked = dict.fromkeys([self.holder, *self.line.claim.parties.values(), *self.open])
        return [party for party in ranked if party != first]

    def _take(self, cents: int, parties: list[Party]) -> dict[Party, int]:
        """Lower what the parties owe, in turn, by `cents` or as far as it goes; returns what came from whom."""
        taken = {}
        for party in parties:
            part = min(cents, max(0, self.open.get(party, 0)))
            if part:
                taken[party] = part
                self.open[party] -= part
                cents -= part
        return taken

    def _refuse(self, row: Row, why: str):
        self.refused.append(Refusal(TRANSACTIONS, row.line, why))


def who_owes(line: Line) -> Replay:
    """Charge and transfers alone: what the transfers moved is the target's, the rest stays where it was charged.

    Payments and adjustments, copays too, are ignored: nothing was worked yet. The replay's one step is the charge, its
    shares as they are in the end.
    """
    replay = Replay(line).run(kinds=(CHARGE, OUT, IN))
    charges = [step for step in replay.steps if step.row.type == CHARGE]
    replay.steps = [Step(step.row, shares={p: c for p, c in replay.open.items() if c}) for step in charges]
    return replay
