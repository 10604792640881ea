from .bank import BankAccount, BankImport, BankLine
from .credit_note import CreditNote
from .deposit import Clearing, DayClose, Deposit, DepositLine
from .invoice import Invoice, InvoiceLine
from .recurring import RecurringCharge

__all__ = [
    "BankAccount",
    "BankImport",
    "BankLine",
    "Clearing",
    "CreditNote",
    "DayClose",
    "Deposit",
    "DepositLine",
    "Invoice",
    "InvoiceLine",
    "RecurringCharge",
]
