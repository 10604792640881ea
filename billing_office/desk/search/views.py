"""The palette's answers, and the same as a page for whoever has no script, or presses enter before they come."""

from itertools import chain

from django.shortcuts import redirect, render

from accounts import finding
from accounts.models import Account
from billing_office.audit.acts import record
from billing_office.lib.sorting import sort_key
from billing_office.staff.access import may

from . import pages, records
from .hits import Group, Hit

LONGEST = 120


def search(request):
    """What was typed, or at once the one record that it can only mean."""
    text = _text(request)
    found = _found(request, text)
    if hit := _meant(found):
        return redirect(hit.href)
    return render(request, "desk/search.html", _context(request, text, found))


def search_found(request):
    """The groups alone, for the palette."""
    text = _text(request)
    return render(request, "desk/_found.html", _context(request, text, _found(request, text)) | {"palette": True})


def _text(request) -> str:
    return " ".join(request.GET.get("q", "").replace("\x00", "").split())[:LONGEST]


def _found(request, text: str) -> list[Group]:
    """Records first, then what can be done and where one can go; names that are only alike last. Empty groups are left out."""
    user, words = request.user, sort_key(text).split()
    surely, alike = [], []
    if text and may(user, "read_accounts"):
        with finding.by_index():
            called, *alike = records.accounts(user, text)
            surely = [called, *records.papers(user, text), records.payers(user, text)]
    doing = [pages.acts_on(user, _opened(request), words), pages.acts(user, words), pages.pages(user, words)]
    return [group for group in [*surely, *doing, *alike] if group.hits]


def _opened(request) -> Account | None:
    """The account from whose page the palette was opened."""
    pk = request.GET.get("account", "")
    known = Account.objects.for_staff(request.user)
    return known.filter(pk=pk).first() if pk.isascii() and pk.isdecimal() and len(pk) < 19 else None


def _meant(groups: list[Group]) -> Hit | None:
    """The one whose whole number was typed, or the only one there is."""
    hits = list(chain.from_iterable(group.hits for group in groups))
    exact = [hit for hit in hits if hit.exact]
    if len(exact) == 1:
        return exact[0]
    return hits[0] if len(hits) == 1 and hits[0].number else None


def _context(request, text: str, groups: list[Group]) -> dict:
    """Whom it showed is recorded, never what was typed: that may be a name of somebody who is no client here."""
    near = []
    if text and not any(hit.number for group in groups for hit in group.hits) and may(request.user, "read_accounts"):
        near = records.nearest(request.user, text)
    shown = {hit.account for hit in chain(*(group.hits for group in groups), near) if hit.account and hit.number}
    if shown:
        record(request.user, "accounts_searched", detail={"found": sorted(shown)})
    return {"text": text, "groups": groups, "nearest": near, "account": request.GET.get("account", "")}
