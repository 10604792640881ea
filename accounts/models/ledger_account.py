from django.db import models
from django.utils.translation import gettext_lazy as _

from .journal import Book
from .versioned import Versioned


class LedgerAccount(Versioned):
    """The account of the office's own bookkeeping that takes the postings of one of our books. Several may share one."""

    book = models.CharField(max_length=20, choices=Book.choices, unique=True, editable=False)
    code = models.CharField(max_length=20, help_text=_("The number of the account in your bookkeeping."))
    name = models.CharField(max_length=60)

    class Meta:
        ordering = ["code", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(book__in=Book.values) & ~models.Q(code="") & ~models.Q(name=""),
                name="ledger_account_is_of_a_book",
            )
        ]

    def __str__(self):
        return f"{self.code} {self.name}"
