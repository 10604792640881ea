"""Who works here: the list, a new member of staff, their role and offices, a new password; and putting a person out."""

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from billing_office.audit.acts import record
from billing_office.lib.fields import OfficeModelForm
from billing_office.lib.tables import Column, Empty, Table, chips, export, keyset
from billing_office.lib.views import answer_form
from billing_office.staff import second_factor
from billing_office.staff.access import may
from billing_office.staff.forms import SetPassword
from billing_office.staff.models import Office, Role, User

ROLES = [(role.value, role.label) for role in Role if role != Role.SERVICE]


def _state(user):
    if not user.is_active:
        return (_("Left"), "")
    return None if user.has_usable_password() else (_("No password yet"), "warn")


COLUMNS = [
    Column("name", lazy("Name")),
    Column("username", lazy("User name"), kind="id"),
    Column("role", lazy("Role"), value="get_role_display"),
    Column(
        "offices",
        lazy("Offices"),
        value=lambda user: ", ".join(office.name for office in user.offices.all()),
        wrap=True,
    ),
    Column("email", lazy("E-mail"), lo=True),
    Column("last_login", lazy("Last signed in"), kind="moment"),
    Column("state", lazy("State"), value=_state, kind="tag"),
]


class StaffForm(OfficeModelForm):
    """A member of staff. `actor` is who fills it in: nobody changes their own role or switches themselves off, so that
    the office always keeps an admin."""

    title = lazy("Nothing was saved.")
    role = forms.ChoiceField(label=lazy("Role"), choices=ROLES)

    class Meta:
        model = User
        fields = ["username", "name", "email", "role", "offices", "is_active"]
        labels = {
            "username": lazy("User name"),
            "name": lazy("Name"),
            "offices": lazy("Offices"),
            "email": lazy("E-mail"),
            "is_active": lazy("Works here and may sign in"),
        }
        widgets = {"offices": forms.CheckboxSelectMultiple}

    def __init__(self, *args, actor, **kwargs):
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.fields["offices"].queryset = Office.objects.order_by("name")
        self.fields["offices"].help_text = _("They see the accounts of these offices.")

    def clean(self):
        cleaned = super().clean()
        if self.instance == self.actor:
            if "role" in self.changed_data:
                self.add_error(
                    "role", ValidationError(_("You cannot change your own role; another admin can."), code="own")
                )
            if "is_active" in self.changed_data:
                self.add_error(
                    "is_active", ValidationError(_("You cannot switch yourself off; another admin can."), code="own")
                )
        if cleaned.get("role") not in (None, Role.ADMIN) and "offices" in cleaned and not cleaned["offices"]:
            self.add_error(
                "offices",
                ValidationError(_("Choose at least one office; without one they see no account."), code="none"),
            )
        return cleaned


class NewStaffForm(StaffForm):
    class Meta(StaffForm.Meta):
        fields = ["username", "name", "email", "role", "offices"]


def staff(request):
    shown = request.GET.get("show", "")
    people = User.objects.people().filter(is_active=shown != "left").prefetch_related("offices")
    if file := export(request, Table(COLUMNS, people), "staff"):
        return file
    page = keyset(people, ("name", "id"), request.GET.get("after"), request.GET.get("before"))
    may_edit = may(request.user, "edit_staff")
    href = (lambda user: reverse("staff_edit", args=[user.pk])) if may_edit else None
    table = Table(COLUMNS, page.rows, caption=_("Staff"), href=href, page=page, empty=Empty(_("Nobody here")))
    filters = chips(request, "show", [("", _("Working here")), ("left", _("Left"))])
    return render(request, "desk/staff.html", {"table": table, "chips": filters})


def staff_new(request):
    form = NewStaffForm(request.POST or None, actor=request.user)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.instance.set_unusable_password()
            person = form.save()
            record(request.user, "staff_added", person, changed=form.changed_data, detail={"role": person.role})
        messages.success(
            request,
            _("%(person)s added. Nobody can sign in by this name until a password is set.") % {"person": person.name},
        )
        return redirect("staff_password", pk=person.pk)
    return answer_form(request, "desk/staff_form.html", {"form": form})


def staff_edit(request, pk):
    with transaction.atomic():
        person = _person(request, pk)
        name, role = person.name, person.role
        form = StaffForm(request.POST or None, instance=person, actor=request.user)
        if request.method == "POST" and form.is_valid():
            form.save()
            roles = {"role_before": role, "role_after": person.role} if role != person.role else {}
            if {"role", "is_active", "offices"} & set(form.changed_data) and person != request.user:
                person.end_sessions()
            if form.changed_data:
                record(request.user, "staff_edited", person, changed=form.changed_data, detail=roles)
            messages.success(
                request,
                _("%(person)s saved.") % {"person": person.name} if form.changed_data else _("Nothing was changed."),
            )
            return redirect("staff")
    factor = second_factor.needed(person)
    context = {"form": form, "person": person, "name": name, "factor": factor, "other": person != request.user}
    return answer_form(request, "desk/staff_form.html", context)


@sensitive_post_parameters()
def staff_password(request, pk):
    """A new password ends every session of that person."""
    with transaction.atomic():
        person = _person(request, pk)
        form = SetPassword(person, request.POST or None)
        if request.method == "POST" and form.is_valid():
            form.save()
            record(request.user, "staff_password_set", person)
            if person == request.user:
                update_session_auth_hash(request, person)
            messages.success(
                request,
                _("The password of %(person)s is set. Tell them by word of mouth, not by e-mail.")
                % {"person": person.name},
            )
            return redirect("staff")
    return answer_form(request, "desk/staff_password.html", {"form": form, "person": person})


@require_POST
def staff_sessions_end(request, pk):
    """Out of every browser, at once; they may sign in again unless they are switched off."""
    with transaction.atomic():
        person = _person(request, pk)
        person.end_sessions()
        record(request.user, "sessions_ended", person)
    if person == request.user:
        update_session_auth_hash(request, person)
    messages.success(request, _("%(person)s is signed out everywhere.") % {"person": person.name})
    return redirect("staff_edit", pk=person.pk)


@require_POST
def second_factor_reset(request, pk):
    """A colleague lost their telephone and codes. Never one's own: a second admin looks, or the command does it."""
    with transaction.atomic():
        person = _person(request, pk)
        if person == request.user:
            messages.error(request, _("You cannot reset your own second factor here; another admin can."))
        elif second_factor.remove(person):
            record(request.user, "second_factor_reset", person)
            messages.success(
                request,
                _("%(person)s has no second factor now and is signed out. Be sure that it was they who asked.")
                % {"person": person.name},
            )
        else:
            messages.info(request, _("%(person)s has no second factor.") % {"person": person.name})
    return redirect("staff_edit", pk=person.pk)


def _person(request, pk) -> User:
    people = User.objects.people()
    if request.method == "POST":
        people = people.select_for_update(no_key=True)
    return get_object_or_404(people, pk=pk)
