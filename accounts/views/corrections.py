"""Taking off, moving, undoing: the fields, the effect, and then the press that posts it or asks a second person."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts import reading
from accounts.corrections import prompt
from accounts.corrections.carrying_out import Outcome, Unseen, carry_out, fingerprint, outcome_of
from accounts.corrections.obstacles import Obstructed
from accounts.forms.corrections import AdjustForm, MoveForm, UndoForm
from accounts.ledger import Refused, StillNeeded
from accounts.models import Account, JournalEntry, OpenItem
from billing_office.lib import dates, money
from billing_office.lib.views import answer_form, linked

from .pages import account_of

NEEDED = lazy("Later entries stand on this one. Reverse them first.")


def account_adjust(request, pk):
    account = account_of(request, pk)
    offers, initial = prompt.offers(account, dates.today(), request.user), _item_asked_for(request, account)
    asked = request.GET.get("prompt") and initial.get("item")
    if asked and (offer := next((one for one in offers if one.charge.pk == asked.charge_id), None)):
        initial |= {"amount": offer.cents, "reason": prompt.reason()}
    form = AdjustForm(request.POST or None, account=account, reader=request.user, initial=initial)
    return correct(request, account, form, "adjusted", _("Adjust"), offers=offers)


def account_move(request, pk):
    account = account_of(request, pk)
    form = MoveForm(
        request.POST or None, account=account, reader=request.user, initial=_item_asked_for(request, account)
    )
    return correct(request, account, form, "responsibility_moved", _("Move to another party"))


def entry_reverse(request, pk):
    """Also what "Undo" leads to after an act: the reason stands there already, one press posts it."""
    entries = JournalEntry.objects.for_staff(request.user).select_related("account__office", "posted_by")
    entry = get_object_or_404(entries, pk=pk)
    form = UndoForm(request.POST or None, entry=entry, by=request.user)
    return correct(request, entry.account, form, "entry_reversed", _("Reverse"), entry=entry)


def _item_asked_for(request, account) -> dict:
    """`?charge=7` comes from a charge's own row: what the client owes on it, else what its first payer does."""
    charge = request.GET.get("charge", "")
    if not (charge.isascii() and charge.isdigit() and len(charge) < 19):
        return {}
    items = OpenItem.objects.filter(account=account, charge=charge, cents__gt=0)
    return {"item": items.order_by("payer").last()}  # nulls, the client, come last


def correct(request, account: Account, form, act: str, title: str, then=None, **context):
    """One page for all: shows the effect of what stands in the form, and posts it when it comes back as it was seen.

    `then(entry)` is where it leads on to; by default to the account or payer.
    """
    valid, posting = form.is_bound and form.is_valid(), request.POST.get("act") == "post"
    key = form.cleaned_data.get("once") if form.is_bound else None
    if former := key and outcome_of(act, key, request.user):
        return _said(request, account, former, then)
    stops = reading.stops(account, dates.today())
    context |= {"account": account, "form": form, "title": title, "stops": stops}
    try:
        if valid or (form.shown_at_once and not form.is_bound):
            proposal = form.proposal()
            if posting and (done := _done(form, proposal, request.user)):
                return _said(request, account, done, then, proposal)
            context |= _effect(form, proposal, request.user)
            context["changed"] = posting and bool(form.cleaned_data["seen"])
    except Refused as refusal:
        needed = refusal.entries if isinstance(refusal, StillNeeded) else []
        found = refusal.obstacles if isinstance(refusal, Obstructed) else []
        context |= {"needed": needed, "obstacles": found, "refused": NEEDED if needed else str(refusal)}
        if form.is_bound:
            form.add_error(None, context["refused"])
    return answer_form(request, "accounts/correction.html", context)


def _done(form, proposal, by) -> Outcome | None:
    """None when the effect is not the one that was seen: it is shown, and the next press does it."""
    try:
        return carry_out(proposal, by=by, on=dates.today(), form=form.key, seen=form.cleaned_data["seen"])
    except Unseen:
        return None


def _effect(form, proposal, by) -> dict:
    facts = proposal.facts()
    asks = "amount" in form.fields and not form.fields["amount"].required
    amount = {"amount": money.plain(proposal.cents)} if asks else {}
    form.show(fingerprint(facts), **amount)
    because = proposal.above_limit(by, dates.today())
    return {"facts": facts, "proposal": proposal, "sum_after": proposal.sum_after(), "because": because}


def _said(request, account: Account, done: Outcome, then, proposal=None):
    if done.request:
        link = (reverse("approval", args=[done.request.pk]), _("See it"))
        text = _("%(act)s: sent to a supervisor. Nothing is posted until another person approves it.") % {
            "act": done.request.title
        }
        messages.info(request, linked(text, *link))
    elif not done.new:
        messages.info(request, _("This form was sent already; nothing was posted twice."))
    else:
        messages.success(request, _told(proposal, done.entry))
    if then and done.entry:
        return redirect(then(done.entry))
    if account.kind == Account.Kind.HOUSE:
        return redirect("payer", pk=account.payer_id)
    return redirect("account", pk=account.pk)


def _told(proposal, entry: JournalEntry):
    if not proposal.undoable:
        return proposal.told
    return linked(proposal.told, reverse("entry_reverse", args=[entry.pk]), _("Undo"))
