"""Forms that add something are sent once: a double click, a reload or the back button finds what the first press made."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import transaction

from billing_office.audit.models import Act
from billing_office.staff.models import User


@contextmanager
def once(key: UUID, verb: str, by: User) -> Iterator[Act | None]:
    """One transaction; gives the act by which this person already did `verb` with this form, or None: do it now.

    Whoever does it records `verb` with `detail={"form": str(key)}`. The person's own row is the lock: two presses of one
    person wait for each other and for nobody else.
    """
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        yield Act.objects.of_form(key).filter(actor=by, verb=verb).first()
