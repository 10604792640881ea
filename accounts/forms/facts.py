"""What an account says in its office's own fields."""

from django.utils.translation import gettext_lazy as _

from accounts.facts import of_account
from accounts.models import Account
from billing_office.lib.fields import LineField

from .parts import EditForm


class FactsForm(EditForm):
    title = _("Nothing was saved.")

    class Meta:
        model = Account
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field, value in of_account(self.instance):
            if not field.retired:
                name = f"field-{field.pk}"
                self.fields[name] = LineField(label=field.label, max_length=80, required=False, help_text=field.help)
                self.fields[name].widget.attrs["class"] = "in"
                self.initial[name] = value

    @property
    def values(self) -> dict[int, str]:
        """By field id."""
        return {
            int(name.removeprefix("field-")): value
            for name, value in self.cleaned_data.items()
            if name.startswith("field-")
        }
