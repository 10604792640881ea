"""The timeline in words: what each act, entry, message and note of an account says to the person who reads it."""

from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from accounts import reading
from accounts.models import AccountFlag, Hold, Kind, Message
from billing_office.lib import dates, money
from billing_office.staff.models import short_name

SHOWS = [("", "All"), ("money", "Money"), ("message", "Messages"), ("note", "Notes"), ("act", "Changes")]
_TONES = {"sent": "good", "delivered": "good", "failed": "bad", "bounced": "bad", "queued": "mute"}
_WORDS = {"queued": "waits", "sent": "sent", "delivered": "delivered", "failed": "failed", "bounced": "bounced"}
_RECEIVED = {Kind.CLIENT_PAYMENT, Kind.PAYER_PAYMENT, Kind.AGENCY_RECOVERY}
_OFFICE = "The office"  # whose name work done by itself bears


@dataclass(frozen=True)
class Told:
    """One happening in words; `href` leads to what it is about."""

    at: datetime
    title: str
    detail: str
    tone: str
    who: str
    href: str = ""


def told(item: reading.Happening, *, services: bool) -> Told:
    """`services`: the reader may know what was done."""
    return _TELL[item.kind](item, services)


def _money(item: reading.Happening, services: bool) -> Told:
    count, name = item.facts["services"], item.facts["service"]
    service = f"{count} services" if count > 1 else name if name and services else ""
    tone = "warn" if item.what == Kind.REVERSAL else "good" if item.what in _RECEIVED else "mute"
    payment = item.facts["payment"]
    href = reverse("payment", args=[payment]) if payment else ""
    said = _said(_dollars(item.cents), service, item.detail)
    return Told(item.at, Kind(item.what).label, said, tone, _who(item.who), href)


def _message(item: reading.Happening, services: bool) -> Told:
    way = "E-mail" if item.what == Message.Channel.EMAIL else "Letter"
    word = (
        "to print"
        if item.what != Message.Channel.EMAIL and item.state == "queued"
        else _WORDS.get(item.state, item.state)
    )
    detail = item.detail + (f": {item.who}" if item.who else "")
    href = reverse("document_page", args=[item.facts["document"]])
    return Told(item.at, f"{way} {word}", detail, _TONES.get(item.state, "mute"), "", href)


def _note(item: reading.Happening, services: bool) -> Told:
    return Told(item.at, "Note", item.detail, "note", _who(item.who))


def _act(item: reading.Happening, services: bool) -> Told:
    facts, href = item.facts, ""
    title = item.what.replace("_", " ").capitalize()
    said = _said(facts.get("number"), _dollars(item.cents), _changed(facts["changed"]), item.detail)
    match item.what:
        case "invoice_issued":
            said = _said(facts["number"], _dollars(item.cents), f"due {_day(facts['due_on'])}")
            href = reverse("invoice", args=[facts["object"]])
        case "invoice_voided":
            href = reverse("invoice", args=[facts["object"]])
        case "reminder_queued":
            title = f"Reminder {facts['level']}"
        case "flag_set" | "flag_ended":
            title = f"{AccountFlag.Kind(facts['kind']).label}: flag {item.what.rpartition('_')[2]}"
        case "hold_set" | "hold_ended":
            title = f"{Hold.Kind(facts['kind']).label}: hold {item.what.rpartition('_')[2]}"
        case "contact_point_marked_bad":
            title = "Contact marked bad"
        case "contact_added" | "contact_edited" if "consent" in facts:
            said = _said(f"consent {facts['consent']}", said)
    return Told(item.at, title, said, "mute", _who(item.who), href)


_TELL = {"money": _money, "message": _message, "note": _note, "act": _act}


def _said(*parts: str | None) -> str:
    return ", ".join(part for part in parts if part)


def _dollars(cents: int | None) -> str:
    return f"${money.show(cents)}" if cents else ""


def _changed(fields: list[str]) -> str:
    return ", ".join(field.removesuffix("_id").replace("_", " ") for field in fields)


def _day(text: str) -> str:
    return dates.short(date.fromisoformat(text), dates.today())


def _who(name: str) -> str:
    return "by itself" if name == _OFFICE else short_name(name)
