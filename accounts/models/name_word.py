from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.utils.translation import gettext_lazy as _

from billing_office.staff.models import Office, Role

from .account import Account, scope
from .client import Client


class NameWord(models.Model):
    """One word of clients' names, for finding who is meant in spite of a slip: few words, however many people bear them.

    Written by a trigger on the clients (migration 0012). Not unique on purpose: two people who add the same new name at
    once must not wait for each other. A word that nobody bears any more leads to nobody.
    """

    word = models.CharField(max_length=200)

    class Meta:
        indexes = [
            models.Index(OpClass("word", "varchar_pattern_ops"), name="name_word_by_beginning"),
            GinIndex(OpClass("word", "gin_trgm_ops"), name="name_word_by_trigram", fastupdate=False),
        ]

    def __str__(self):
        return self.word


class NameBearerQuerySet(models.QuerySet):
    def for_staff(self, user):
        """As AccountQuerySet.for_staff. A person's offices are asked first: by their ids the index passes over all others."""
        theirs = self.filter(scope(user, "account__"))
        if user.role == Role.SERVICE:
            return theirs
        return theirs.filter(office__in=list(user.offices.values_list("pk", flat=True)))


class NameBearer(models.Model):
    """A client bears a word in their name: what the name is found by. The office stands in the index, so that the first few
    of a frequent name are as quickly found in a small office as in a large one.

    Written by triggers on clients and accounts alone (migration 0016), which also take it away.
    """

    pk = models.CompositePrimaryKey("client", "word")
    client = models.ForeignKey(
        Client, on_delete=models.DO_NOTHING, related_name="words", db_constraint=False, db_index=False
    )
    word = models.CharField(max_length=200)
    leads = models.BooleanField(help_text=_("The name is sorted by this word: the last name, or its first word."))
    office = models.ForeignKey(
        Office, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    account = models.ForeignKey(
        Account, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )

    objects = NameBearerQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["word", "leads", "office", "account", "client"],
                opclasses=["varchar_pattern_ops", "bool_ops", "int8_ops", "int8_ops", "int8_ops"],
                name="name_bearer_by_word",
            )
        ]

    def __str__(self):
        return f"{self.word}: {self.client_id}"
