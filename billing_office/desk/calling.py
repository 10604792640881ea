"""Logging a contact from the account: one line, chosen by letters. The contact rules are asked before a call is made;
what has happened already is written down whatever they say, and that they forbade it is kept with it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render

from accounts import contact_log
from accounts.forms.contact_log import ContactLogForm
from accounts.models import Account, ContactMade
from accounts.once import once
from accounts.views.pages import back_to, turned_away
from billing_office.lib import dates
from billing_office.lib.views import answer_form
from dunning import facts, rules

Way = ContactMade.Way


def contact_new(request, pk):
    account = get_object_or_404(Account.objects.for_staff(request.user).select_related("office", "guarantor"), pk=pk)
    if away := turned_away(request, account, told=True):
        return away
    form = ContactLogForm(request.POST or None, account=account)
    verdict = _may_call(account)
    if request.method == "POST" and form.is_valid():
        made = form.made()
        if made.way == Way.CALL:
            made.refused = [reason.rule.id for reason in verdict.reasons]
        with once(form.key, "contact_logged", request.user) as done:
            if not done:
                detail = {"form": str(form.key)}
                contact_log.write(account, made, at=dates.now(), on=dates.today(), by=request.user, detail=detail)
        messages.success(request, f"{made} logged.")
        return redirect("day_next") if request.session.get("day_seen") else back_to(account)
    context = {"account": account, "form": form, "reasons": verdict.reasons, "last": contact_log.last(account)}
    if request.htmx and request.method == "GET":
        form.auto_id = "log-%s"
        return render(request, "desk/_contact_form.html", context)
    return answer_form(request, "desk/contact_new.html", context)


def _may_call(account: Account) -> rules.Verdict:
    today = dates.today()
    return rules.may(rules.Action.CALL, facts.of_channel(account, "phone", today), dates.now(), facts.policy(today))
