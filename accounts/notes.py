"""Notes on an account: written once, never changed."""

from billing_office.audit.acts import record

from .models import Account, Note


def write(account: Account, text: str, *, by, detail: dict) -> Note:
    note = Note.objects.create(account=account, author=by, text=text)
    record(by, "note_written", note, account_id=account.pk, detail=detail)
    return note
