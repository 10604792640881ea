"""The proof of the books: what last night's said of every invariant and seal, and proving anew. For auditors and supervisors."""

from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from billing_office.audit.models import Act
from billing_office.lib import dates
from billing_office.lib.tables import Column, Table, export
from billing_office.outbox import queue
from billing_office.outbox.models import Job
from billing_office.staff.access import may

from .proof import GROUPS
from .sealing import PROVED

PROVE = "prove_books"  # the kind of the outbox's job; its object is the user who asked
BEFORE = 30  # earlier proofs shown


def _offend(count: int) -> str:
    return ngettext("%(count)d row offends", "%(count)d rows offend", count) % {"count": count}


def _offenders(count: int) -> tuple[str, str]:
    return (_("%(count)d found") % {"count": count}, "bad") if count else (_("holds"), "good")


@dataclass(frozen=True)
class Line:
    """One invariant as the proof found it; `rows` are the first that offend, name → text."""

    group: str
    name: str
    count: int
    ms: float
    rows: list[dict]

    @property
    def words(self) -> str:
        return _(self.name)  # checks mark their names, which are keys of what is recorded

    @property
    def told(self):
        return (_("holds"), "good") if self.count == 0 else (_offend(self.count), "bad")

    @property
    def offending(self) -> list[list[tuple[str, str, str]]]:
        """Each row as (name, text, address or "")."""
        return [
            [(name.replace("_", " "), text or "none", _href(name, text)) for name, text in row.items()]
            for row in self.rows
        ]


def _href(name: str, text: str | None) -> str:
    return reverse("account", args=[int(text)]) if name == "account" and text and text.isdecimal() else ""


COLUMNS = [
    Column("group", lazy("Group"), value=lambda line: _(line.group)),
    Column("name", lazy("What must hold"), value="words", wrap=True),
    Column("told", lazy("Result"), kind="tag"),
    Column("count", lazy("Rows that offend"), kind="int"),
    Column("ms", lazy("Took ms"), value=lambda line: f"{line.ms:.1f}"),
]
SEALS = [
    Column("kind", lazy("Sealed"), value=lambda chain: chain["kind"].replace("_", " ")),
    Column("rows", lazy("Rows"), kind="int"),
    Column("unsealed", lazy("Not sealed yet"), kind="int"),
    Column("told", lazy("Result"), value=lambda chain: _offenders(chain["found"]), kind="tag"),
    Column("head", lazy("Head"), value=lambda chain: (chain["head"] or "")[:16], kind="id", lo=True),
]  # fmt: skip
EARLIER = [
    Column("at", lazy("When"), kind="moment"),
    Column("by", lazy("Asked by"), value="actor.name"),
    Column(
        "told",
        lazy("Result"),
        value=lambda act: (_("holds"), "good") if act.detail["ok"] else (_("failed"), "bad"),
        kind="tag",
    ),
    Column("checks", lazy("Checks"), value=lambda act: act.detail["checks"], kind="int"),
    Column("ms", lazy("Took"), value=lambda act: f"{act.detail.get('ms', 0) / 1000:.1f} s"),
]


def proof(request):
    acts = list(Act.objects.filter(verb=PROVED).select_related("actor").order_by("-id")[:BEFORE])
    last = acts[0] if acts else None
    lines = _lines(last)
    if file := export(request, Table(COLUMNS, lines), "proof"):
        return file
    chains = [{"kind": kind, **chain} for kind, chain in last.detail["chains"].items()] if last else []
    context = {
        "last": last,
        "groups": [(_(group), list(found)) for group, found in groupby(lines, attrgetter("group"))],
        "seals": Table(SEALS, chains, caption=_("Seals")),
        "earlier": Table(
            EARLIER, acts, caption=_("Proofs"), href=_act_href if may(request.user, "read_audit") else None
        ),
        "job": _running(),
    }
    return render(request, "desk/proof.html", context)


def _act_href(act: Act) -> str:
    return reverse("audit_act", args=[act.pk])


def _lines(act: Act | None) -> list[Line]:
    """In the order of the layers; the act keeps none."""
    order = {check.name: at for at, check in enumerate(check for checks in GROUPS.values() for check in checks)}
    found = act.detail.get("results", {}) if act else {}
    lines = [Line(one["group"], name, one["count"], one["ms"], one["rows"]) for name, one in found.items()]
    groups = list(GROUPS)
    return sorted(
        lines, key=lambda line: (groups.index(line.group) if line.group in groups else -1, order.get(line.name, -1))
    )


def _running() -> Job | None:
    return Job.objects.filter(kind=PROVE, state__in=["queued", "working"]).first()


@require_POST
def proof_new(request):
    """Ask for a proof; it reads all the books, so a worker makes it. Asked for while one waits: that one is it."""
    if _running() is None:
        queue.put(PROVE, request.user.pk, f"{PROVE}:{dates.now().isoformat(timespec='seconds')}")
    messages.info(request, _("The books are being proved. This page shows the answer when it is there."))
    return redirect("proof")


def proof_state(request):
    """Asked every two seconds by the page that waits: how far it is; it leads on once the answer is there."""
    job = _running()
    if job is None:
        response = HttpResponse(status=204)
        response["HX-Redirect"] = reverse("proof")
        return response
    return render(request, "desk/_proof_waits.html", {"job": job})
