"""Advice is given: the client, or who speaks for them, acknowledges what was told. Kept whole, on paper too."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from accounts import ledger, sending
from accounts.models import Document
from accounts.models.number import take
from accounts.once import once
from billing_office.audit import acts
from billing_office.lib import dates, money
from billing_office.outbox import queue

from ..coverage import coverage_on
from ..estimates import papers, reading
from ..estimates.drafting import Refused
from ..estimates.reading import Picture
from ..models import Advice, Coverage, Duty, Estimate
from .duties import duties
from .ways import Way, in_words, ways


@dataclass(frozen=True)
class Standing:
    """All that advice on an estimate rests on, read at one moment."""

    picture: Picture
    coverages: list[Coverage]
    ways: list[Way]
    duties: list[Duty]


@dataclass(frozen=True)
class Acknowledged:
    """By whom (`told_to`), as what (Advice.To), how (Advice.Way); `told` ids of the duties that were told; `send`: email,
    print or "" for keeping it only."""

    told_to: str
    standing: str
    way: str
    told: Container[int]
    send: str = ""


def standing(estimate: Estimate, today: date) -> Standing:
    """`estimate.client.account.office` is read."""
    picture, coverages = reading.picture(estimate), coverage_on(estimate.client, estimate.service_on)
    return Standing(picture, coverages, ways(estimate, today), duties(picture, coverages))


def acknowledge(estimate: Estimate, said: Acknowledged, *, form, by) -> Advice:
    """Keep it, once however often the form is sent. Raises Refused for an estimate that is a draft or superseded."""
    account = estimate.client.account
    with once(form, "advice_given", by) as done, ledger.locked([account.pk]):
        if done:
            return Advice.objects.get(pk=done.object_id)
        row = Estimate.objects.select_related("client__account__office").select_for_update(of=("self",), no_key=True)
        row = row.get(pk=estimate.pk)
        if row.state != Estimate.State.GIVEN:
            raise Refused(_("Advice is kept with an estimate that was given and is not superseded."))
        account, now, known = row.client.account, dates.now(), standing(row, dates.today())
        advice = Advice(
            client=row.client, estimate=row, number=f"{account.office.code}-ADV-{take('advice', account.office)[0]:06d}",
            told=[{"duty": one.pk, "words": one.words, "told": one.pk in said.told} for one in known.duties],
            kept=_kept(known), told_to=said.told_to, standing=said.standing, way=said.way, acknowledged_at=now, made_by=by,
        )  # fmt: skip
        advice.document = Document.objects.create(
            kind=Document.Kind.ADVICE, number=advice.number, template="estimate", paper=account.office.paper,
            context=words(advice, account), account=account,
        )  # fmt: skip
        advice.save()
        _send(advice.document, account, said.send)
        detail = {"form": str(form), "number": advice.number, "estimate": row.full_number, "sent": said.send}
        acts.record(by, "advice_given", advice, account_id=account.pk, detail=detail)
    return advice


def _send(document: Document, account, send: str):
    if send:
        sending.queue(document, account, action="notice", on_paper=send == "print")
    else:
        queue.put(sending.RENDER, document.pk, f"render:{document.pk}")


def _kept(known: Standing) -> dict:
    """As JSON: what was known and offered."""
    return {
        "said": known.picture.sentence,
        "coverage": [
            {"payer": one["payer"], "plan": one["plan"], "told_on": one["told_on"] and one["told_on"].isoformat()}
            for one in known.picture.payers
        ],
        "leave": [{"code": str(one.line), "words": leave(one)} for one in known.picture.lines if one.leave.coverage],
        "ways": [one.kept() for one in known.ways],
    }


def leave(one: reading.Read) -> str:
    """Where authorization of a line stands, in words."""
    answer = one.leave
    if answer.asked:
        return _("needed, asked for") if answer.asked.asked_on else _("needed, to be asked for")
    if answer.missing:
        return _("needed, none yet")
    if answer.short:
        return _("%(authorization)s, for %(left)s of %(units)s units") % {
            "authorization": answer.authorization,
            "left": f"{answer.left.units.normalize():f}",
            "units": f"{answer.units.normalize():f}",
        }
    if answer.authorization:
        return str(answer.authorization)
    return _("not needed") if answer.needed is False else _("nobody has said whether it is needed")


# -- on paper ------------------------------------------------------------------------------------------------------------


def words(advice: Advice, account) -> dict:
    """Context of the `estimate` template: the estimate itself, and what else was told."""
    context, at = papers.words(advice.estimate, account), advice.acknowledged_at.astimezone(dates.office_zone())
    when = _("%(day)s at %(time)s") % {"day": dates.long(at.date()), "time": dates.clock(at)}
    told = [one["words"] for one in advice.told if one["told"]]
    cheaper = [in_words(way) for way in advice.kept["ways"] if way["cents"] is not None]
    leave = [f"{one['code']}: {one['words']}." for one in advice.kept["leave"]]
    sections = [
        {"title": _("What you are asked to do"), "points": told},
        {"title": _("Ways to pay less"), "points": cheaper},
        {"title": _("Authorization by your plan"), "points": leave},
        {"title": _("Told and acknowledged"), "points": [
            _("%(way)s, %(when)s, by %(client)s (%(standing)s); %(clerk)s told it.") % {
                "way": advice.get_way_display(), "when": when, "client": advice.told_to,
                "standing": advice.get_standing_display().lower(), "clerk": advice.made_by.name}]},
    ]  # fmt: skip
    return context | {
        "kind": _("Advice"),
        "number": advice.number,
        "facts": [
            [_("Told"), dates.long(at.date())],
            [_("Estimate"), advice.estimate.full_number],
            *context["facts"][1:],
        ][:5],
        "ask": context["ask"] | {"amount": f"${money.show(advice.estimate.client_cents)}"},
        "sections": [one for one in sections if one["points"]] + context["sections"],
    }
