"""One patient of a practice's books into the ledger: account, address, charges, payments, all in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from accounts import ledger, opening
from accounts.ledger import Entry, Leg, Share
from accounts.models import (
    Account,
    Book,
    Charge,
    ContactPoint,
    JournalEntry,
    Kind,
    OpenItem,
    Payer,
    Payment,
    Posting,
)

from .cells import Broken, within
from .files import Refusal
from .models import Books, Known
from .practice import ADJUSTMENT, CHARGE, PAYMENT, TRANSACTIONS, Line, PatientRow, Practice
from .replay import Party, Replay, Step, who_owes

METHODS = {"CASH": "cash", "CHECK": "cheque", "CC": "card", "ECHECK": "transfer", "COPAY": "other", "SYSTEM": "other"}


@dataclass(frozen=True)
class Keys:
    """Source keys of one row: its own; what moved before a payment; what a payer paid too much."""

    row: str
    owed: str
    rest: str

    @classmethod
    def of(cls, books: int, row: str) -> "Keys":
        return cls(f"books:{books}:{row}", f"books-owed:{books}:{row}", f"books-rest:{books}:{row}")


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
            batch = Batch(self, account, steps)
            return len(ledger.bring_in(batch.new_charges, batch.new_payments, batch.entries, self.by).new)

    def day(self, day: date) -> date:
        return day + timedelta(days=self.books.shift_days)

    def _replayed(self, line: Line) -> Replay:
        replay = who_owes(line) if self.books.mode == Books.Mode.CHARGES else Replay(line).run()
        try:
            for step in replay.steps:
                within("FROMDATE", self.day(step.row.on))
        except (Broken, OverflowError):
            replay.steps = []
            why = f"moved by {self.books.shift_days} days, its line leaves the calendar"
            replay.refused.append(Refusal(TRANSACTIONS, line.charge.line, why))
        return replay

    def _account(self, patient: PatientRow, replays: list[Replay]) -> Account:
        known = Known.objects.filter(books=self.books, external_id=patient.id, payer=None).select_related("account")
        if found := known.first():
            return found.account
        days = [self.day(step.row.on) for replay in replays for step in replay.steps]
        account = opening.open_account(
            office=self.books.office,
            first_name=patient.first_name,
            last_name=patient.last_name,
            birth_date=patient.birth_date,
            deceased_on=patient.deceased_on,
            financial_class=self._financial_class(patient),
            opened_on=min(days, default=self.books.created_at.date()),
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
        items = OpenItem.objects.filter(charge__in=self.charges_of([line]).values())
        return {names.get(item.payer_id): item.cents for item in items}

    def charges_of(self, lines: Iterable[Line]) -> dict[str, int]:
        """The ids of charges posted before, by their row's id."""
        keys = {f"{Keys.of(self.books.pk, line.charge.id).row}:1": line.charge.id for line in lines}
        found = Posting.objects.filter(entry__source_key__in=keys, book=Book.REVENUE)
        return {keys[key]: charge for key, charge in found.values_list("entry__source_key", "charge")}


class Batch:
    """The rows and entries that one patient's steps come to."""

    def __init__(self, posting: PatientPosting, account: Account, steps: list[tuple[Line, Step]]):
        self.posting, self.account, self.steps = posting, account, steps
        self.charges: dict[str, Charge] = {}
        self.payments: dict[str, Payment] = {}
        for line, step in steps:
            if step.row.type == CHARGE:
                self.charges[step.row.id] = self._charge(line)
            elif step.row.type == PAYMENT:
                self.payments[step.row.id] = self._payment(step)
        lines = {id(line): line for line, _ in steps if line.charge.id not in self.charges}
        self.charge_ids = posting.charges_of(lines.values()) if lines else {}

    @property
    def new_charges(self) -> list[Charge]:
        return list(self.charges.values())

    @property
    def new_payments(self) -> list[Payment]:
        return list(self.payments.values())

    def entries(self) -> list[Entry]:
        self.charge_ids |= {row: charge.pk for row, charge in self.charges.items()}
        return [entry for line, step in self.steps for entry in self._entries(line, step)]

    def _charge(self, line: Line) -> Charge:
        row, practice = line.charge, self.posting.practice
        return Charge(
            account=self.account,
            client_id=self.account.guarantor_id,
            service_on=self.posting.day(row.on),
            description=practice.description(line),
            code=row.code,
            code_system=practice.code_systems.get(row.code, ""),
            units=row.units,
            cents=row.cents,
            provider=practice.provider(line),
            created_by=self.posting.by,
        )

    def _payment(self, step: Step) -> Payment:
        payer = self.posting.payers.get(step.party) if step.party else None
        return Payment(
            account=payer.house_account if payer else self.account,
            payer=payer,
            received_on=self.posting.day(step.row.on),
            method=METHODS[step.row.method],
            reference="Copay" if step.row.method == "COPAY" else "",
            cents=step.row.cents,
            created_by=self.posting.by,
        )

    def _entries(self, line: Line, step: Step) -> list[Entry]:
        keys = Keys.of(self.posting.books.pk, step.row.id)
        on, charge = self.posting.day(step.row.on), self.charge_ids.get(line.charge.id)
        if step.row.type == CHARGE:
            legs = [*self._receivable(charge, step.shares, 1), Leg(Book.REVENUE, -step.row.cents, charge=charge)]
            return [Entry(self.account.pk, Kind.CHARGE, on, tuple(legs), keys.row)]
        if step.row.type == ADJUSTMENT:
            kind, book = (Kind.CONTRACTUAL_WRITEOFF, Book.CONTRACTUAL) if step.party else (Kind.DISCOUNT, Book.DISCOUNT)
            legs = [Leg(book, step.row.cents, charge=charge), *self._receivable(charge, step.shares, -1)]
            return [Entry(self.account.pk, kind, on, tuple(legs), keys.row)]
        if step.row.type == PAYMENT:
            return self._paid(step, charge, on, keys)
        return [self._moved(charge, step.party, step.shares, on, keys.row, "")]

    def _paid(self, step: Step, charge: int | None, on: date, keys: Keys) -> list[Entry]:
        payment, laid = self.payments[step.row.id], sum(step.shares.values())
        entries = []
        if step.moved:
            why = "Copay: the client's own part" if step.row.method == "COPAY" else "Owed by whom the books say paid it"
            entries.append(self._moved(charge, step.party, step.moved, on, keys.owed, why))
        shares = [Share(charge, laid)] if laid else []
        here = laid if payment.payer_id else step.row.cents
        if here:
            entries.append(ledger.payment_entry(payment, self.account.pk, here, shares, on, keys.row))
        if rest := step.row.cents - here:
            entries.append(ledger.payment_entry(payment, payment.account_id, rest, [], on, keys.rest))
        return entries

    def _moved(self, charge, target: Party, sources: dict[Party, int], on: date, key: str, memo: str) -> Entry:
        legs = [*self._receivable(charge, {target: sum(sources.values())}, 1), *self._receivable(charge, sources, -1)]
        return Entry(self.account.pk, Kind.TRANSFER_RESPONSIBILITY, on, tuple(legs), key, memo)

    def _receivable(self, charge: int | None, shares: dict[Party, int], sign: int) -> list[Leg]:
        ids = {party: self.posting.payers[party].pk if party else None for party in shares}
        return [Leg(Book.RECEIVABLE, sign * cents, charge=charge, payer=ids[party]) for party, cents in shares.items()]
