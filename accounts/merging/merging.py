"""Merging a duplicate into its survivor, and undoing that.

No posting moves: what is open on the duplicate stays open, billed and paid under its number, and is asked of the survivor's
guarantor (Account.answering). Unapplied money goes over by the ledger. Everything is noted in Merge.moved and goes back
by it.
"""

from datetime import date

from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import F, Model, ProtectedError
from django.utils.translation import gettext as _

from accounts import ledger
from accounts.closing import Obstacle, Obstructed
from accounts.models import Account, Client, ContactPoint, Merge
from billing_office.audit.acts import record
from billing_office.lib import dates

from .preview import Preview, look

TAKEN_OVER = ["birth_date", "deceased_on", "time_zone"]  # of a person, where the survivor's row says nothing


def merge(duplicate: Account, survivor: Account, why: str, *, on: date, by) -> Merge:
    """Merged already, the merge that stands. Raises Obstructed, or ledger.Refused where the books say no."""
    with ledger.locked([duplicate.pk, survivor.pk]) as accounts:
        duplicate, survivor = accounts[duplicate.pk], accounts[survivor.pk]
        if duplicate.merged_into_id == survivor.pk:
            return Merge.objects.standing().get(duplicate=duplicate)
        found = look(duplicate, survivor, on)
        if found.obstacles:
            raise Obstructed(found.obstacles)
        moved = {"entries": _money_over(found, on, why, by), "filled": _fill_in(found)}
        to, moved["written"] = _clients_over(found)
        moved["people"] = list(to.items())  # who is who: insurance compares bills of one person (persons.py)
        moved["hardened"] = _harden(found, to)
        moved["rows"] = _rows_over(found, to)
        duplicate.merged_into = survivor
        _save(duplicate, survivor)
        row = Merge.objects.create(duplicate=duplicate, survivor=survivor, why=why, by=by, moved=moved)
        detail = {"merge": row.pk, "duplicate": duplicate.pk, "survivor": survivor.pk, "entries": len(moved["entries"])}
        for account in (survivor, duplicate):
            record(by, "account_merged", account, account_id=account.pk, reason=why, detail=detail)
        return row


def _save(*accounts: Account):
    for account in accounts:
        account.lock_version += 1
        account.save(update_fields=["merged_into", "lock_version"])


def _money_over(found: Preview, on: date, why: str, by) -> list[int]:
    pair = found.duplicate, found.survivor
    entries = []
    for payment, cents in found.money:
        key = f"merge:{pair[0].pk}:{pair[1].pk}:{payment.pk}"
        told = {"account": pair[0].number, "other": pair[1].number, "why": why}
        memo = _("%(account)s is part of %(other)s: %(why)s") % told
        entries.append(ledger.transfer_unapplied(payment, *pair, cents, on=on, key=key, by=by, memo=memo)[0].pk)
    return entries


def _fill_in(found: Preview) -> list[list]:
    """What only the duplicate's row of a person knows is written on the survivor's. [[client, field, value], …]"""
    filled = []
    for person in found.people:
        names = [n for n in TAKEN_OVER if person.same and getattr(person.client, n) and not getattr(person.same, n)]
        for name in names:
            setattr(person.same, name, getattr(person.client, name))
            filled.append([person.same.pk, name, str(getattr(person.client, name))])
        if names:
            person.same.lock_version += 1
            person.same.save()
    return filled


def _clients_over(found: Preview) -> tuple[dict[int, int], list[int]]:
    """{client of the duplicate: of the survivor}, and who was written anew; charges hold the old rows where they are."""
    to, written = {}, []
    for person in found.people:
        if person.same is None:
            copy = Client.objects.get(pk=person.client.pk)
            copy.pk, copy.account, copy.lock_version, copy._state.adding = None, found.survivor, 1, True
            copy.save()
            written.append(copy.pk)
        to[person.client.pk] = person.same.pk if person.same else copy.pk
    return to, written


def _harden(found: Preview, to: dict[int, int]) -> list[list]:
    """What is known against an address holds for the same address on the survivor: an opt-out is never lost.

    Gives what stood before: [[contact, bad_since, bad_reason, opted_out_on], …], days as text.
    """
    before = []
    for old in found.contacts:
        if old.usable:
            continue
        for new in ContactPoint.objects.filter(client=to[old.client_id], kind=old.kind):
            if _address(new) != _address(old) or not new.usable:
                continue
            before.append([new.pk, _text(new.bad_since), new.bad_reason, _text(new.opted_out_on)])
            new.bad_since, new.bad_reason, new.opted_out_on = old.bad_since, old.bad_reason, old.opted_out_on
            new.lock_version += 1
            new.save()
    return before


def _known(point: ContactPoint, client: int) -> bool:
    """Whether this client is reached there already, and may be by as much: a consent is not left behind."""
    there = ContactPoint.objects.filter(client=client, kind=point.kind)
    return any(_address(one) == _address(point) and (one.consent_on or not point.consent_on) for one in there)


def _address(point: ContactPoint) -> str:
    if point.kind == ContactPoint.Kind.PHONE:
        return "".join(c for c in point.value if c.isdigit())[-10:]
    return " ".join(str(point).casefold().split())


def _text(day: date | None) -> str | None:
    return day and day.isoformat()


def _rows_over(found: Preview, to: dict[int, int]) -> list[list]:
    """[[model, id, column, what stood there], …] of all that now names the survivor or its client."""
    rows = [(row, "client_id", to[row.client_id]) for row in found.contacts if not _known(row, to[row.client_id])]
    rows += [(row, "account_id", found.survivor.pk) for row in [*found.flags, *found.holds]]
    rows += [(row, "client_id", to[person.client.pk]) for others in found.others.values() for row, person in others]
    return [_name_anew(row, column, value) for row, column, value in rows]


def _name_anew(row: Model, column: str, value: int) -> list:
    before = [row._meta.label_lower, row.pk, column, getattr(row, column)]
    _update(type(row), row.pk, **{column: value})
    return before


def _update(model: type[Model], pk: int, **values):
    """A form that shows the row as it was must not save it: its version goes up too, where it has one."""
    if any(field.name == "lock_version" for field in model._meta.fields):
        values["lock_version"] = F("lock_version") + 1
    model._base_manager.filter(pk=pk).update(**values)


# -- undoing ------------------------------------------------------------------------------------------------------------


def undo(row: Merge, why: str, *, on: date, by) -> bool:
    """Two accounts again, as they were. Undone already: False. Raises Obstructed, saying what has happened since."""
    with ledger.locked([row.duplicate_id, row.survivor_id]) as accounts:
        row = Merge.objects.select_for_update(no_key=True).get(pk=row.pk)
        if row.undone_at:
            return False
        duplicate, survivor = accounts[row.duplicate_id], accounts[row.survivor_id]
        if survivor.closed_on or survivor.merged_into_id:
            told = {"account": survivor.number, "other": survivor.answering.number}
            if survivor.closed_on:
                words = _("%(account)s is closed by now.") % told
            else:
                words = _("%(account)s is part of %(other)s by now.") % told
            raise Obstructed([Obstacle(words, _("Undo that first."), "account", (survivor.pk,))])
        _money_back(row, on, why, by)
        for model, pk, column, value in reversed(row.moved["rows"]):
            _update(apps.get_model(model), pk, **{column: value})
        _people_back(row)
        duplicate.merged_into = None
        _save(duplicate, survivor)
        row.undone_by, row.undone_at = by, dates.now()
        row.save(update_fields=["undone_by", "undone_at"])
        for account in (survivor, duplicate):
            record(by, "merge_undone", account, account_id=account.pk, reason=why, detail={"merge": row.pk})
        return True


def _money_back(row: Merge, on: date, why: str, by):
    for pk in row.moved["entries"]:
        try:
            ledger.reverse(ledger.JournalEntry.objects.get(pk=pk), on=on, by=by, memo=why)
        except ledger.StillNeeded as needed:
            words = _("Money that came over has been used since.")
            todo = _("Reverse what used it first.")
            raise Obstructed([Obstacle(words, todo, "entry", (needed.entries[0].pk,))]) from needed


def _people_back(row: Merge):
    for pk, bad_since, bad_reason, opted_out_on in row.moved["hardened"]:
        _update(ContactPoint, pk, bad_since=bad_since, bad_reason=bad_reason, opted_out_on=opted_out_on)
    for pk, name, value in row.moved["filled"]:  # unless somebody has corrected it since
        if Client.objects.filter(pk=pk, **{name: value}).exists():
            _update(Client, pk, **{name: "" if name == "time_zone" else None})
    for client in Client.objects.filter(pk__in=row.moved["written"]):
        try:
            with transaction.atomic():
                client.delete()
        except (ProtectedError, IntegrityError) as error:
            words = _("Something was recorded for %(client)s since.") % {"client": client.name}
            raise Obstructed(
                [Obstacle(words, _("It cannot be taken apart any more."), "account", (row.survivor_id,))]
            ) from error
