from django.conf import settings
from django.db import models

from .account import Account


class Note(models.Model):
    """What somebody wants the next reader of the account to know."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    text = models.CharField(max_length=2000)

    class Meta:
        ordering = ["-id"]

    def __str__(self):
        return self.text[:60]
