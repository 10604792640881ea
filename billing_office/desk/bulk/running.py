"""A run over many rows: asked for once, worked off row by row. Each row is a transaction of its own; a run that died goes on with
the rows whose turn had not come."""

import uuid
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from billing_office.audit.acting import acting
from billing_office.audit.acts import record
from billing_office.desk.models import BulkLine, BulkRun
from billing_office.outbox import queue
from billing_office.staff.access import may
from billing_office.staff.models import User

from .acts import LISTS, Act

JOB = "bulk_run"  # kind of outbox job
AT_ONCE = 100  # rows that a person waits for; more are a worker's
AFTER = timedelta(minutes=2)
MOST = 5_000  # rows of one run
GONE = lazy("You may not do this here any more.")


def ask(list_name: str, act: Act, ids: list[int], data: dict, key: uuid.UUID, *, by: User) -> BulkRun:
    """The run for this form, once however often this person sends it. Rows that they may not touch are not on it."""
    key = uuid.uuid5(key, str(by.pk))  # a number is its sender's: the same one of somebody else is another form
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        if done := BulkRun.objects.filter(form=key, user=by).first():
            return done
        run = BulkRun.objects.create(user=by, list=list_name, act=act.word, form=key, data=data)
        listed = LISTS[list_name]
        rows = listed.rows(by).filter(pk__in=ids).order_by("pk")
        lines = [BulkLine(run=run, row=row.pk, label=str(row)[:120], href=listed.href(row)) for row in rows]
        BulkLine.objects.bulk_create(lines)
        record(by, "rows_chosen", run, detail={"list": list_name, "act": act.word, "rows": len(lines)})
        at_once = len(lines) <= AT_ONCE
        # A run that is worked off here is a worker's too, later: it ends even if this process does not see its end.
        queue.put(JOB, run.pk, f"bulk:{run.pk}", not_before=timezone.now() + AFTER if at_once else None)
    if at_once:
        work(run.pk)
    return run


def work(pk: int, alive: Callable = lambda: None):
    """Do what is left to do. `alive` is called between rows."""
    run = BulkRun.objects.select_related("user").get(pk=pk)
    listed = LISTS[run.list]
    act = listed.act(run.act)
    form = act.form(run.data)
    form.is_valid()  # it was when it was sent; what the calendar has made of it since is told row by row
    with acting(lambda: run.user_id):
        for line in run.lines.filter(done=None):
            alive()
            _one(run, act, line, form.cleaned_data)
    BulkRun.objects.filter(pk=pk, done_at=None).update(done_at=timezone.now())


def _one(run: BulkRun, act: Act, line: BulkLine, fields: dict):
    with transaction.atomic():
        line = BulkLine.objects.select_for_update(no_key=True).get(pk=line.pk)
        if line.done is not None:
            return
        # Rights and offices as they are now: they may have been taken away while the run waited.
        row = LISTS[run.list].rows(run.user).filter(pk=line.row).first() if may(run.user, act.may) else None
        key = uuid.uuid5(run.form, str(line.row))
        _tell(line, act.do(run.user, row, fields, key) if row else GONE)


def undo(run: BulkRun) -> tuple[int, int]:
    """Take back what was done, where that is still possible: how many rows were, and how many could not be."""
    act = LISTS[run.list].act(run.act)
    form = act.form(run.data)
    form.is_valid()
    lines, undone = list(run.lines.filter(done=True)), 0
    for line in lines:
        with transaction.atomic():
            row = LISTS[run.list].rows(run.user).filter(pk=line.row).first()
            if row and not act.undo(run.user, row, form.cleaned_data):
                _tell(line, _("Undone"))
                undone += 1
    return undone, len(lines) - undone


def _tell(line: BulkLine, why: str):
    line.done, line.why = not why, why[:300]
    line.save(update_fields=["done", "why"])
