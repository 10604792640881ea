"""The timeline in words: what each act, entry, message and note of an account says to the person who reads it."""

from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from accounts.models import AccountFlag, Attachment, ContactMade, Hold, Kind, Message
from accounts.timeline import BRANCHES, Happening
from billing_office.audit.words import words
from billing_office.lib import dates, money
from billing_office.staff.access import may
from billing_office.staff.models import Role, short_name

SHOWS = [
    ("", lazy("All")),
    ("money", lazy("Money")),
    ("contact", lazy("Contact")),
    ("note", lazy("Notes")),
    ("insurance", lazy("Insurance")),
    ("file", lazy("Files")),
    ("act", lazy("Changes")),
]
_KINDS = {"contact": ("contact", "message"), "note": ("note", "follow_up")}  # what a chip shows, where not its own name
_TONES = {"sent": "good", "delivered": "good", "failed": "bad", "bounced": "bad", "queued": "mute"}
_MAILED = {
    "queued": lazy("E-mail waits"), "sent": lazy("E-mail sent"), "delivered": lazy("E-mail delivered"),
    "failed": lazy("E-mail failed"), "bounced": lazy("E-mail bounced"),
}  # fmt: skip
_PRINTED = {
    "queued": lazy("Letter to print"), "sent": lazy("Letter sent"), "delivered": lazy("Letter delivered"),
    "failed": lazy("Letter failed"), "bounced": lazy("Letter came back"),
}  # fmt: skip
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
    struck: bool = False  # it stands no more: a later one took its place
    correct: int | None = None  # the note, where it may be corrected
    done: int | None = None  # the follow-up, where it waits
    cents: int | None = None


def kinds(user, show: str = "") -> tuple[str, ...]:
    """The kinds of happenings under a chip that this person may know of: files may tell of services, and insurance does."""
    hidden = {"file": not may(user, "read_attachments"), "insurance": not may(user, "read_services")}
    wanted = _KINDS.get(show, (show,)) if show else tuple(BRANCHES)
    return tuple(kind for kind in wanted if not hidden.get(kind))


def shows(user) -> list[tuple[str, str]]:
    return [(word, label) for word, label in SHOWS if kinds(user, word)]


def told(item: Happening, *, services: bool) -> Told:
    """`services`: the reader may know what was done."""
    return _TELL[item.kind](item, services)


def _money(item: Happening, services: bool) -> Told:
    count, name = item.facts["services"], item.facts["service"]
    many = ngettext("%(count)d service", "%(count)d services", count) % {"count": count}
    service = many if count > 1 else name if name and services else ""
    tone = "warn" if item.what == Kind.REVERSAL else "good" if item.what in _RECEIVED else "mute"
    payment = item.facts["payment"]
    href = reverse("payment", args=[payment]) if payment else ""
    said = _said(_dollars(item.cents), service, item.detail)
    return Told(item.at, Kind(item.what).label, said, tone, _who(item.who), href, cents=item.cents)


def _message(item: Happening, services: bool) -> Told:
    words = _MAILED if item.what == Message.Channel.EMAIL else _PRINTED
    detail = item.detail + (f": {item.who}" if item.who else "")
    href = reverse("document_page", args=[item.facts["document"]])
    return Told(item.at, words.get(item.state, item.state), detail, _TONES.get(item.state, "mute"), "", href)


def _note(item: Happening, services: bool) -> Told:
    corrected = item.state == "corrected"
    title = _("Note, corrected since") if corrected else _("Note, corrected") if item.facts["corrects"] else _("Note")
    who, tone = _who(item.who), "mute" if corrected else "note"
    return Told(item.at, title, item.detail, tone, who, struck=corrected, correct=None if corrected else item.id)


_CAME_OF = {  # tones of outcomes; the others say nothing good or bad
    ContactMade.Outcome.PROMISE: "note",
    ContactMade.Outcome.WRONG_NUMBER: "bad",
    ContactMade.Outcome.STOP: "bad",
    ContactMade.Outcome.DISPUTE: "warn",
}


def _contact(item: Happening, services: bool) -> Told:
    way, outcome, facts = ContactMade.Way(item.state), ContactMade.Outcome(item.what), item.facts
    promised = ""
    if item.cents:
        promised = _("%(amount)s by %(day)s") % {"amount": _dollars(item.cents), "day": _day(facts["promised_on"])}
    against = _("against %(rules)s") % {"rules": ", ".join(facts["refused"])} if facts["refused"] else ""
    said = _said(promised, item.detail, facts["with"], facts["to"], against)
    tone = "warn" if against else _CAME_OF.get(outcome, "mute")
    return Told(item.at, f"{way.label}, {outcome.label.lower()}", said, tone, _who(item.who), cents=item.cents)


def _follow_up(item: Happening, services: bool) -> Told:
    if item.state == "done":
        return Told(item.at, _("Followed up"), item.detail, "good", _who(item.who))
    whose = item.facts["for"]
    whose = _("any %(role)s") % {"role": Role(whose).label.lower()} if whose in Role.values else short_name(whose)
    return Told(
        item.at, _("To follow up: %(whose)s") % {"whose": whose}, item.detail, "warn", _who(item.who), done=item.id
    )


def _file(item: Happening, services: bool) -> Told:
    withdrawn = item.state == "withdrawn"
    href = "" if withdrawn else reverse("attachment", args=[item.id])
    return Told(
        item.at, Attachment.Kind(item.what).label, item.detail, "mute", _who(item.who), href, struck=withdrawn
    )  # fmt: skip


def _act(item: Happening, services: bool) -> Told:
    facts, href = item.facts, ""
    title = words(item.what)
    said = _said(facts.get("number"), _dollars(item.cents), _changed(facts["changed"]), item.detail)
    match item.what:
        case "invoice_issued":
            said = _said(facts["number"], _dollars(item.cents), _("due %(day)s") % {"day": _day(facts["due_on"])})
            href = reverse("invoice", args=[facts["object"]])
        case "advice_given":
            said, href = facts["number"], reverse("advice", args=[facts["object"]])
        case "estimate_given":
            href = reverse("estimate", args=[facts["object"]])
        case "invoice_voided":
            href = reverse("invoice", args=[facts["object"]])
        case "account_closed" | "account_reopened":
            said = item.detail  # that it is closed is what the title says
        case "reminder_queued":
            title = _("Reminder %(level)s") % {"level": facts["level"]}
        case "flag_set" | "flag_ended":
            word = _("%(kind)s: flag set") if item.what == "flag_set" else _("%(kind)s: flag ended")
            title = word % {"kind": AccountFlag.Kind(facts["kind"]).label}
        case "hold_set" | "hold_ended":
            word = _("%(kind)s: hold set") if item.what == "hold_set" else _("%(kind)s: hold ended")
            title = word % {"kind": Hold.Kind(facts["kind"]).label}
        case "contact_point_marked_bad":
            title = _("Contact marked bad")
        case _ if facts["object"] and item.what in _PAGES:
            href = reverse(_PAGES[item.what], args=[facts["object"]])
        case "contact_added" | "contact_edited" if "consent" in facts:
            said = _said(_("consent %(consent)s") % {"consent": facts["consent"]}, said)
    return Told(item.at, title, said, "mute", _who(item.who), href)


_PAGES = {
    "coverage_added": "coverage",
    "coverage_edited": "coverage",
    "estimate_given": "estimate",
    "estimate_sent": "estimate",
    "estimate_drafted": "estimate",
    "authorization_added": "authorization",
}
_TELL = {
    "act": _act, "insurance": _act, "money": _money, "message": _message, "contact": _contact, "note": _note,
    "follow_up": _follow_up, "file": _file,
}  # fmt: skip


def _said(*parts: str | None) -> str:
    return ", ".join(part for part in parts if part)


def _dollars(cents: int | None) -> str:
    return f"${money.show(cents)}" if cents else ""


def _changed(fields: list[str]) -> str:
    return ", ".join(_(field.removesuffix("_id").replace("_", " ")) for field in fields)


def _day(text: str) -> str:
    return dates.short(date.fromisoformat(text), dates.today())


def _who(name: str) -> str:
    return _("by itself") if name == _OFFICE else short_name(name)
