"""What an account says in its office's own fields: the piece of its page, and the form."""

from django.db import transaction
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from accounts import facts
from accounts.forms.facts import FactsForm
from accounts.models import Account

from .pages import back_to, form_page, say_saved, turned_away


def facts_of(request, pk):
    account = get_object_or_404(Account.objects.for_staff(request.user).select_related("office"), pk=pk)
    return render(request, "accounts/_facts.html", {"account": account, "lines": facts.of_account(account)})


def facts_edit(request, pk):
    with transaction.atomic():
        rows = Account.objects.for_staff(request.user).select_related("office")
        if request.method == "POST":
            rows = rows.select_for_update(of=("self",), no_key=True)
        account = get_object_or_404(rows, pk=pk)
        if away := turned_away(request, account):
            return away
        form = FactsForm(request.POST or None, instance=account)
        if request.method == "POST" and form.is_valid():
            if form.changed:
                form.save()
                facts.write(account, form.values, by=request.user)
            say_saved(request, form, account.number)
            return back_to(account)
    why = (
        ""
        if form.visible_fields()
        else _("%(office)s keeps no fields of its own yet. An admin adds them to the office.")
        % {"office": account.office}
    )
    return form_page(
        request, account, form, _("What %(office)s keeps of it") % {"office": account.office}, _("Save"), why=why
    )
