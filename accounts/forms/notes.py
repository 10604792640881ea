"""A note, whom it calls, and by when somebody looks again."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts import notes
from accounts.models import Account, Note
from billing_office.lib import dates
from billing_office.lib.fields import DayField, OfficeForm
from billing_office.staff.access import RIGHTS
from billing_office.staff.models import Role, User

from .parts import OnceMixin, TextField

ROLES = [role for role in Role if role in RIGHTS["write_notes"]]


class NoteForm(OnceMixin, OfficeForm):
    title = lazy("The note was not written.")
    text = TextField(label=lazy("Note"), max_length=2000, help_text=lazy("@name asks a colleague to read it."))
    follow_on = DayField(label=lazy("Follow up on"), required=False)
    follow_for = forms.ChoiceField(label=lazy("By whom"), required=False)

    def __init__(self, *args, account: Account, by: User, corrects: Note | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.by = by
        self.people = {user.username.lower(): user for user in notes.colleagues(account.office)}
        others = [(f"u{user.pk}", user.name) for user in self.people.values() if user != by]
        roles = [(f"r{role}", _("Any %(role)s") % {"role": role.label.lower()}) for role in ROLES]
        self.fields["follow_for"].choices = [("", _("Me")), *others, *roles]
        if corrects:
            self.initial["text"] = corrects.text
            del self.fields["follow_on"], self.fields["follow_for"]

    def clean_text(self):
        text = self.cleaned_data["text"]
        unknown = [name for name in notes.called(text) if name not in self.people]
        if unknown:
            names = ", ".join(f"@{name}" for name in unknown)
            known = ", ".join(f"@{name}" for name in self.people)
            raise ValidationError(
                _("Nobody of this office is called %(names)s. You can call %(people)s.")
                % {"names": names, "people": known},
                code="unknown",
            )
        return text

    def clean_follow_on(self):
        day = self.cleaned_data["follow_on"]
        if day and day < dates.today():
            raise ValidationError(_("This day is over."), code="past")
        return day

    @property
    def mentioned(self) -> list[User]:
        return [self.people[name] for name in notes.called(self.cleaned_data["text"])]

    @property
    def asked(self) -> dict:
        """Of whom the follow-up is, as notes.ask takes it."""
        chosen = self.cleaned_data["follow_for"]
        if chosen.startswith("r"):
            return {"role": chosen[1:]}
        users = {f"u{user.pk}": user for user in self.people.values()}
        return {"user": users.get(chosen, self.by)}
