"""Merging two accounts."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Account
from billing_office.lib.fields import LineField, OfficeForm


class MergeForm(OfficeForm):
    """`seen` is what the page showed: the press is for that and nothing else."""

    title = lazy("Nothing was merged.")
    into = LineField(
        label=lazy("Into account"), max_length=20, help_text=lazy("The number that stays, for example A-10246.")
    )
    reason = LineField(
        label=lazy("Reason"), max_length=200, help_text=lazy("How you know; it stands on both accounts.")
    )
    seen = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)

    def __init__(self, *args, accounts, **kwargs):
        super().__init__(*args, **kwargs)
        self.accounts = accounts

    def clean_into(self) -> Account:
        account = self.accounts.filter(number__iexact=self.cleaned_data["into"]).first()
        if account is None:
            raise ValidationError(_("No account has this number. Find it by name first."), code="unknown")
        return account
