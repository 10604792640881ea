"""A bank's file comes in: read, its lines written once however often they come, and undone again while nothing stands on it."""

import hashlib
import re
from collections import Counter
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import ledger
from accounts.ledger import Refused
from accounts.models import Book, JournalEntry
from billing_office.audit.acts import record
from invoices.models import BankAccount, BankImport, BankLine, Clearing

from . import bai2, statement
from .statement import Finding, Line, Mapping

SHOWN = 100  # findings kept of one file


class Unreadable(ValueError):
    """Nothing of the file was taken; `findings` say where and why."""

    def __init__(self, findings: list[Finding]):
        self.findings = findings
        super().__init__(findings[0].words)


def take_in(account: BankAccount, name: str, data: bytes, *, now: datetime, by) -> BankImport:
    """Read a file. A CSV whose head is not the one this account had last time waits for its columns to be named.

    Raises Unreadable, and then nothing is written.
    """
    facts = {
        "bank_account": account,
        "file_name": _bare(name),
        "sha256": hashlib.sha256(data).hexdigest(),
        "imported_by": by,
    }
    if bai2.looks_like(data):
        lines = _of_account(bai2.read(data), account, now.date())
        with transaction.atomic():
            row = BankImport.objects.create(kind=BankImport.Kind.BAI2, **facts)
            _write(row, lines, [], now=now, by=by)
            return row
    text, wrong = statement.decoded(data)
    rows, findings = ([], [wrong]) if wrong else statement.table(text)
    if findings:
        raise Unreadable(findings)
    with transaction.atomic():
        row = BankImport.objects.create(kind=BankImport.Kind.CSV, rows=rows, **facts)
        mapping = Mapping(**account.columns) if account.columns else None
        if mapping and mapping.fits(rows):
            read(row, mapping, now=now, by=by)
            row.refresh_from_db()
        return row


def _bare(name: str) -> str:
    """The last part of a file's name, to be shown; nothing is ever opened by it."""
    return statement.tidy(re.split(r"[/\\]", name)[-1])[-100:] or "file"


def _of_account(file: bai2.File, account: BankAccount, today: date) -> list[Line]:
    if file.findings:
        raise Unreadable(file.findings)
    mine = [one for one in file.statements if one.number.endswith(account.last4)]
    if not mine:
        others = ", ".join(sorted({f"…{one.number[-4:]}" for one in file.statements}))
        said = (
            _("Nothing in this file is of the account …%(last4)s; it is of %(others)s.")
            if others
            else _("Nothing in this file is of the account …%(last4)s; it is of none.")
        )
        raise Unreadable([Finding(0, 0, said % {"last4": account.last4, "others": others})])
    lines = [line for one in mine for line in one.lines]
    if late := [line for line in lines if not date(1990, 1, 1) <= line.on <= today]:
        raise Unreadable([Finding(late[0].row, 0, _("The day %(day)s has not come yet.") % {"day": late[0].on})])
    return lines


def mapping_of(bank_import: BankImport) -> Mapping:
    """What the page of columns starts from."""
    return statement.guess(bank_import.rows)


def read(bank_import: BankImport, mapping: Mapping, *, now: datetime, by) -> bool:
    """Read the kept cells by this mapping, remember it for the account, and write the lines; whether this call did it."""
    with transaction.atomic():
        row = (
            BankImport.objects.select_for_update(no_key=True, of=("self",))
            .select_related("bank_account")
            .get(pk=bank_import.pk)
        )
        if row.read_at or row.undone_at:
            return False
        lines, findings = statement.lines(row.rows, mapping, now.date())
        account = row.bank_account
        account.columns = mapping.kept()
        account.save(update_fields=["columns"])
        _write(row, lines, findings, now=now, by=by)
        return True


def _write(row: BankImport, lines: list[Line], findings: list[Finding], *, now: datetime, by):
    """The lines that no file of this account had before. Who imports the same at once waits for the other's, and has none."""
    keys = _keys(lines)
    BankLine.objects.bulk_create(
        [
            BankLine(
                bank_import=row, bank_account=row.bank_account, row=line.row, on=line.on, cents=line.cents, name=line.name,
                text=line.text, reference=line.reference, method=line.method, key=key,
            )
            for line, key in zip(lines, keys, strict=True)
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    new = row.lines.count()
    row.rows, row.known, row.read_at = [], len(lines) - new, now
    row.findings = [[one.row, one.column, one.words] for one in findings[:SHOWN]]
    row.save(update_fields=["rows", "known", "read_at", "findings"])
    detail = {"lines": new, "known": row.known, "findings": len(findings)}
    record(by, "bank_file_imported", row, detail=detail)


def _keys(lines: list[Line]) -> list[str]:
    """A name for each line that is the same in every file that has it. Of lines that are alike, the first is one, the second
    another: a bank that lists a day again lists all of it."""
    seen: Counter = Counter()
    found = []
    for line in lines:
        words = "\x1f".join([line.on.isoformat(), str(line.cents), line.name, line.text, line.reference]).casefold()
        seen[words] += 1
        found.append(hashlib.sha256(f"{words}\x1f{seen[words]}".encode()).hexdigest())
    return found


# -- undoing ---------------------------------------------------------------------------------------------------------------


def undo(bank_import: BankImport, *, on: date, now: datetime, by) -> bool:
    """Undo a file: what was posted from its lines is reversed, what they cleared is open again, and it can come in once more.

    Whether this call did it. Raises Refused (StillNeeded names the entries) while something stands on what was posted, and
    then nothing is undone.
    """
    with transaction.atomic():
        clearings = Clearing.objects.live().filter(line__bank_import=bank_import).select_related("payment")
        accounts = set(clearings.values_list("payment__postings__account", flat=True)) - {None}
        with ledger.locked(accounts):
            row = BankImport.objects.select_for_update(no_key=True).get(pk=bank_import.pk)
            if row.undone_at:
                return False
            lines = list(row.lines.select_for_update(no_key=True).order_by("pk"))
            if any(line.chosen for line in lines):
                raise Refused(_("Lines of this file are being posted. Wait until that is done."))
            for clearing in clearings.order_by("pk"):
                if clearing.made:
                    _reverse(clearing, row, on, by)
            clearings.update(undone_at=now, undone_by=by)
            row.lines.update(undone_at=now)
            row.rows, row.undone_at, row.undone_by = [], now, by
            row.save(update_fields=["rows", "undone_at", "undone_by"])
            record(by, "bank_import_undone", row, detail={"lines": len(lines)})
            return True


def _reverse(clearing: Clearing, row: BankImport, on: date, by):
    entries = JournalEntry.objects.filter(
        postings__payment=clearing.payment_id, postings__book=Book.CASH, reversal=None, reverses=None
    )
    for entry in entries.distinct().order_by("-pk"):
        ledger.reverse(entry, on=on, by=by, memo=_("Import of %(file)s undone") % {"file": row.file_name[:60]})
