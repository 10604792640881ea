"""From ticked rows to what became of each."""

from collections import Counter
from functools import partial

from django.contrib import messages
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from billing_office.audit.acts import record
from billing_office.desk.lists.opening import clean
from billing_office.desk.models import BulkRun
from billing_office.lib.tables import Column, Empty, Table, chips, export, keyset
from billing_office.lib.views import answer_form
from billing_office.staff.access import may

from . import running
from .acts import LISTS, Act


@require_POST
def bulk(request, list_name: str, act: Act):
    """Asks how, and says for how many; then does it. Its form carries the rows that were counted, and no others."""
    listed, query = LISTS[list_name], clean(request.POST.get("query", ""))
    back = f"{reverse(list_name)}?{query}" if query else reverse(list_name)
    ids = _chosen(request, listed, query)
    if not ids:
        messages.error(request, _("Tick the %(rows)s first: nothing was done.") % {"rows": listed.plural})
        return redirect(back)
    if len(ids) > running.MOST:
        messages.error(
            request,
            _("That is more than %(most)s %(rows)s. Narrow the list: nothing was done.")
            % {"most": f"{running.MOST:,}", "rows": listed.plural},
        )
        return redirect(back)
    form = act.form(request.POST if "once" in request.POST else None)
    if form.is_bound and form.is_valid():
        data = {name: request.POST.get(name, "") for name in form.fields}
        run = running.ask(list_name, act, ids, data, form.key, by=request.user)
        return redirect("bulk_run", pk=run.pk)
    count = f"{len(ids):,} {listed.noun if len(ids) == 1 else listed.plural}"
    context = {
        "form": form,
        "act": act,
        "count": count,
        "rows": ",".join(map(str, ids)),
        "query": query,
        "back": back,
        "listed": listed,
    }
    return answer_form(request, "desk/bulk.html", context)


def _chosen(request, listed, query: str) -> list[int]:
    """Ids of rows that this person may touch; one more than may be, where there are more."""
    most = running.MOST + 1
    if request.POST.get("all"):
        return list(listed.found(request.user, QueryDict(query)).order_by("pk").values_list("pk", flat=True)[:most])
    words = request.POST.getlist("row")[:most] + request.POST.get("rows", "").split(",")[:most]
    asked = {int(word) for word in words if word.isascii() and word.isdecimal() and len(word) < 19}
    return list(listed.rows(request.user).filter(pk__in=asked).order_by("pk").values_list("pk", flat=True))


def bulk_of(list_name: str, act: Act):
    """The view of one act."""
    view = partial(bulk, list_name=list_name, act=act)
    view.__name__ = f"bulk_{list_name}_{act.word}"
    return view


SHOWS = {"": lazy("All"), "left": lazy("Left out"), "done": lazy("Done")}
COLUMNS = [
    Column("label", lazy("What"), link=lambda line: line.href or None),
    Column("state", lazy("State"), value=lambda line: _STATES[line.done], kind="tag"),
    Column("why", lazy("Why"), wrap=True),
]
_STATES = {None: (lazy("Waits"), "info"), True: (lazy("Done"), "good"), False: (lazy("Left out"), "warn")}


def bulk_run(request, pk):
    """What became of each row; it renews itself while a worker is at it."""
    run = get_object_or_404(BulkRun, pk=pk, user=request.user)
    found, show = run.lines.all(), request.GET.get("show", "")
    found = found.filter(done=show == "done") if show in ("left", "done") else found
    if file := export(request, Table(COLUMNS, found), f"run-{pk}"):
        record(request.user, "list_run_exported", run)
        return file
    counts = Counter(run.lines.values_list("done", flat=True))
    page = keyset(found, ("id",), request.GET.get("after"), request.GET.get("before"))
    table = Table(COLUMNS, page.rows, caption=_("Rows"), page=page, empty=Empty(_("None")))
    listed = LISTS[run.list]
    context = {
        "run": run, "act": listed.act(run.act), "listed": listed, "back": reverse(run.list), "table": table,
        "chips": chips(request, "show", SHOWS.items()), "rows": counts.total(),
        "done": counts[True], "left": counts[False], "waits": counts[None],
        "undoes": _undoes(run, request.user) and counts[True] and not counts[None],
    }  # fmt: skip
    return render(request, "desk/bulk_run.html", context)


def _undoes(run: BulkRun, user) -> bool:
    act = LISTS[run.list].act(run.act)
    return act.undo is not None and may(user, act.may)


@require_POST
def bulk_undo(request, pk):
    run = get_object_or_404(BulkRun, pk=pk, user=request.user)
    if not _undoes(run, request.user):
        raise Http404(_("This cannot be undone."))
    undone, not_undone = running.undo(run)
    said = [ngettext("%(count)d undone.", "%(count)d undone.", undone) % {"count": undone}]
    if not_undone:
        said.append(
            ngettext("%(count)d could not be; open it.", "%(count)d could not be; open them.", not_undone)
            % {"count": not_undone}
        )
    (messages.error if not_undone else messages.success)(request, " ".join(said))
    return redirect("bulk_run", pk=pk)
