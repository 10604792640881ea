"""What belongs to an office beside its own row: logo, a sample of its paper, the fields it keeps of each account."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from accounts.addressing import letterhead
from billing_office.audit.acts import record
from billing_office.lib import dates, money, rendering
from billing_office.lib.fields import LineField, OfficeForm, OfficeModelForm
from billing_office.lib.views import answer_form
from billing_office.staff.letterhead import NoPicture, logo_of, picture, remove_logo, set_logo, take
from billing_office.staff.models import Office, OfficeField


def _office(pk) -> Office:
    return get_object_or_404(Office, pk=pk)


def _page(request, office: Office, form, title: str, button: str, **context):
    context = {"office": office, "form": form, "title": title, "button": button} | context
    return answer_form(request, "desk/offices/part.html", context)


# -- the logo -------------------------------------------------------------------------------------------------------------


class LogoForm(OfficeForm):
    title = lazy("The logo was not changed.")
    picture = forms.FileField(
        label=lazy("Picture"), required=False, help_text=lazy("PNG or JPEG, up to 4 MB. It is printed 9 mm high, left of the name."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
    )  # fmt: skip
    remove = forms.BooleanField(label=lazy("Take the logo away; the neutral mark stands there again"), required=False)

    def clean_picture(self):
        sent = self.cleaned_data["picture"]
        if sent is None:
            return None
        try:
            return take(sent.read())
        except NoPicture as error:
            raise ValidationError(str(error), code="picture") from error

    def clean(self):
        cleaned = super().clean()
        if not self.errors and bool(cleaned.get("picture")) == cleaned.get("remove", False):
            self.add_error("picture", ValidationError(_("Choose a picture, or take the logo away."), code="which"))
        return cleaned


def office_logo_edit(request, pk):
    office = _office(pk)
    form = LogoForm(request.POST or None, request.FILES or None)
    if not (sha256 := logo_of(office)):
        del form.fields["remove"]
        form.fields["picture"].required = True
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            if png := form.cleaned_data["picture"]:
                set_logo(office, png, by=request.user)
            else:
                remove_logo(office, by=request.user)
            record(request.user, "office_logo_set" if png else "office_logo_removed", office)
        messages.success(request, _("Papers issued from now on have it. Those that were issued stay as they are."))
        return redirect("office", pk=pk)
    return _page(request, office, form, _("Logo"), _("Save"), logo=sha256)


def office_logo(request, pk):
    content = picture(logo_of(_office(pk)))
    if content is None:
        raise Http404("no logo")
    return HttpResponse(content, content_type="image/png", headers={"Content-Security-Policy": "default-src 'none'"})


def office_sample(request, pk):
    """One page of the office's paper as it would go out today, with an invented client."""
    office = _office(pk)
    words = office.words
    fields = [[field.label, "12345"] for field in office.fields.filter(retired=False, printed=True)[:2]]
    amount, due = f"${money.show(4_500)}", dates.long(dates.today())
    context = {
        "lang": "en", "kind": _("Invoice"), "number": f"{office.code}-SAMPLE", "copy": False, "office": letterhead(office),
        "to": "Ruth Okonkwo\n17 Chestnut Court\nSpringfield, IL 62704",
        "facts": [[_("Issued"), due], [_("Account"), "A-10001"], *fields, [_("Due"), due]],
        "ask": {"label": _("Amount due"), "amount": amount, "by": _("Pay by %(day)s") % {"day": due}},
        "lead": _("This is a sample of the office’s paper. Nothing is owed."),
        "what": _("What was done"), "columns": [_("Price"), _("You owe")],
        "visits": [{"when": due, "who": "Ruth Okonkwo", "by": words.provider, "lines": [
            {"what": _("A service, as the client reads it"), "code": "", "amounts": ["45.00", "45.00"]},
        ]}],
        "totals": {"label": _("Total"), "amounts": ["45.00", "45.00"]},
        "settle": [{"label": _("Amount due"), "amount": amount, "tone": "t"}],
        "help": {"title": _("Need help paying?"), "text": office.help_text} if office.help_text else None, "notes": [], "slip": None,
    }  # fmt: skip
    pdf = rendering.render("invoice", context, office.paper, logo=picture(logo_of(office)))
    return HttpResponse(
        pdf, content_type="application/pdf", headers={"Content-Disposition": 'inline; filename="sample.pdf"'}
    )


# -- fields of one's own --------------------------------------------------------------------------------------------------


class FieldForm(OfficeModelForm):
    title = lazy("The field was not saved.")
    label = LineField(
        label=lazy("Label"), max_length=24, help_text=lazy("As it stands on screens and papers: up to 24 letters.")
    )
    help = LineField(
        max_length=120, required=False, label=lazy("Hint"), help_text=lazy("Stands below it where it is filled in.")
    )

    class Meta:
        model = OfficeField
        fields = ["label", "help", "printed", "position", "retired"]
        labels = {
            "position": lazy("Position"),
            "printed": lazy("On papers"),
            "retired": lazy("Not asked any more"),
        }
        help_texts = {"position": lazy("0 stands first.")}

    def clean(self):
        cleaned = super().clean()
        others = OfficeField.objects.filter(office=self.instance.office, retired=False).exclude(pk=self.instance.pk)
        if cleaned.get("retired"):
            return cleaned
        if others.filter(label__iexact=cleaned.get("label", "")).exists():
            self.add_error("label", ValidationError(_("The office has a field of this name."), code="twice"))
        if cleaned.get("printed") and others.filter(printed=True).count() >= OfficeField.PRINTED:
            self.add_error(
                "printed",
                ValidationError(_("Two fields stand on papers already; there is no room for more."), code="full"),
            )
        return cleaned


def office_field_new(request, pk):
    office = _office(pk)
    return _field(request, office, OfficeField(office=office), _("Add a field"), created=True)


def office_field_edit(request, pk):
    field = get_object_or_404(OfficeField.objects.select_related("office"), pk=pk)
    return _field(request, field.office, field, field.label, created=False)


def _field(request, office: Office, field: OfficeField, title: str, *, created: bool):
    form = FieldForm(request.POST or None, instance=field)
    if created:
        del form.fields["retired"]
    if request.method == "POST":
        with transaction.atomic():
            Office.objects.select_for_update(no_key=True).get(pk=office.pk)  # two who add one of a name wait here
            if form.is_valid():
                field = form.save()
                record(
                    request.user,
                    "office_field_added" if created else "office_field_edited",
                    field,
                    changed=form.changed_data,
                )
                messages.success(request, f"{field} saved.")
                return redirect("office", pk=office.pk)
    return _page(request, office, form, title, _("Save field"))


@require_POST
def office_fields_usual(request, pk):
    """Add the fields that offices of this kind usually keep, where the office has none of that name."""
    office = _office(pk)
    with transaction.atomic():
        Office.objects.select_for_update(no_key=True).get(pk=office.pk)
        added = [
            OfficeField.objects.create(
                office=office, label=str(one.label), help=str(one.help), printed=one.printed, position=at
            )
            for at, one in enumerate(missing(office))
        ]
        for field in added:
            record(request.user, "office_field_added", field)
    messages.success(
        request,
        _("Added: %(fields)s.") % {"fields": ", ".join(map(str, added))} if added else _("The office has them all."),
    )
    return redirect("office", pk=pk)


def missing(office: Office) -> list:
    """The usual fields of its profile that the office does not have."""
    known = {label.lower() for label in office.fields.values_list("label", flat=True)}
    return [one for one in office.words.fields if one.label.lower() not in known]
