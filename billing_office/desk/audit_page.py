"""For auditors: who did, saw and was refused what, newest first, and one act with all that its request changed."""

from datetime import datetime, time, timedelta

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Account
from billing_office.audit import acts
from billing_office.audit.models import Act, Change, Seal
from billing_office.audit.words import words
from billing_office.lib import dates, money
from billing_office.lib.fields import OfficeForm
from billing_office.lib.tables import Column, Empty, Table, export, keyset
from billing_office.staff.models import User

from .account_history import CHANGES, at, told, within
from .sealing import PROVED

FRESH = timedelta(hours=26)  # a proof that is older says that the night's did not run


def _acts(user) -> QuerySet:
    number = Account.objects.filter(pk=OuterRef("account_id")).values("number")
    return within(Act.objects.with_seal().select_related("actor"), user).annotate(number=Subquery(number))


# The verbs in use, from the index alone: as quick with a million acts as with ten.
_VERBS = """
    WITH RECURSIVE verb (name) AS (
        (SELECT verb FROM audit_act ORDER BY verb LIMIT 1)
        UNION ALL
        SELECT (SELECT a.verb FROM audit_act a WHERE a.verb > v.name ORDER BY a.verb LIMIT 1) FROM verb v WHERE v.name IS NOT NULL
    ) SELECT name FROM verb WHERE name IS NOT NULL
"""


def _verbs() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_VERBS)
        return [row[0] for row in cursor.fetchall()]


DAY = {
    "required": False,
    "widget": forms.DateInput(attrs={"type": "date"}),
    "validators": [MinValueValidator(dates.FIRST), MaxValueValidator(dates.LAST)],
}


class Filter(OfficeForm):
    """What the list is narrowed to. Whatever is not understood is said beside its field and narrows nothing."""

    title = lazy("Something in the filter was not understood.")
    who = forms.ChoiceField(required=False)
    verb = forms.ChoiceField(label=lazy("What"), required=False)
    account = forms.CharField(label=lazy("Account number"), required=False, max_length=20)
    kind = forms.CharField(
        label=lazy("Kind of object"), required=False, max_length=40, help_text=lazy("For example: invoice.")
    )
    since = forms.DateField(label=lazy("From day"), **DAY)
    until = forms.DateField(label=lazy("To day"), **DAY)
    request = forms.CharField(label=lazy("Request"), required=False, max_length=36)

    def __init__(self, data):
        super().__init__(data)
        people = User.objects.order_by("name").values_list("pk", "name", "role")
        self.fields["who"].choices = [("", _("Everyone")), *((pk, f"{name}, {role}") for pk, name, role in people)]
        self.fields["verb"].choices = [("", _("Everything")), *((verb, words(verb)) for verb in _verbs())]

    def narrow(self, found: QuerySet) -> QuerySet:
        self.full_clean()
        given = self.cleaned_data
        if given.get("who"):
            found = found.filter(actor_id=given["who"])
        if given.get("verb"):
            found = found.filter(verb=given["verb"])
        if given.get("account"):
            found = found.filter(account_id__in=Account.objects.filter(number__iexact=given["account"]).values("pk"))
        if given.get("kind"):
            kind = given["kind"].lower().replace(" ", "")
            found = found.filter(Q(object_kind=kind) | Q(object_kind__endswith=f".{kind}"))
        if given.get("since"):
            found = found.filter(at__gte=_midnight(given["since"]))
        if given.get("until"):
            found = found.filter(at__lt=_midnight(given["until"] + timedelta(days=1)))
        if given.get("request"):
            found = found.filter(request_id=given["request"])
        return found


def _midnight(day) -> datetime:
    return datetime.combine(day, time(), dates.office_zone())


def audit(request):
    form = Filter(request.GET)
    found = form.narrow(_acts(request.user))
    asked = request.GET.get("as", "")
    if file := export(request, Table(FILE, found.order_by("-id")), "audit"):
        by = sorted(name for name in form.fields if request.GET.get(name))
        acts.record(request.user, "audit_exported", detail={"as": asked, "by": by})
        return file
    page = keyset(found, ("-id",), request.GET.get("after"), request.GET.get("before"))
    empty = Empty(_("No acts"), _("Nothing matches this filter."), reverse("audit"), _("All acts"))
    table = Table(COLUMNS, page.rows, caption=_("Acts"), href=_act_href, page=page, empty=empty)
    context = {"table": table, "form": form, "sealed": _sealed(dates.now()), "filtered": bool(form.changed_data)}
    return render(request, "desk/audit.html", context)


def _sealed(now: datetime) -> dict:
    """Until when acts are sealed, and what the last night's proof said."""
    proofs = Act.objects.filter(verb=PROVED).order_by("-id")
    seal = Seal.objects.filter(kind="acts").order_by("-number").values("number", "up_to", "sealed_at")
    last = seal.annotate(
        proof=Subquery(proofs.values("detail")[:1]), proved_at=Subquery(proofs.values("at")[:1])
    ).first()
    if last is None:
        return {"proof": (_("Nothing is sealed yet"), "warn")}
    if last["proved_at"] is None or now - last["proved_at"] > FRESH:
        return last | {"proof": (_("No proof since yesterday"), "bad")}
    return last | {"proof": (_("Proved"), "good") if last["proof"]["ok"] else (_("Proof failed"), "bad")}


# -- what a row says -----------------------------------------------------------------------------------------------------


def _act_href(act: Act) -> str:
    return reverse("audit_act", args=[act.pk])


def _history_href(row) -> str | None:
    """Only a client's account has a page of its history."""
    return reverse("account_history", args=[row.account_id]) if row.account_id and row.number else None


def _object(act: Act) -> str:
    return f"{act.object_kind.rpartition('.')[2]} {act.object_id}" if act.object_id else ""


def _said(act: Act) -> str:
    parts = (
        [_("changed %(fields)s") % {"fields": ", ".join(_(name.replace("_", " ")) for name in act.changed)}]
        if act.changed
        else []
    )
    parts += [_fact(name, value) for name, value in act.detail.items() if name != "form"]
    return "; ".join([act.reason, *parts] if act.reason else parts)


def _fact(name: str, value) -> str:
    if name.endswith("cents") and isinstance(value, int):
        return f"{name.removesuffix('cents').rstrip('_') or 'amount'} {money.show(value)}"
    return f"{name.replace('_', ' ')} {_short(value)}"


def _short(value) -> str:
    if isinstance(value, dict):
        return f"({len(value)})"
    text = ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


COLUMNS = [
    Column("at", lazy("When"), value=at, kind="id"),
    Column("who", lazy("Who"), value="actor.name"),
    Column("role", lazy("As"), value="role", lo=True),
    Column("what", lazy("What"), value="words"),
    Column("object", lazy("Object"), value=_object, lo=True),
    Column("number", lazy("Account"), kind="id", link=_history_href),
    Column("said", lazy("More"), value=_said, wrap=True),
    Column(
        "seal", lazy("Seal"), value=lambda act: (f"{act.seal}", "good") if act.seal else (_("waits"), ""), kind="tag"
    ),
]
FILE = [
    Column("id", lazy("Act"), kind="int"),
    Column("at", lazy("At (UTC)"), value=lambda act: act.at.isoformat()),
    Column("user", lazy("User"), value="actor.username"),
    Column("who", lazy("Name"), value="actor.name"),
    Column("role", lazy("Role")),
    Column("verb", lazy("Verb")),
    Column("kind", lazy("Object"), value="object_kind"),
    Column("object", lazy("Object id"), value="object_id", kind="int"),
    Column("number", lazy("Account")),
    Column("changed", lazy("Changed fields"), value=lambda act: ", ".join(act.changed)),
    Column("reason", lazy("Reason")),
    Column("detail", lazy("Detail"), value=_said),
    Column("request", lazy("Request"), value="request_id"),
    Column("seal", lazy("Seal"), kind="int"),
]


# -- one act -------------------------------------------------------------------------------------------------------------


def audit_act(request, pk):
    """An act, what its request changed, and what else was done in the same request."""
    act = get_object_or_404(_acts(request.user), pk=pk)
    changes, others = [], []
    if act.request_id:
        changes = told(within(Change.objects.filter(request_id=act.request_id), request.user)[:500])
        others = list(_acts(request.user).filter(request_id=act.request_id).exclude(pk=pk).order_by("id")[:100])
    context = {
        "act": act,
        "at": at(act),
        "object": _object(act),
        "said": _said(act),
        "history_href": _history_href(act),
        "changes": Table(CHANGES, changes, caption=_("What the request changed")),
        "others": Table(COLUMNS, others, caption=_("In the same request"), href=_act_href),
    }
    return render(request, "desk/audit_act.html", context)
