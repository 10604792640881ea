"""Codes: the list that finds at once, the office's words for each, and loading a system after a look at what changes."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import gettext_noop as noop
from django.views.decorators.http import require_POST

from billing_office.audit.acts import record
from billing_office.lib import dates
from billing_office.lib.tables import Column, Empty, Table, chips, export, keyset
from billing_office.lib.views import Records, answer_form

from ..codes import loading, search
from ..codes.icd10 import release
from ..forms.codes import CodeForm, ColumnsForm, LoadForm
from ..models import Code, CodeLoad, System

LIST = [
    Column("value", lazy("Code"), value="shown", kind="id"),
    Column("words", lazy("Meaning"), wrap=True),
    Column("system", lazy("System"), value="get_system_display", lo=True),
    Column("since", lazy("Valid from"), kind="day", lo=True),
    Column("until", lazy("Until"), kind="day", lo=True),
]


def _edited(user, code: Code, changed: list[str], created: bool):
    record(user, "code_added" if created else "code_edited", code, changed=changed)


CODES = Records(
    model=Code,
    noun=noop("code"),
    plural=noop("codes"),
    form=CodeForm,
    queryset=lambda user: Code.objects.all(),
    on_save=_edited,
    edit="edit_codes",
    columns=LIST,
    facts=[
        LIST[0],
        Column("official", lazy("Description"), wrap=True),
        Column("plain", lazy("In plain words")),
        Column("also", lazy("Found as")),
        *LIST[2:],
    ],
)


def codes(request):
    text, system = request.GET.get("q", "").strip(), request.GET.get("system", "")
    system, today = system if system in System.values else "", dates.today()
    if text:
        found = search.find(text, on=today, system=system)
        rows, page = found[: search.MOST], None
    else:
        found = Code.objects.filter(system=system) if system else Code.objects.all()
        page = keyset(found, ("value", "id"), request.GET.get("after"), request.GET.get("before"))
        rows = page.rows
    if file := export(request, Table(LIST, found if text else found.order_by("value", "id")), "codes"):
        return file
    empty = Empty(
        _("No codes"),
        _("Nothing is found by these words.") if text else _("Load a code system, or add a code of your own."),
    )
    context = {
        "table": Table(LIST, rows, caption=_("Codes"), href=CODES.href, page=page, empty=empty),
        "text": text,
        "chips": chips(request, "system", [("", _("All")), *System.choices]),
        "records": CODES,
    }
    return render(request, "insurance/codes.html", context)


# -- loading -------------------------------------------------------------------------------------------------------------

LOADS = [
    Column("system", lazy("Into"), value=lambda load: str(load.schedule or load.get_system_display())),
    Column("name", lazy("From")),
    Column("effective_on", lazy("Valid from"), kind="day"),
    Column("made_by", lazy("By"), value="made_by.name"),
    Column("made_at", lazy("When"), kind="moment"),
    Column(
        "state", lazy("State"), value=lambda load: (load.get_state_display(), _TONES.get(load.state, "")), kind="tag"
    ),
]
_TONES = {"done": "good", "failed": "bad", "ready": "warn"}


def code_loads(request):
    found = CodeLoad.objects.select_related("made_by", "schedule__contract")
    if file := export(request, Table(LOADS, found), "code-loads"):
        return file
    page = keyset(found, ("-id",), request.GET.get("after"), request.GET.get("before"))
    href = lambda load: reverse("code_load", args=[load.pk])  # noqa: E731
    table = Table(
        LOADS,
        page.rows,
        caption=_("Loads"),
        href=href,
        page=page,
        empty=Empty(_("Nothing was loaded yet"), ""),
    )
    return render(request, "insurance/code_loads.html", {"table": table})


def code_load_new(request):
    form = LoadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        load = loading.begin(
            given["system"], given["file"].name if given["file"] else release(), given["content"],
            on=given["effective_on"], complete=given["complete"], named=given["named"], by=request.user,
        )  # fmt: skip
        return redirect("code_load", pk=load.pk)
    return answer_form(request, "insurance/code_load_new.html", {"form": form})


def code_load(request, pk):
    load = get_object_or_404(CodeLoad.objects.select_related("blob", "made_by", "schedule__contract"), pk=pk)
    form = ColumnsForm(request.POST or None, load=load) if _has_columns(load) else None
    if request.method == "POST" and form and form.is_valid():
        if loading.read_again(load, form.named, request.user):
            return redirect("code_load", pk=pk)
        messages.info(request, _("It is being loaded, or was."))
        return redirect("code_load", pk=pk)
    labels = {**dict(System.choices), "fees": _("Fees")}
    systems = [(labels[name], told) for name, told in load.found.get("systems", {}).items()]
    return answer_form(request, "insurance/code_load.html", {"load": load, "form": form, "systems": systems})


def _has_columns(load: CodeLoad) -> bool:
    return load.blob is not None and (load.schedule_id is not None or load.system != System.HCPCS)


@require_POST
def code_load_confirm(request, pk):
    load = get_object_or_404(CodeLoad, pk=pk)
    if loading.confirm(load, request.user):
        messages.success(request, _("%(load)s is being loaded. You may leave this page.") % {"load": load})
    else:
        messages.info(request, _("Somebody loads it already, or it was loaded."))
    return redirect("code_load", pk=pk)


def code_load_state(request, pk):
    """Asked every second by the page that waits; it leads on once there is something to see."""
    load = get_object_or_404(CodeLoad, pk=pk)
    response = HttpResponse(status=204)
    if not load.waits:
        response["HX-Redirect"] = reverse("code_load", args=[pk])
    return response
