"""The charges, payments and journal entries that the steps of one patient's lines come to."""

from dataclasses import dataclass
from datetime import date

from accounts import ledger
from accounts.ledger import Entry, Leg, Share
from accounts.models import Account, Book, Charge, Kind, Payer, Payment

from .models import Books
from .practice import Practice
from .replay import Party, Step
from .rows import ADJUSTMENT, CHARGE, PAYMENT, Line

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


class Batch:
    """The rows and entries that one patient's steps come to."""

    def __init__(self, books: Books, practice: Practice, payers: dict[str, Payer], account: Account, by):
        self.books, self.practice, self.payers, self.account, self.by = books, practice, payers, account, by
        self.steps: list[tuple[Line, Step]] = []
        self.charges: dict[str, Charge] = {}
        self.payments: dict[str, Payment] = {}
        self.charge_ids: dict[str, int] = {}

    def take(self, steps: list[tuple[Line, Step]], charge_ids: dict[str, int]):
        """`charge_ids`: charges posted before, by row id, which the steps may lean on."""
        self.steps, self.charge_ids = steps, charge_ids
        for line, step in steps:
            if step.row.type == CHARGE:
                self.charges[step.row.id] = self._charge(line)
            elif step.row.type == PAYMENT:
                self.payments[step.row.id] = self._payment(step)

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
        row = line.charge
        return Charge(
            account=self.account,
            client_id=self.account.guarantor_id,
            service_on=self.books.moved(row.on),
            description=self.practice.description(line),
            code=row.code,
            code_system=self.practice.code_systems.get(row.code, ""),
            units=row.units,
            cents=row.cents,
            provider=self.practice.provider(line),
            created_by=self.by,
        )

    def _payment(self, step: Step) -> Payment:
        payer = self.payers.get(step.party) if step.party else None
        return Payment(
            account=payer.house_account if payer else self.account,
            payer=payer,
            received_on=self.books.moved(step.row.on),
            method=METHODS[step.row.method],
            reference="Copay" if step.row.method == "COPAY" else "",
            cents=step.row.cents,
            created_by=self.by,
        )

    def _entries(self, line: Line, step: Step) -> list[Entry]:
        keys = Keys.of(self.books.pk, step.row.id)
        on, charge = self.books.moved(step.row.on), self.charge_ids.get(line.charge.id)
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
        ids = {party: self.payers[party].pk if party else None for party in shares}
        return [Leg(Book.RECEIVABLE, sign * cents, charge=charge, payer=ids[party]) for party, cents in shares.items()]
