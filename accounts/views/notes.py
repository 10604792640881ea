"""Notes on an account, what they ask of colleagues, and what is to be followed up."""

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import notes
from accounts.forms.notes import NoteForm
from accounts.models import FollowUp, Mention, Note
from accounts.once import once
from billing_office.lib import dates

from .pages import account_of, back_to, form_page


def note_new(request, pk):
    account = account_of(request, pk)
    form = NoteForm(request.POST or None, account=account, by=request.user)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with once(form.key, "note_written", request.user) as already:
            if not already:
                detail = {"form": str(form.key)}
                notes.write(account, given["text"], by=request.user, detail=detail, mentioned=form.mentioned)
                if given["follow_on"]:
                    notes.ask(account, given["text"], given["follow_on"], by=request.user, **form.asked)
        messages.success(request, _("Note written."))
        return back_to(account)
    return form_page(request, account, form, _("Write a note"), _("Write note"), "accounts/note_new.html")


def note_correct(request, pk):
    """A note is corrected by another that names it; of two at once the database keeps the first."""
    note = get_object_or_404(Note.objects.for_staff(request.user).select_related("account__office"), pk=pk)
    account = note.account
    form = NoteForm(request.POST or None, account=account, by=request.user, corrects=note)
    if hasattr(note, "correction"):
        told = {"person": note.correction.author.short_name}
        messages.info(request, _("%(person)s corrected this note already.") % told)
        return back_to(account)
    if request.method == "POST" and form.is_valid():
        try:
            with once(form.key, "note_written", request.user) as already:
                if not already:
                    detail = {"form": str(form.key), "corrects": note.pk}
                    text = form.cleaned_data["text"]
                    notes.write(account, text, by=request.user, detail=detail, mentioned=form.mentioned, corrects=note)
        except IntegrityError:
            messages.error(request, _("Somebody corrected this note meanwhile. Look at what they wrote."))
        else:
            messages.success(request, _("Corrected. The former words stay, struck out."))
        return back_to(account)
    return form_page(request, account, form, _("Correct a note"), _("Write correction"), "accounts/note_new.html")


@require_POST
def mention_read(request, pk):
    mention = get_object_or_404(Mention.objects.filter(user=request.user), pk=pk)
    if notes.read(mention, now=dates.now()):
        messages.success(request, _("Read."))
    return _back(request)


@require_POST
def follow_up_done(request, pk):
    row = get_object_or_404(FollowUp.objects.for_staff(request.user), pk=pk)
    if notes.done(row, by=request.user, now=dates.now()):
        messages.success(request, _("Done: %(what)s") % {"what": row.what})
    else:
        messages.info(request, _("%(person)s has done this already.") % {"person": row.done_by.short_name})
    return _back(request)


def _back(request):
    """To the page that the button stood on; for who goes through their day, to what comes next."""
    if request.session.get("day_seen"):
        return redirect("day_next")
    to = request.POST.get("next", "")
    ours = to.startswith("/") and url_has_allowed_host_and_scheme(to, {request.get_host()})
    return HttpResponseRedirect(to) if ours else redirect("home")
