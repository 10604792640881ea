from .invoice import Invoice, InvoiceLine

__all__ = ["Invoice", "InvoiceLine"]
