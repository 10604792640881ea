"""Choosing columns, saving a list, and what one has saved."""

from contextlib import contextmanager

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from billing_office.audit.acts import record
from billing_office.desk.models import SavedList
from billing_office.lib.fields import LineField, OfficeModelForm
from billing_office.lib.views import answer_form
from billing_office.staff.access import may
from billing_office.staff.models import Office, User

from .opening import clean

MOST = 30  # saved lists a person: more than that nobody finds again


class SavedForm(OfficeModelForm):
    """A saved list's name, and the office it is shared with by those who may."""

    title = lazy("The list was not saved.")
    name = LineField(label=lazy("Name"), max_length=40)
    office = forms.ModelChoiceField(
        Office.objects.none(), label=lazy("Shared with"), required=False, empty_label=lazy("Nobody, it is mine")
    )

    class Meta:
        model = SavedList
        fields = ["name", "office"]

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.fields["office"].queryset = user, user.offices.all()
        if not may(user, "share_lists"):
            del self.fields["office"]

    def clean_name(self):
        name = self.cleaned_data["name"]
        same = SavedList.objects.filter(user=self.user, route=self.instance.route, name=name)
        if same.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("You have a list of this name. Give it another."), code="taken")
        return name


def saved_lists(request):
    """What this person has saved, and what is shared with them."""
    found = SavedList.objects.for_staff(request.user).select_related("office", "user").distinct()
    readable = [one for one in found if list_right(one.route) and may(request.user, list_right(one.route))]
    mine = [one for one in readable if one.user_id == request.user.pk]
    theirs = [one for one in readable if one.user_id != request.user.pk]
    return render(request, "desk/saved_lists.html", {"mine": mine, "theirs": theirs})


def list_right(name: str) -> str | None:
    """The right that reading this list takes; None when there is no such list."""
    try:
        view = resolve(reverse(name)).func
    except NoReverseMatch:
        return None
    return view.may if view.listed else None


def _list_or_404(request, name: str):
    right = list_right(name)
    if right is None or not may(request.user, right):
        raise Http404(_("No such list."))


# -- how a list opens for me ---------------------------------------------------------------------------------------------


@require_POST
def list_columns(request, name):
    """Keep the columns for this person, and show the list with them. None ticked, or `own`: the list's own."""
    _list_or_404(request, name)
    ticked = [] if request.POST.get("own") else request.POST.getlist("column")[:60]
    keys = [key[:40] for key in ticked if "," not in key]
    places = sorted((_place(request.POST.get(f"place-{key}", "")), at, key) for at, key in enumerate(keys))
    columns = ",".join(key for _, _, key in places)
    with _own(request.user):
        mine = SavedList.objects.filter(user=request.user, route=name, name="").first()
        _open_with(request.user, name, _with(mine.query if mine else "", columns))
    return redirect(f"{reverse(name)}?{_with(clean(request.POST.get('query', '')), columns)}")


def _place(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 999


def _with(query: str, columns: str) -> str:
    given = QueryDict(query, mutable=True)
    given.pop("columns", None)
    if columns:
        given["columns"] = columns
    return given.urlencode()


@contextmanager
def _own(user: User):
    """One transaction, in which this person's other tabs wait."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        yield


@require_POST
def list_opens(request, name):
    """From now on the list opens for this person as it stands."""
    _list_or_404(request, name)
    query = clean(request.POST.get("query", ""))
    with _own(request.user):
        _open_with(request.user, name, query)
    messages.success(request, _("The list opens like this from now on."))
    return redirect(f"{reverse(name)}?{query}")


@require_POST
def list_plain(request, name):
    """From now on the list opens for this person as it does for everybody."""
    _list_or_404(request, name)
    _open_with(request.user, name, "")
    messages.success(request, _("The list opens as it does for all."))
    return redirect(name)


def _open_with(user: User, route: str, query: str):
    mine = SavedList.objects.filter(user=user, route=route, name="")
    if not query:
        mine.delete()
    elif not mine.update(query=query):
        SavedList.objects.create(user=user, route=route, query=query)


# -- saved by name -------------------------------------------------------------------------------------------------------


@require_POST
def list_save(request, name):
    _list_or_404(request, name)
    row = SavedList(user=request.user, route=name, query=clean(request.POST.get("query", "")))
    with _own(request.user):
        form = SavedForm(request.POST, instance=row, user=request.user)
        if not form.is_valid():
            return _form(request, form, row)
        if SavedList.objects.filter(user=request.user).count() >= MOST:
            form.add_error(
                None, _("You have saved %(most)d lists. Remove one that you no longer need.") % {"most": MOST}
            )
            return _form(request, form, row)
        form.save()
        _record(request.user, row, "saved")
    messages.success(request, _("%(list)s is saved.") % {"list": row.name})
    return redirect(row)


def saved_list(request, pk):
    """Rename one's own, share it or no longer."""
    row = _mine(request, pk)
    form = SavedForm(request.POST or None, instance=row, user=request.user)
    if request.method == "POST":
        with _own(request.user):
            if form.is_valid():
                form.save()
                _record(request.user, row, "changed")
                messages.success(request, _("%(list)s is saved.") % {"list": row.name})
                return redirect("saved_lists")
    return _form(request, form, row)


@require_POST
def saved_list_remove(request, pk):
    row = _mine(request, pk)
    with transaction.atomic():
        _record(request.user, row, "removed")
        row.delete()
    messages.success(request, _("%(list)s is removed.") % {"list": row})
    return redirect("saved_lists")


def _mine(request, pk) -> SavedList:
    return get_object_or_404(SavedList, pk=pk, user=request.user)


def _form(request, form: SavedForm, row: SavedList):
    return answer_form(request, "desk/saved_list.html", {"form": form, "row": row})


def _record(user: User, row: SavedList, done: str):
    record(user, f"list_{done}", row, detail={"list": row.route, "shared": row.office_id})
