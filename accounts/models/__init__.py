from .account import Account
from .attachment import Attachment
from .charge import Charge
from .client import Client
from .contact import ContactPoint
from .contact_made import ContactMade
from .document import Blob, Document
from .fact import AccountFact
from .flag import AccountFlag
from .hold import Hold
from .journal import Book, JournalEntry, Kind, Posting
from .ledger_account import LedgerAccount
from .merge import KeptApart, Merge
from .message import Message
from .money_rule import MoneyRule
from .name_word import NameBearer, NameWord
from .note import FollowUp, Mention, Note, Snooze
from .number import NumberSeries
from .open_item import AccountBalance, Due, OpenItem
from .payer import Payer
from .payment import Payment
from .period import Period, Snapshot
from .reason import Reason
from .refund import Payout, Refund
from .run import Run, RunLine

__all__ = [
    "Account",
    "AccountBalance",
    "AccountFact",
    "AccountFlag",
    "Attachment",
    "Blob",
    "Book",
    "Charge",
    "Client",
    "ContactMade",
    "ContactPoint",
    "Document",
    "Due",
    "FollowUp",
    "Hold",
    "JournalEntry",
    "KeptApart",
    "Kind",
    "LedgerAccount",
    "Mention",
    "Merge",
    "Message",
    "MoneyRule",
    "NameBearer",
    "NameWord",
    "Note",
    "NumberSeries",
    "OpenItem",
    "Payer",
    "Payment",
    "Payout",
    "Period",
    "Posting",
    "Reason",
    "Refund",
    "Run",
    "RunLine",
    "Snapshot",
    "Snooze",
]
