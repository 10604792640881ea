"""One patient of a practice's books into the ledger: account, address, charges, payments, all in one transaction."""

from collections.abc import Iterable

from accounts import ledger, opening
from accounts.models import (
    Account,
    Book,
    ContactPoint,
    JournalEntry,
    OpenItem,
    Payer,
    Posting,
)

from .cells import Broken, within
from .entries import Batch, Keys
from .files import Refusal
from .models import Books, Known
from .practice import TRANSACTIONS, Practice
from .replay import Party, Replay, Step, who_owes
from .rows import Line, PatientRow


class PatientPosting:
    """Posts what is not posted yet of one patient's lines. Call `run` in a transaction of its own."""

    def __init__(self, books: Books, practice: Practice, payers: dict[str, Payer], by):
        self.books, self.practice, self.payers, self.by = books, practice, payers, by
        self.refused: list[Refusal] = []

    def run(self, patient: PatientRow) -> int:
        """Post; returns how many entries are new. `refused` holds the rows that the replay would not take."""
        replays = [self._replayed(line) for line in self.practice.lines.get(patient.id, [])]
        self.refused = [refusal for replay in replays for refusal in replay.refused]
        account = self._account(patient, replays)
        houses = {self.payers[p].house_account.pk for r in replays for p in r.line.claim.parties.values() if p}
        with ledger.locked([account.pk, *houses]):
            steps = self._not_yet_posted(replays)
            if not steps:
                return 0
            batch = Batch(self.books, self.practice, self.payers, account, self.by)
            batch.take(steps, self._charges_of(line for line, _ in steps))
            return len(ledger.bring_in(batch.new_charges, batch.new_payments, batch.entries, self.by).new)

    def _replayed(self, line: Line) -> Replay:
        replay = who_owes(line) if self.books.mode == Books.Mode.CHARGES else Replay(line).run()
        try:
            for step in replay.steps:
                within("FROMDATE", self.books.moved(step.row.on))
        except (Broken, OverflowError):
            replay.steps = []
            why = f"moved by {self.books.shift_days} days, its line leaves the calendar"
            replay.refused.append(Refusal(TRANSACTIONS, line.charge.line, why))
        return replay

    def _account(self, patient: PatientRow, replays: list[Replay]) -> Account:
        known = Known.objects.filter(books=self.books, external_id=patient.id, payer=None).select_related("account")
        if found := known.first():
            return found.account
        days = [self.books.moved(step.row.on) for replay in replays for step in replay.steps]
        account = opening.open_account(
            office=self.books.office,
            first_name=patient.first_name,
            last_name=patient.last_name,
            birth_date=patient.birth_date,
            deceased_on=patient.deceased_on,
            financial_class=self._financial_class(patient),
            opened_on=min(days, default=self.books.taken_on),
            by=self.by,
        )
        if patient.street and patient.city:
            ContactPoint.objects.create(
                client=account.guarantor,
                kind=ContactPoint.Kind.POSTAL,
                street=patient.street,
                city=patient.city,
                region=patient.region,
                postcode=patient.postcode,
                source="imported books",
            )
        Known.objects.create(books=self.books, external_id=patient.id, account=account)
        return account

    def _financial_class(self, patient: PatientRow) -> str:
        payer = self.payers.get(self.practice.last_payer.get(patient.id, ""))
        if payer is None:
            return Account.FinancialClass.SELF_PAY
        public = payer.payer_class == Payer.Class.GOVERNMENT
        return Account.FinancialClass.PUBLIC if public else Account.FinancialClass.COMMERCIAL

    def _not_yet_posted(self, replays: list[Replay]) -> list[tuple[Line, Step]]:
        """Steps in the order of their days; a line that was posted in part goes on from what stands in the ledger now."""
        done = frozenset(self._posted(step.row.id for replay in replays for step in replay.steps))
        steps = [(replay.line, step) for replay in replays for step in self._left(replay, done)]
        return sorted(steps, key=lambda pair: pair[1].row.on)

    def _left(self, replay: Replay, done: frozenset[str]) -> list[Step]:
        rows = {step.row.id for step in replay.steps}
        if not rows & done:
            return replay.steps
        if self.books.mode == Books.Mode.CHARGES or rows <= done:
            return []  # all there; a charge taken over to be worked is the office's own from then on
        further = Replay(replay.line, self._open_now(replay.line), done).run()
        return [step for step in further.steps if step.row.id in rows]

    def _posted(self, rows: Iterable[str]) -> set[str]:
        """Those rows that were posted at any time: what the office undid since is not posted again."""
        first = {}
        for row in rows:
            keys = Keys.of(self.books.pk, row)
            first |= {f"{keys.row}:1": row, f"{keys.rest}:1": row}
        there = JournalEntry.objects.filter(source_key__in=first).values_list("source_key", flat=True)
        return {first[key] for key in there}

    def _open_now(self, line: Line) -> dict[Party, int]:
        names = {payer.pk: name for name, payer in self.payers.items()}
        items = OpenItem.objects.filter(charge__in=self._charges_of([line]).values())
        return {names.get(item.payer_id): item.cents for item in items}

    def _charges_of(self, lines: Iterable[Line]) -> dict[str, int]:
        """The ids of charges posted before, by their row's id."""
        keys = {f"{Keys.of(self.books.pk, line.charge.id).row}:1": line.charge.id for line in lines}
        found = Posting.objects.filter(entry__source_key__in=keys, book=Book.REVENUE)
        return {keys[key]: charge for key, charge in found.values_list("entry__source_key", "charge")}
