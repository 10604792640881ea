from .credit_note import CreditNote
from .invoice import Invoice, InvoiceLine

__all__ = ["CreditNote", "Invoice", "InvoiceLine"]
