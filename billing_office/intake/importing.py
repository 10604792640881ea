"""Taking over a practice's books: which books these are, their payers, then one patient after the other."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from django.db import DatabaseError, connection, transaction

from accounts import opening
from accounts.ledger import Refused
from accounts.models import Payer
from billing_office.audit import acts
from billing_office.lib import dates
from billing_office.lib.sorting import sort_key
from billing_office.staff.models import Office

from .coverages import CoverageTaking
from .files import Folder, Refusal
from .models import Books, Known
from .posting import PatientPosting
from .practice import Practice
from .replay import who_owes
from .rows import PayerRow

LOCK = 0x696E74  # one import at a time in this database


class Unwanted(Exception):
    """The books can be read but must not be taken over like this: one sentence. Nothing was done."""


def take_over(
    path: Path, mode: str, *, office: Office, by, until: date | None = None, tell: Callable[[str], None] = lambda _: None
) -> tuple[Books, list[Refusal]]:  # fmt: skip
    """Post what is not posted yet of the books in `path`. Raises Unreadable or Unwanted before anything is written.

    Each patient is one transaction: what cannot be posted is refused, with file, line and reason, and the rest stands.
    `until` (mode charges only): the day to which the newest service, and all others with it, is moved.
    """
    tell(f"Reading {path}")
    practice = Practice(Folder(path))
    with _alone():
        books = _books(path, practice, mode, office, until, by)
        payers = _payers(books, practice, by)
        posting, covering = PatientPosting(books, practice, payers, by), CoverageTaking(books, practice, payers, by)
        refused, new = list(practice.refused), 0
        for done, patient in enumerate(practice.patients.values(), 1):
            try:
                with transaction.atomic():
                    new += posting.run(patient)
                refused += posting.refused
            except (DatabaseError, Refused, ValueError) as error:
                refused.append(
                    Refusal("patients.csv", patient.line, f"nothing of this patient was posted: {_said(error)}")
                )
            with transaction.atomic():
                covering.run(patient)
            refused += covering.refused
            if done % 25 == 0 or done == len(practice.patients):
                tell(f"{done} of {len(practice.patients)} patients")
        if new:
            acts.record(by, "books_imported", books, detail={"mode": mode, "entries": new, "refused": len(refused)})
    return books, sorted(refused)


@contextmanager
def _alone() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise Unwanted("Another import is running. Wait for its end.")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _books(path: Path, practice: Practice, mode: str, office: Office, until: date | None, by) -> Books:
    beginning = hashlib.sha256("\n".join([*practice.beginning, *_where_empty(path, practice)]).encode()).hexdigest()
    known = Books.objects.filter(beginning=beginning).first() or _by_directory(path, practice)
    if until and mode != Books.Mode.CHARGES:
        raise Unwanted("--until moves days, which only --books charges does: books taken over whole keep their own.")
    if known is None:
        shift = _shift(practice, until) if until else 0
        return Books.objects.create(
            directory=str(path), beginning=beginning, mode=mode, office=office, until=until, shift_days=shift, created_by=by
        )  # fmt: skip
    if known.mode != mode:
        raise Unwanted(
            f"These books were imported on {dates.long(known.taken_on)} with --books {known.mode};"
            f" importing them with --books {mode} would post them a second time."
        )
    if until and until != known.until:
        kept = f"--until {known.until}" if known.until else "their own days"
        raise Unwanted(f"These books were imported with {kept}, and keep those days. Leave --until out.")
    return known


def _where_empty(path: Path, practice: Practice) -> list[str]:
    """Books without a row all begin alike; only their place tells them apart."""
    return [] if any(practice.beginning) else [str(path)]


def _by_directory(path: Path, practice: Practice) -> Books | None:
    there = Books.objects.filter(
        directory=str(path), known__payer=None, known__external_id__in=list(practice.patients)
    ).order_by("-pk")
    return there.first()


def _shift(practice: Practice, until: date) -> int:
    """Days from the newest service that will be posted to `until`."""
    days = [
        step.row.on
        for lines in practice.lines.values()
        for line in lines
        for step in who_owes(line).steps
    ]  # fmt: skip
    return (until - max(days)).days if days else 0


@transaction.atomic
def _payers(books: Books, practice: Practice, by) -> dict[str, Payer]:
    """Our payer for each of the books': the one of that name that we have, else a new one."""
    known = Known.objects.filter(books=books, account=None).select_related("payer__house_account")
    payers = {row.external_id: row.payer for row in known}
    for row in practice.payers.values():
        if row.id not in payers:
            payers[row.id] = _same_name(row) or _opened(row, by)
            Known.objects.create(books=books, external_id=row.id, payer=payers[row.id])
    return payers


def _same_name(row: PayerRow) -> Payer | None:
    ours = Payer.objects.filter(sort_key=sort_key(row.name), house_account__isnull=False)
    return ours.exclude(payer_class=Payer.Class.PERSON).select_related("house_account").order_by("pk").first()


def _opened(row: PayerRow, by) -> Payer:
    return opening.open_payer(
        name=row.name,
        payer_class=Payer.Class.GOVERNMENT if row.government else Payer.Class.INSURER,
        street=row.street,
        city_line=row.city_line,
        phone=row.phone,
        opened_on=dates.today(),
        by=by,
    )


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
