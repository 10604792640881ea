"""The account page: who, what is owed and by whom, what to do next, charges with their why, the ledger, the timeline.

Ten queries at the most, session and user included: each app's part is one function with one query.
"""

import itertools
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from accounts import aging, past, reading
from accounts import timeline as happened_on
from accounts.corrections.undo import may_undo
from accounts.models import Account, Charge, Client, ContactPoint, Payer
from billing_office.lib import charts, dates, money
from billing_office.staff.access import may
from dunning import facts, rules
from invoices import balances

from . import happenings
from .looking import look

SHOWN, READ = (
    40,
    200,
)  # lines of the timeline: the rest is on its own page; as far back the next step looks for a message
OWNER_COLOUR = {"": "fr4", "insurer": "fr1", "government": "fr2", "employer": "fr3", "person": "fr3", "other": "fr3"}


@dataclass(frozen=True)
class Party:
    """One who owes on this account, for the strip at the top."""

    name: str
    cents: int
    note: str
    css: str


@dataclass(frozen=True)
class ChargeRow:
    """A charge with where it stands today."""

    line: reading.ChargeLine
    what: str
    code: str
    at: str
    age: int | None
    state: tuple[str, str]
    credit: bool = False

    service = property(lambda self: self.line.kind == Charge.Kind.SERVICE)
    # What came off is shown as it is subtracted.
    off = property(lambda self: -self.line.off)
    payers_paid = property(lambda self: -self.line.payers_paid)
    client_paid = property(lambda self: -self.line.client_paid)
    id = property(lambda self: self.line.id)


@dataclass(frozen=True)
class NextStep:
    """One sentence and, unless nothing is to be done by hand, one button."""

    sentence: str
    why: str = ""
    label: str = ""
    href: str = ""
    key: str = ""


def account(request, pk):
    row = get_object_or_404(
        Account.objects.for_staff(request.user).select_related("office", "guarantor", "balance", "merged_into"), pk=pk
    )
    today = dates.today()
    parts = aging.parts(Account.objects.filter(pk=row.pk), today)
    clients = list(row.clients.all())
    contacts = list(ContactPoint.objects.filter(client__account=row))
    view = _one_of(request.GET.get("view", ""), ("entries",))
    lines = [] if view else reading.charges(row)
    issued = balances.of_account(row.pk)
    services = may(request.user, "read_services")
    happened = happened_on.timeline(row, kinds=happenings.kinds(request.user), services=services, limit=READ)
    entries = reading.entries(row) if view else []
    rows = _charge_rows(lines, parts, request.user, today)
    context = {
        "account": row,
        "today": today,
        "clients": clients,
        "others": [client for client in clients if client.pk != row.guarantor_id],
        "contacts": _contacts(clients, contacts),
        "stops": reading.stops(row, today),
        "owed": _owed(row, parts, today),
        "rows": rows,
        "totals": _totals(lines),
        "view": view,
        "entries": entries,
        "undoable": {entry.id for entry in entries if _may_undo(entry, request.user)},
        "why": next((charge for charge in rows if str(charge.id) == request.GET.get("why")), None),
        "invoices": issued,
        "timeline": [happenings.told(item, services=services) for item in happened[:SHOWN]],
        "show": "",
        "shows": happenings.shows(request.user),
        "earlier": len(happened) > SHOWN,
        "next": _next_step(row, parts, issued, contacts, happened, request.user, today),
    }
    return render(request, "desk/account.html", context)


def _may_undo(entry: reading.EntryLine, user) -> bool:
    return not entry.reversed_by and may_undo(user, entry.kind, payers_money=entry.payers_money)


def _one_of(text: str, words: tuple[str, ...]) -> str:
    return text if text in words else ""


# -- what is owed ---------------------------------------------------------------------------------------------------------


def _owed(account: Account, parts: list[aging.Part], today: date) -> dict:
    client = [p for p in parts if p.payer is None and p.day]
    now, later = sum(p.cents for p in client if p.day <= today), sum(p.cents for p in client if p.day > today)
    oldest = min((p.day for p in client if p.day <= today), default=None)
    who = account.guarantor.first_name or account.name
    note = _oldest((today - oldest).days) if oldest else _("nothing due")
    parties = [Party(_("%(client)s owes now") % {"client": who}, now, note, "fr4")]
    if later:
        first = min(p.day for p in client if p.day > today)
        note = _("next %(day)s") % {"day": dates.short(first, today)}
        parties.append(Party(_("%(client)s, not yet due") % {"client": who}, later, note, "fa0"))
    for name, cents, note, css in _payers(parts, today):
        parties.append(Party(name, cents, note, css))
    credits = -sum(p.cents for p in parts if p.cents < 0)
    unapplied = account.balance.unapplied_cents if hasattr(account, "balance") else 0
    total = sum(party.cents for party in parties)
    return {
        "total": total,
        "parties": parties,
        "credit": credits + unapplied,
        "credits": credits,
        "unapplied": unapplied,
        "charges": len({p.charge for p in parts if p.cents > 0}),
        "bars": charts.strip([charts.Part(p.css, p.name, p.cents) for p in parties]),
        "label": ", ".join(f"{p.name} {money.show(p.cents)}" for p in parties if p.cents) or _("Nothing is owed"),
    }


def _oldest(days: int) -> str:
    return ngettext("oldest %(days)d day", "oldest %(days)d days", days) % {"days": days} if days else _("since today")


def _payers(parts: list[aging.Part], today: date):
    """(name, cents, note, colour) of each payer that owes, most first."""
    sums: dict[tuple[str, str], list[aging.Part]] = {}
    for part in parts:
        if part.payer and part.cents > 0:
            sums.setdefault((part.party, part.payer_class), []).append(part)
    for (name, payer_class), theirs in sorted(sums.items(), key=lambda item: -sum(p.cents for p in item[1])):
        days = (today - min(p.day for p in theirs)).days
        kind = Payer.Class(payer_class).label.lower()
        aged = ngettext("%(kind)s, %(days)d day", "%(kind)s, %(days)d days", days) % {"kind": kind, "days": days}
        yield name, sum(p.cents for p in theirs), aged if days > 0 else kind, OWNER_COLOUR[payer_class]


# -- charges --------------------------------------------------------------------------------------------------------------


def _charge_rows(lines, parts, user, today) -> list[ChargeRow]:
    of_charge: dict[int, list[aging.Part]] = {}
    for part in parts:
        of_charge.setdefault(part.charge, []).append(part)
    words, codes = may(user, "read_services"), may(user, "read_codes")
    rows = []
    for line in lines:
        theirs = of_charge.get(line.id, [])
        day = min((p.day for p in theirs if p.day), default=None)
        at = ", ".join(name for name in [_("Client") if line.open_client > 0 else "", line.payer_names] if name)
        rows.append(
            ChargeRow(
                line=line,
                what=line.description if words or line.kind != Charge.Kind.SERVICE else _("Service"),
                code=line.code if codes else "",
                at=at,
                age=(today - day).days if day else None,
                state=_state(line, theirs, today),
                credit=any(p.cents < 0 for p in theirs),
            )
        )
    return rows


def _state(line: reading.ChargeLine, parts: list[aging.Part], today: date) -> tuple[str, str]:
    """The word and tone for where a charge stands, the most pressing first."""
    client = [p for p in parts if p.payer is None]
    if line.voided:
        return _("Voided"), ""
    if any(p.cents < 0 for p in parts):
        return _("Credit"), "note"
    if any(p.dated and p.day < today for p in client):
        return _("Overdue"), "bad"
    if any(p.dated and p.day == today for p in client):
        return _("Due today"), "warn"
    if any(not p.dated for p in client):
        return _("Not invoiced"), "warn"
    if client:
        return _("Invoiced"), ""
    return (_("With payer"), "info") if parts else (_("Settled"), "good")


def _totals(lines) -> dict:
    came_off, plain = ("off", "payers_paid", "client_paid"), ("billed", "open")
    sums = {name: sum(getattr(line, name) for line in lines) for name in (*came_off, *plain)}
    return sums | {name: -sums[name] for name in came_off}


# -- who, and how to reach them --------------------------------------------------------------------------------------------


def _contacts(clients: list[Client], points: list[ContactPoint]) -> list[tuple[Client, list[ContactPoint]]]:
    of_client: dict[int, list[ContactPoint]] = {}
    for point in points:
        of_client.setdefault(point.client_id, []).append(point)
    return [(client, of_client.get(client.pk, [])) for client in clients]


# -- what is to be done -----------------------------------------------------------------------------------------------------


def _next_step(account, parts, issued, contacts, happened, user, today) -> NextStep:
    """The first thing that waits for a person, in the order of what it would cost to leave it."""
    if account.merged_into_id and not any(p.cents for p in parts):
        other = account.merged_into
        return NextStep(
            _("Everything is done on %(account)s.") % {"account": other.number},
            "",
            _("Open it"),
            reverse("account", args=[other.pk]),
        )
    client_open = sum(p.cents for p in parts if p.payer is None and p.cents > 0)
    to_invoice = client_open - sum(invoice.open for invoice in issued)
    sent = next((item for item in happened if item.kind == "message"), None)
    if sent and sent.state in ("failed", "bounced"):
        return NextStep(
            _("The last message did not go out."),
            sent.who or sent.detail,
            _("See messages"),
            reverse("messages") + "?state=failed",
        )
    if to_invoice > 0:
        sentence = _("$%(amount)s is the client’s and on no invoice yet.") % {"amount": money.show(to_invoice)}
        if may(user, "issue_invoices"):
            return NextStep(sentence, "", _("Issue invoice"), reverse("invoice_new", args=[account.pk]), "i")
        return NextStep(sentence, _("A biller or supervisor issues it."))
    emails = [p for p in contacts if p.kind == ContactPoint.Kind.EMAIL and p.usable]
    if not any(p.consent_on for p in emails):
        return _ask_for_email(account, emails, user)
    overdue = [p for p in parts if p.payer is None and p.dated and p.day <= today]
    if overdue:
        days, due = (today - min(p.day for p in overdue)).days, money.show(sum(p.cents for p in overdue))
        aged = ngettext(
            "$%(amount)s is due, the oldest for %(days)d day.",
            "$%(amount)s is due, the oldest for %(days)d days.",
            days,
        )
        sentence = (aged if days else _("$%(amount)s is due, since today.")) % {"amount": due, "days": days}
        return NextStep(sentence, _("The ladder reminds by itself, within the contact rules."))
    if unapplied := account.balance.unapplied_cents if hasattr(account, "balance") else 0:
        return _lay_or_give_back(account, unapplied, client_open, user)
    return NextStep(_("Nothing waits for you here."), _calm(parts))


def _ask_for_email(account: Account, emails: list[ContactPoint], user) -> NextStep:
    sentence = _("Ask for consent to e-mail.") if emails else _("Ask for an e-mail address and consent to e-mail.")
    why = _("Until then every document goes to the print list.")
    if not may(user, "edit_accounts"):
        return NextStep(sentence, why)
    if emails:
        return NextStep(sentence, why, _("Edit contact"), reverse("contact_edit", args=[emails[0].pk]))
    return NextStep(sentence, why, _("Add contact"), reverse("contact_new", args=[account.guarantor_id]))


def _lay_or_give_back(account: Account, unapplied: int, client_open: int, user) -> NextStep:
    sentence = _("$%(amount)s was received and is on no charge.") % {"amount": money.show(unapplied)}
    why = (
        _("Lay it on what is open.")
        if client_open
        else _("Nothing is open at the client: refund it, or wait for a charge.")
    )
    if not may(user, "post_client_payments"):
        return NextStep(sentence, why)
    return NextStep(sentence, why, _("See the money"), reverse("unapplied") + f"?account={account.number}")


def _calm(parts: list[aging.Part]) -> str:
    """Why nothing waits."""
    still = [p for p in parts if p.cents > 0]
    if not still:
        return _("Nothing is owed.")
    if all(p.payer for p in still):
        return _("What is open is with %(payers)s.") % {"payers": ", ".join(sorted({p.party for p in still}))}
    return _("What the client owes is on invoices that are not due yet.")


# -- may we? ------------------------------------------------------------------------------------------------------------------

_ASKED = [  # icon, label, action, channel
    ("mail", lazy("E-mail bill"), rules.Action.INVOICE, "email"),
    ("mail", lazy("Reminder"), rules.Action.REMINDER, "email"),
    ("phone", lazy("Call"), rules.Action.CALL, "phone"),
    ("letter", lazy("Letter"), rules.Action.LETTER, "print"),
]


def guard(request, pk):
    """May we contact the client now? Its own small request: the answer changes with the clock while the page stands open."""
    row = get_object_or_404(Account.objects.for_staff(request.user).select_related("guarantor"), pk=pk)
    now, today = dates.now(), dates.today()
    policy = facts.policy(today)
    read = {channel: facts.of_channel(row, channel, today) for channel in ("email", "phone", "print")}
    zones = read["email"].zones
    verdicts = [
        _verdict(icon, label, rules.may(action, read[channel], now, policy), zones, now)
        for icon, label, action, channel in _ASKED
    ]
    verdicts[2]["note"] = _calls(read["phone"], policy, now)
    for before, verdict in itertools.pairwise(verdicts):  # the way round is said once
        if verdict.get("rule") == before.get("rule"):
            verdict.pop("way_round", None)
    local = _("place unknown")
    if zones:
        place = zones[0].rpartition("/")[2].replace("_", " ")
        local = _("%(time)s in %(place)s") % {"time": _clock(now, zones[0]), "place": place}
    return render(request, "desk/_guard.html", {"account": row, "verdicts": verdicts, "local": local})


def _calls(known: facts.Facts, policy: tuple[rules.Rule, ...], now: datetime) -> str:
    """`2 of 7 calls in 7 days`; nothing where none was made or no rule counts them."""
    rule = next((rule for rule in policy if rule.id == "CALL-7IN7"), None)
    days = rule.params["days"] if rule else 0
    made = sum(at > now - timedelta(days=days) for at in known.calls)
    return (
        _("%(made)s of %(calls)s calls in %(days)s days") % {"made": made, "calls": rule.params["calls"], "days": days}
        if made
        else ""
    )


def _verdict(icon: str, label: str, verdict: rules.Verdict, zones: tuple[str, ...], now: datetime) -> dict:
    """A verdict in words: allowed; blocked, by which rule, and the way round; or from when on."""
    if verdict.allow:
        return {"icon": icon, "label": label, "css": "yes", "said": _("Allowed now")}
    first = verdict.reasons[0].rule
    known = {"icon": icon, "label": label, "rule": _("Rule %(id)s") % {"id": first.id}, "source": first.citation}
    if verdict.earliest and zones:
        return known | {"css": "wait", "said": _("From %(when)s") % {"when": _when(verdict.earliest, now, zones[0])}}
    return known | {"css": "no", "said": first.sentence, "way_round": first.way_round}


def _when(moment: datetime, now: datetime, zone: str) -> str:
    """`8:00 am today`, `8:00 am tomorrow` or `8:00 am, Nov 27`, by the clock of the place."""
    there, today = moment.astimezone(ZoneInfo(zone)).date(), now.astimezone(ZoneInfo(zone)).date()
    near = {today: " today", today + timedelta(days=1): " tomorrow"}
    return _clock(moment, zone) + near.get(there, f", {dates.short(there, today)}")


def _clock(moment: datetime, zone: str) -> str:
    there = moment.astimezone(ZoneInfo(zone))
    return f"{there.hour % 12 or 12}:{there:%M} {'am' if there.hour < 12 else 'pm'}"


# -- on another day -----------------------------------------------------------------------------------------------------------


def balance(request, pk):
    """What was owed on an account on a past day, as the books stand now or, for auditors, as they were known."""
    row = get_object_or_404(Account.objects.for_staff(request.user), pk=pk)
    at = look(request)
    receivable, unapplied = past.balance(row, at.seen or past.AsOf(at.on))
    context = {"account": row, "look": at, "today": dates.today(), "receivable": receivable, "unapplied": unapplied}
    return render(request, "desk/_balance.html" if request.htmx else "desk/balance.html", context)
