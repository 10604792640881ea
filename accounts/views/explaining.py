"""Why something is owed, and one entry of the ledger: where every figure ends."""

from django.shortcuts import get_object_or_404, render

from accounts import ledger, why
from accounts.models import Account, Charge, JournalEntry, OpenItem

from .pages import account_of


def account_why(request, pk):
    """Everything the client owes on an account, charge by charge, and the sum of it in one sentence; or one charge (?charge=)."""
    account, one = account_of(request, pk), request.GET.get("charge", "")
    charges = list(_asked(account, one))
    told = why.stories(charge.pk for charge in charges)
    story = why.together(told.values())
    unapplied = 0 if one else ledger.balance(account)[1]
    context = {
        "account": account,
        "story": story,
        "charges": [(charge, told.get(charge.pk, why.Story())) for charge in charges],
        "unapplied": unapplied,
        "after": story.owed - unapplied,
    }
    return render(request, "accounts/_story.html" if request.htmx else "accounts/why.html", context)


def _asked(account: Account, charge: str):
    rows = Charge.objects.filter(account=account).order_by("service_on", "id")
    if charge:
        return rows.filter(pk=charge) if charge.isascii() and charge.isdigit() and len(charge) < 19 else rows.none()
    return rows.filter(pk__in=OpenItem.objects.filter(account=account, payer=None).exclude(cents=0).values("charge"))


def entry(request, pk):
    """One entry with its legs: what it moved, in which books, when, who posted it and what undid it."""
    rows = JournalEntry.objects.for_staff(request.user).select_related(
        "account__guarantor", "posted_by", "reason", "reverses", "reversal__posted_by"
    )
    row = get_object_or_404(rows, pk=pk)
    legs = row.postings.select_related("charge", "payer", "payment").order_by("id")
    return render(request, "accounts/entry.html", {"entry": row, "account": row.account, "legs": legs})
