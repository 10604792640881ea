"""Notes on an account: written once, never changed, corrected by another; they call colleagues by @name."""

import re
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from billing_office.audit.acts import record
from billing_office.staff.access import may
from billing_office.staff.models import Office, User

from .models import Account, FollowUp, Mention, Note

# An address such as robert@example.org calls nobody.
_CALLED = re.compile(r"(?<![\w.@])@([A-Za-z0-9][\w.-]*\w)")


def called(text: str) -> list[str]:
    """The user names that a text calls, each once, in lower case.

    >>> called("@J.Tran please look, write to bob@example.org. Thanks @j.tran and @a.kim.")
    ['j.tran', 'a.kim']
    """
    return list(dict.fromkeys(name.lower() for name in _CALLED.findall(text)))


def colleagues(office: Office) -> QuerySet[User]:
    """Who may read the accounts of an office, in order of name."""
    people = User.objects.people().filter(is_active=True, offices=office)
    return people.filter(pk__in=[user.pk for user in people if may(user, "read_accounts")]).order_by("name")


def write(
    account: Account, text: str, *, by: User, detail: dict, mentioned: list[User] | None = None, corrects: Note | None = None
) -> Note:  # fmt: skip
    """Whoever writes on an account has read what they were asked to read there."""
    with transaction.atomic():
        note = Note.objects.create(account=account, author=by, text=text, corrects=corrects)
        Mention.objects.bulk_create(Mention(note=note, user=user) for user in mentioned or [] if user != by)
        Mention.objects.filter(user=by, note__account=account, read_at=None).update(read_at=note.at)
        record(by, "note_written", note, account_id=account.pk, detail=detail)
    return note


def read(mention: Mention, *, now: datetime) -> bool:
    """False, and nothing happens, where it was read already."""
    return bool(Mention.objects.filter(pk=mention.pk, read_at=None).update(read_at=now))


# -- follow-ups -----------------------------------------------------------------------------------------------------------


def ask(account: Account, what: str, on: date, *, by: User, user: User | None = None, role: str = "") -> FollowUp:
    """Let something be done on an account from a day on, by a person or by whoever has a role: exactly one of the two."""
    with transaction.atomic():
        row = FollowUp.objects.create(account=account, what=what[:200], on=on, for_user=user, for_role=role, made_by=by)
        record(by, "follow_up_asked", row, account_id=account.pk, detail={"on": on.isoformat(), "role": role})
    return row


def done(row: FollowUp, *, by: User, now: datetime) -> bool:
    """Of two who press at the same time the database lets one do it; the other gets False and finds who in `done_by`."""
    with transaction.atomic():
        if not FollowUp.objects.filter(pk=row.pk, done_at=None).update(done_by=by, done_at=now):
            row.refresh_from_db(fields=["done_by", "done_at"])
            return False
        record(by, "follow_up_done", row, account_id=row.account_id)
    return True
