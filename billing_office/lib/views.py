"""The one view set for plain records (payers, offices, wordings): list, page, new, edit. Workflows have own functions.

    OFFICES = Records(
        model=Office, noun=noop("office"), plural=noop("offices"), form=OfficeForm, columns=[...], order=("name", "id"),
        queryset=lambda user: Office.objects.all(), on_save=record_office, edit="edit_settings",
    )
    urlpatterns = OFFICES.routes(route, "offices/", read="read_settings")

Names of the URLs: offices, office, office_new, office_edit. They come of the nouns, which therefore stay English here and are
only marked (gettext_noop as noop); people read `named` and `all_named`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.contrib import messages
from django.db import transaction
from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from .tables import Cell, Column, Empty, Table, export, keyset


@dataclass(frozen=True)
class Records:
    """`queryset(user)` holds what this person may see. `on_save(user, obj, changed, created)` runs in the saving
    transaction, after the save; `changed` names the form's fields. `find(queryset, text)` narrows the list to ?q=.
    `narrow(form, user)` cuts the form's choices down to what this person may name, before it is checked.
    `edit` is the right that new and edit need; templates show those buttons to its holders only."""

    model: type[Model]
    noun: str
    plural: str
    form: type
    columns: list[Column]
    queryset: Callable[[object], QuerySet]
    on_save: Callable[[object, Model, list[str], bool], None]
    edit: str
    order: tuple[str, ...] = ("id",)
    facts: list[Column] = field(default_factory=list)
    find: Callable[[QuerySet, str], QuerySet] | None = None
    narrow: Callable[[object, object], None] = lambda form, user: None
    fixed: bool = False  # the rows are given: they are edited, none is added
    folder: str = "records"  # where list.html, page.html and form.html are; a folder of one's own extends these

    def routes(self, route, prefix: str, *, read: str) -> list:
        """The four URLs. `route` is the project's own, which takes the right with the view."""
        one = self.noun.replace(" ", "_")
        return [
            route(prefix, self.list, may=read, name=self.plural.replace(" ", "_"), listed=True),
            route(f"{prefix}new/", self.create, may=self.edit, name=f"{one}_new"),
            route(f"{prefix}<int:pk>/", self.page, may=read, name=one),
            route(f"{prefix}<int:pk>/edit/", self.change, may=self.edit, name=f"{one}_edit"),
        ]

    def href(self, obj=None, act: str = "") -> str:
        one = self.noun.replace(" ", "_") + (f"_{act}" if act else "")
        return reverse(one, args=[obj.pk] if obj else [])

    @property
    def named(self) -> str:
        return _(self.noun)

    @property
    def all_named(self) -> str:
        return _(self.plural)

    @property
    def list_href(self) -> str:
        return reverse(self.plural.replace(" ", "_"))

    @property
    def searches(self) -> bool:
        """Templates ask this: they would call `find` if they asked for it."""
        return self.find is not None

    @property
    def new_href(self) -> str:
        return self.href(act="new")

    def list(self, request):
        found, text = self.queryset(request.user), request.GET.get("q", "").strip()
        if self.find and text:
            found = self.find(found, text)
        if file := export(request, Table(self.columns, found.order_by(*self.order)), self.plural):
            return file
        page = keyset(found, self.order, request.GET.get("after"), request.GET.get("before"))
        empty = Empty(
            _("No %(records)s") % {"records": self.all_named}, _("Nothing matches what you typed.") if text else ""
        )
        table = Table(self.columns, page.rows, caption=self.all_named, href=self.href, page=page, empty=empty)
        return self._render(request, "list", table=table, text=text)

    def page(self, request, pk):
        obj = get_object_or_404(self.queryset(request.user), pk=pk)
        cells = [Cell(column, column.of(obj), None) for column in self.facts or self.columns]
        return self._render(request, "page", obj=obj, cells=cells, edit_href=self.href(obj, "edit"))

    def create(self, request):
        form = self._form(request)
        if request.method == "POST" and form.is_valid():
            with transaction.atomic():
                obj = form.save()
                self.on_save(request.user, obj, form.changed_data, True)
            messages.success(request, _("%(record)s added.") % {"record": obj})
            return redirect(self.href(obj))
        return self._render(request, "form", form=form, back=self.list_href)

    def change(self, request, pk):
        with transaction.atomic():
            rows = self.queryset(request.user)
            if request.method == "POST":
                rows = rows.select_for_update(of=("self",), no_key=True)
            obj = get_object_or_404(rows, pk=pk)
            title = str(obj)
            form = self._form(request, instance=obj)
            if request.method == "POST" and form.is_valid():
                self._save(request, form)
                return redirect(self.href(obj))
        return self._render(request, "form", form=form, back=self.href(obj), obj=obj, obj_title=title)

    def _form(self, request, **kwargs):
        form = self.form(request.POST or None, **kwargs)
        self.narrow(form, request.user)
        return form

    def _save(self, request, form):
        changed = [name for name in form.changed_data if name != "lock_version"]
        if not changed:
            messages.info(request, _("Nothing was changed."))
            return
        obj = form.save()
        self.on_save(request.user, obj, changed, False)
        messages.success(request, _("%(record)s saved.") % {"record": obj})

    def _render(self, request, template, **context):
        return answer_form(request, f"{self.folder}/{template}.html", {"records": self} | context)


def answer_form(request, template: str, context: dict):
    """The page; with 409 when its form is stale, 422 when its form was refused."""
    form = context.get("form")
    status = 200
    if form is not None and form.errors:
        status = 409 if getattr(form, "theirs", None) or form.has_error("__all__", "stale") else 422
    return render(request, template, context, status=status)


def linked(text: str, href: str, label: str):
    """A message (django.contrib.messages) with one thing to do about it: "Posted 80.00. Undo"."""
    return format_html('{} <a class="btn small" href="{}">{}</a>', text, href, label)
