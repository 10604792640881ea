"""From a file to accounts: kept, read by a worker, looked at by a person, taken over in one transaction, undone while untouched."""

import contextlib
from datetime import date

import redis
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import facts, ledger, notes, opening, people
from accounts.models import Account, Blob, Client, ContactPoint, JournalEntry
from accounts.models.number import take
from billing_office.audit import acts
from billing_office.audit.models import Act
from billing_office.intake.models import AccountImport, TakenAccount
from billing_office.lib import dates, sheets
from billing_office.outbox import queue
from billing_office.staff.models import Office

from .layout import guess
from .reading import Person, Planned, Reading, read

JOB = "account_import"
FINDINGS, SAMPLE = 200, 8
BROUGHT = "Balance brought forward"  # stands in the ledger
State = AccountImport.State


class Touched(Exception):
    """Something happened on accounts of the import since; `numbers` are theirs."""

    def __init__(self, numbers: list[str]):
        super().__init__(", ".join(numbers))
        self.numbers = numbers


# -- asked for by a person ------------------------------------------------------------------------------------------------


def begin(office: Office, name: str, content: bytes, *, by) -> AccountImport:
    """Keep the file and have a worker read it. Columns are those of the last import with the same heads, else guessed."""
    heads = sheets.heads(content)
    before = AccountImport.objects.filter(office=office, heads=heads, state=State.DONE).first()
    with transaction.atomic():
        row = AccountImport.objects.create(
            office=office, name=name[:120], blob_id=Blob.keep(content, "application/octet-stream"), heads=heads,
            columns=before.columns if before else guess(heads, office), made_by=by,
        )  # fmt: skip
        queue.put(JOB, row.pk, f"{JOB}:{row.pk}:read")
        acts.record(by, "account_list_sent", row)
        return row


def read_again(row: AccountImport, named: dict) -> bool:
    """Have it read with other columns; False when it is being taken over or was."""
    return _on(row, [State.READY, State.FAILED], State.READING, columns=named, found={})


def confirm(row: AccountImport, by) -> bool:
    """Have a worker take over what was looked at; False when somebody did already, or it has errors."""
    with transaction.atomic():
        if not _on(row, [State.READY], State.TAKING, taken_by=by):
            return False
        acts.record(by, "account_import_started", row)
        return True


def undo(row: AccountImport, by) -> bool:
    with transaction.atomic():
        if not _on(row, [State.DONE], State.UNDOING, undone_by=by):
            return False
        acts.record(by, "account_import_undo_started", row)
        return True


def _on(row: AccountImport, before: list, after: str, **changes) -> bool:
    with transaction.atomic():
        if not AccountImport.objects.filter(pk=row.pk, state__in=before).update(state=after, **changes):
            return False
        queue.put(JOB, row.pk, f"{JOB}:{row.pk}:{after}:{dates.now().timestamp()}")
        return True


# -- done by a worker -----------------------------------------------------------------------------------------------------


def work(pk: int):
    """The worker's part, for each step. Done already: nothing happens."""
    row = AccountImport.objects.select_related("office", "blob", "taken_by", "undone_by").get(pk=pk)
    step = {State.READING: _look, State.TAKING: _take, State.UNDOING: _undo}.get(row.state)
    if step:
        step(row)


def _look(row: AccountImport):
    try:
        reading = _read(row)
    except sheets.NoTable as refusal:
        row.state, row.found = State.FAILED, {"why": str(refusal)}
    else:
        row.found = _told(reading)
        row.state = State.READY if reading.accounts and not reading.errors else State.FAILED
    # A worker that lost its turn meanwhile must not make ready again what another has read, or taken over.
    AccountImport.objects.filter(pk=row.pk, state=State.READING).update(state=row.state, found=row.found)


def _read(row: AccountImport) -> Reading:
    return read(bytes(row.blob.content), row.columns, row.office, dates.today())


def _told(reading: Reading) -> dict:
    found = {
        "rows": reading.rows, "known": reading.known, "accounts": len(reading.accounts),
        "clients": sum(len(one.people) for one in reading.accounts), "cents": sum(one.cents for one in reading.accounts),
        "errors": [one.told for one in reading.errors[:FINDINGS]], "wrong": len(reading.errors),
        "notices": [one.told for one in reading.notices[:FINDINGS]], "noticed": len(reading.notices),
        "sample": [_sample(one) for one in reading.accounts[:SAMPLE]],
    }  # fmt: skip
    if reading.errors:
        wrong = len(reading.errors)
        found["why"] = ngettext(
            "%(count)d cell cannot be taken. Mend it in the file and send it again, or choose other columns.",
            "%(count)d cells cannot be taken. Mend them in the file and send it again, or choose other columns.",
            wrong,
        ) % {"count": wrong}
    elif not reading.accounts:
        found["why"] = _("Every row was imported before.") if reading.known else _("The list has no rows.")
    return found


def _sample(planned: Planned) -> dict:
    reach = [point.get("value") or f"{point['street']}, {point['city']}" for point in planned.people[0].points]
    names = [f"{who['first_name']} {who['last_name']}".strip() for who in (person.fields for person in planned.people)]
    return {"row": planned.row, "reference": planned.reference, "names": names, "reach": reach, "cents": planned.cents}


def _take(row: AccountImport):
    """All of it in one transaction. The numbers are taken before: nobody who opens an account meanwhile waits for it."""
    reading = _read(row)
    if reading.errors:  # somebody changed a field or the office between the look and the press
        row.state, row.found = State.FAILED, _told(reading)
        row.save(update_fields=["state", "found"])
        return
    numbers = take("account", count=len(reading.accounts))
    with transaction.atomic():
        if AccountImport.objects.select_for_update().get(pk=row.pk).state != State.TAKING:
            return
        for at, (planned, number) in enumerate(zip(reading.accounts, numbers, strict=True)):
            _account(row, planned, number)
            tell(row, at + 1, len(reading.accounts))
        row.state, row.done_at, row.found = State.DONE, dates.now(), _told(reading)
        row.save(update_fields=["state", "done_at", "found"])
        counts = {"accounts": row.found["accounts"], "cents": row.found["cents"]}
        acts.record(row.taken_by, "accounts_imported", row, detail=counts)


def _account(row: AccountImport, planned: Planned, number: int):
    by, detail = row.taken_by, {"import": row.pk, "row": planned.row}
    guarantor, *others = planned.people
    account = opening.open_account(
        office=row.office, by=by, opened_on=planned.opened_on, financial_class=planned.financial_class, detail=detail,
        number=number, **guarantor.fields,
    )  # fmt: skip
    _reach(account.guarantor, guarantor, by, detail)
    for person in others:
        client = people.add_client(account, Client(**person.fields), by=by, detail=detail)
        _reach(client, person, by, detail)
    if planned.facts:
        facts.write(account, planned.facts, by=by, detail=detail)
    if planned.note:
        notes.write(account, planned.note, by=by, detail=detail)
    if planned.cents:
        on = planned.cents_on or dates.today()
        charge = ledger.charge(
            account, cents=planned.cents, service_on=on, description=BROUGHT, client=account.guarantor, by=by,
            key=f"import:{row.pk}:{planned.row}", on=_open_day(on),
        )  # fmt: skip
        acts.record(by, "charge_posted", charge, account_id=account.pk, detail=detail)
    TakenAccount.objects.create(
        source=row, office=row.office, account=account, reference=planned.reference, row=planned.row
    )


def _open_day(day: date) -> date:
    """The day itself, or the first one after the closed books."""
    closed = ledger.closed_through()
    return day if closed is None or day > closed else dates.today()


def _reach(client: Client, person: Person, by, detail: dict):
    for fields in person.points:
        point = ContactPoint(**fields, source="imported list")
        if point.consent_on:
            people.give_consent(point, point.consent_on, by)
            point.consent_wording = _("As the imported list says.")
        people.add_contact(client, point, by=by, detail=detail)


# -- undoing --------------------------------------------------------------------------------------------------------------


def touched(row: AccountImport) -> list[str]:
    """Numbers of accounts on which anything happened that the import did not do; looking at them is nothing."""
    ids = list(row.taken.values_list("account", flat=True))
    mine = Act.objects.filter(account_id__in=ids)
    others = (
        mine.exclude(detail__contains={"import": row.pk})
        .exclude(verb__endswith="_read")
        .values_list("account_id", flat=True)
    )
    posted = JournalEntry.objects.filter(account__in=ids).exclude(source_key__startswith=f"import:{row.pk}:")
    hit = set(others) | set(posted.values_list("account", flat=True))
    return list(Account.objects.filter(pk__in=hit).order_by("number").values_list("number", flat=True))


def _undo(row: AccountImport):
    """The books forget nothing: what was brought forward is reversed, and the accounts close, saying why. All or nothing."""
    with transaction.atomic():
        ids = list(row.taken.values_list("account", flat=True))
        with ledger.locked(ids) as accounts:
            if AccountImport.objects.select_for_update().get(pk=row.pk).state != State.UNDOING:
                return
            if numbers := touched(row):
                row.found |= {"kept": untouchable(numbers)}
                row.state = State.DONE
                row.save(update_fields=["state", "found"])
                return
            for at, account in enumerate(accounts.values()):
                _close(row, account)
                tell(row, at + 1, len(ids))
            row.taken.update(undone=True)
            row.state, row.undone_at = State.UNDONE, dates.now()
            row.save(update_fields=["state", "undone_at"])
            acts.record(row.undone_by, "account_import_undone", row, detail={"accounts": len(ids)})


def untouchable(numbers: list[str]) -> str:
    """Why an import is not undone: these accounts were worked on since."""
    named, more = ", ".join(numbers[:10]), len(numbers) - 10
    if more > 0:
        said = _("Nothing was undone: %(accounts)s and %(more)d more were worked on since.")
        return said % {"accounts": named, "more": more}
    return _("Nothing was undone: %(accounts)s were worked on since.") % {"accounts": named}


def _close(row: AccountImport, account: Account):
    entries = list(JournalEntry.objects.filter(account=account))
    for entry in entries:
        ledger.reverse(entry, on=dates.today(), by=row.undone_by, memo="Import undone")
    account.closed_on, account.closed_why = dates.today(), "Import undone"
    account.lock_version += 1  # who has it open to edit sees that it was closed meanwhile
    account.save(update_fields=["closed_on", "closed_why", "lock_version"])
    acts.record(
        row.undone_by,
        "account_closed",
        account,
        account_id=account.pk,
        reason="Import undone",
        detail={"import": row.pk},
    )


# -- how far it is --------------------------------------------------------------------------------------------------------


def _progress_key(row: AccountImport) -> str:
    return f"account-import:{row.pk}"


def tell(row: AccountImport, done: int, of: int):
    """Say how far it is. It stands in no table: the transaction that is at work shows nothing before its end."""
    if done % 25 and done != of:
        return
    with contextlib.suppress(redis.RedisError), redis.Redis.from_url(settings.REDIS_URL) as store:
        store.set(_progress_key(row), f"{done}/{of}", ex=3600)


def progress(row: AccountImport) -> tuple[int, int] | None:
    """(done, of all), None while nothing is known."""
    try:
        with redis.Redis.from_url(settings.REDIS_URL) as store:
            said = store.get(_progress_key(row))
    except redis.RedisError:
        return None
    done, slash, of = (said or b"").decode().partition("/")
    return (int(done), int(of)) if slash else None
