"""Attaching a file to an account."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts import attachments
from accounts.models import Attachment
from billing_office.lib.fields import LineField, OfficeForm

from .parts import OnceMixin


class AttachmentForm(OnceMixin, OfficeForm):
    """`cleaned_data["content"]` are the bytes, looked at already."""

    title = lazy("Nothing was attached.")
    file = forms.FileField(
        label=lazy("File"),
        help_text=lazy("PDF, PNG, JPEG, TIFF or plain text, 10 MB at most."),
        error_messages={
            "required": lazy("Choose a file."),
            "invalid": lazy("Choose a file."),
            "empty": lazy("This file is empty."),
        },
    )
    kind = forms.ChoiceField(label=lazy("What it is"), choices=Attachment.Kind.choices)
    what = LineField(
        label=lazy("Title"),
        max_length=120,
        help_text=lazy("As colleagues will look for it: “Hardship letter of May 3”."),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > attachments.MOST_BYTES:
            raise ValidationError(
                _("The file is larger than 10 MB. Scan it with fewer dots per inch."), code="too_large"
            )
        content = file.read()
        try:
            attachments.kind_of(content)
        except attachments.Unwanted as unwanted:
            raise ValidationError(str(unwanted), code="unwanted") from unwanted
        self.cleaned_data["content"] = content
        return file
