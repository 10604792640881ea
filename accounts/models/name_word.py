from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models


class NameWord(models.Model):
    """One word of clients' names, for finding who is meant in spite of a slip: few words, however many people bear them.

    Written by a trigger on the clients (migration 0010). Not unique on purpose: two people who add the same new name at
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
