"""The whole chart of accounts: which books an entry of each kind may touch."""

from .models import Book as B
from .models import Charge
from .models import Kind as K

BOOKS: dict[str, frozenset[str]] = {
    kind: frozenset(books)
    for kind, books in {
        K.CHARGE: {B.RECEIVABLE, B.REVENUE},
        K.CONTRACTUAL_WRITEOFF: {B.RECEIVABLE, B.CONTRACTUAL},
        K.PAYER_PAYMENT: {B.CASH, B.RECEIVABLE, B.UNAPPLIED},
        K.CLIENT_PAYMENT: {B.CASH, B.RECEIVABLE, B.UNAPPLIED},
        K.ALLOCATION: {B.UNAPPLIED, B.RECEIVABLE, B.TRANSFER_CLEARING},
        K.TRANSFER_RESPONSIBILITY: {B.RECEIVABLE},
        K.DISCOUNT: {B.RECEIVABLE, B.DISCOUNT},
        K.SMALL_BALANCE_WRITEOFF: {B.RECEIVABLE, B.SMALL_BALANCE},
        K.CHARITY: {B.RECEIVABLE, B.CHARITY},
        K.BAD_DEBT: {B.RECEIVABLE, B.BAD_DEBT},
        K.SETTLEMENT: {B.RECEIVABLE, B.DISCOUNT},
        K.PROVIDER_ADJUSTMENT: {B.CASH, B.UNAPPLIED, B.PROVIDER_ADJUSTMENTS},
        K.AGENCY_RECOVERY: {B.CASH, B.RECEIVABLE, B.AGENCY_FEES},
        K.AGENCY_FEE: {B.AGENCY_FEES, B.AGENCY_PAYABLE, B.CASH},
        K.LATE_FEE: {B.RECEIVABLE, B.LATE_FEES},
        K.INTEREST: {B.RECEIVABLE, B.INTEREST},
        K.REFUND: {B.UNAPPLIED, B.REFUNDS, B.CASH},
        K.PAYER_TAKEBACK: {B.CASH, B.RECEIVABLE, B.UNAPPLIED},
        K.ACCOUNT_TRANSFER: {B.UNAPPLIED, B.TRANSFER_CLEARING},
        K.REVERSAL: frozenset(B),
    }.items()
}

# What lowers an open item without money: kind → the book that takes it.
ADJUSTMENTS: dict[str, str] = {
    K.CONTRACTUAL_WRITEOFF: B.CONTRACTUAL,
    K.DISCOUNT: B.DISCOUNT,
    K.SMALL_BALANCE_WRITEOFF: B.SMALL_BALANCE,
    K.CHARITY: B.CHARITY,
    K.BAD_DEBT: B.BAD_DEBT,
    K.SETTLEMENT: B.DISCOUNT,
}

# What a charge earns, by its kind: the kind of its entry and the book.
EARNED: dict[str, tuple[str, str]] = {
    Charge.Kind.SERVICE: (K.CHARGE, B.REVENUE),
    Charge.Kind.LATE_FEE: (K.LATE_FEE, B.LATE_FEES),
    Charge.Kind.BANK_FEE: (K.LATE_FEE, B.LATE_FEES),
    Charge.Kind.INTEREST: (K.INTEREST, B.INTEREST),
}
NEW_CHARGES = {kind for kind, book in EARNED.values()}
