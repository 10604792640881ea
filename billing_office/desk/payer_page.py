"""A payer's page: what it owes by age, its invoices, receipts, unapplied money, messages, stops, and what happened."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import aging
from accounts.models import Account, AccountFlag, Charge, Hold, Message, Payer, Payment
from accounts.views.payers import PAYERS
from billing_office.audit import acts
from billing_office.audit.models import Act
from billing_office.lib import charts, dates, money
from billing_office.lib.tables import Cell, Column, Empty, Table, chips, export
from billing_office.staff.models import short_name
from dunning.models import DunningCycle
from invoices import balances
from invoices.models import CreditNote, Invoice
from invoices.views.invoices import state

from .arrears import COLOURS

FEW = 10  # of each list on the page; the lists themselves hold all


def payer(request, pk):
    row = get_object_or_404(PAYERS.queryset(request.user).select_related("house_account"), pk=pk)
    today, user = dates.today(), request.user
    mine = Account.objects.for_staff(user)
    asked = _invoices(row, user, today)
    received = list(Payment.objects.for_staff(user).filter(payer=row).select_related("created_by")[:FEW])
    sent = list(Message.objects.for_staff(user).filter(payer=row).select_related("document")[:FEW])
    context = {
        "records": PAYERS, "obj": row, "edit_href": PAYERS.href(row, "edit"), "ages": _ages(row, mine, today),
        "cells": [Cell(column, column.of(row), None) for column in PAYERS.facts],
        "invoices": asked, "receipts": _receipts(received), "messages_of": sent,
        "stops": _stops(row, today), "cycles": _cycles(row, user),
        "timeline": sorted(_happened(row, user, received, sent), key=lambda h: h.at, reverse=True)[: 2 * FEW],
    }  # fmt: skip
    context["bars"] = charts.strip(
        [
            charts.Part(COLOURS[age.name], age.label, age.cents, age.href)
            for age in context["ages"]
            if age.name in COLOURS
        ]
    )
    return render(request, "desk/payer.html", context)


@dataclass(frozen=True)
class Age:
    """One column of what is owed, and the rows that make it."""

    name: str
    label: str
    cents: int
    href: str


def _ages(row: Payer, mine, today: date) -> list[Age]:
    sums = dict.fromkeys(aging.COLUMNS, 0)
    for part in aging.of_payer(mine, row, today):
        sums[part.column(today)] += part.cents
    href = reverse("payer_owes", args=[row.pk])
    return [Age(name, label, sums[name], f"{href}?age={name}") for name, label in aging.COLUMNS.items()]


def _invoices(row: Payer, user, today: date) -> Table:
    rows = list(Invoice.objects.for_staff(user).filter(payer=row).select_related("office")[:FEW])
    still = balances.of_invoices(rows)
    columns = [
        Column("number", _("Invoice"), kind="id"),
        Column("issued", _("Issued"), value="issued_on", kind="day"),
        Column("due", _("Due"), value="due_on", kind="day"),
        Column("cents", _("Amount"), kind="money"),
        Column("open", _("Still open"), value=lambda i: still[i.pk], kind="money"),
        Column("state", _("State"), value=lambda i: state(i, still[i.pk], today), kind="tag"),
    ]
    empty = Empty(_("No invoices"), _("Nothing was invoiced to this payer yet."))
    return Table(columns, rows, caption=_("Invoices"), href=lambda i: reverse("invoice", args=[i.pk]), empty=empty)


def _receipts(rows: list[Payment]) -> Table:
    columns = [
        Column("received_on", _("Received"), kind="day"),
        Column("means", _("How")),
        Column("reference", _("Reference"), kind="id"),
        Column("cents", _("Amount"), kind="money"),
    ]
    empty = Empty(_("No receipts"), _("No money came from this payer yet."))
    return Table(columns, rows, caption=_("Receipts"), href=lambda p: reverse("payment", args=[p.pk]), empty=empty)


def _stops(row: Payer, today: date) -> list[tuple[str, AccountFlag | Hold]]:
    house = row.house_account
    return [("flag", flag) for flag in house.flags.on(today)] + [("hold", hold) for hold in house.holds.on(today)]


def _cycles(row: Payer, user) -> list[DunningCycle]:
    """Reminding that goes on, by office."""
    found = DunningCycle.objects.filter(payer=row, closed_on=None, office__in=user.offices.all())
    return list(found.select_related("office").prefetch_related("reminders__message__document"))


# -- what happened ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    at: datetime
    title: str
    detail: str
    tone: str
    who: str
    href: str = ""


def _happened(row: Payer, user, received: Iterable[Payment], sent: Iterable[Message]) -> Iterable[Told]:
    invoices = Invoice.objects.for_staff(user).filter(payer=row).select_related("issued_by")
    for one in invoices[:FEW]:
        href = reverse("invoice", args=[one.pk])
        who = short_name(one.issued_by.name)
        yield Told(
            _on(one.issued_on, one.issued_at),
            _("Invoice issued"),
            f"{one.number}, ${money.show(one.cents)}",
            "mute",
            who,
            href,
        )
    for note in CreditNote.objects.filter(invoice__in=invoices.values("pk")).select_related("invoice", "issued_by")[
        :FEW
    ]:
        href = reverse("invoice", args=[note.invoice_id])
        who = short_name(note.issued_by.name)
        yield Told(
            _on(note.issued_on, note.issued_at),
            _("Invoice voided"),
            f"{note.invoice.number}, {note.reason}",
            "warn",
            who,
            href,
        )
    for payment in received:
        said = f"${money.show(payment.cents)}, {payment}"
        who = short_name(payment.created_by.name)
        yield Told(
            _on(payment.received_on, payment.created_at),
            _("Payment"),
            said,
            "good",
            who,
            reverse("payment", args=[payment.pk]),
        )
    for message in sent:
        word, tone = message.told
        href = reverse("document_page", args=[message.document_id])
        said = _("%(document)s to %(address)s") % {"document": message.document.number, "address": message.to}
        title = f"{message.get_channel_display()}: {word.lower()}"
        yield Told(message.sent_at or message.created_at, title, said, tone, "", href)
    yield from _changes(row)


def _on(day: date, written: datetime) -> datetime:
    """The moment it was written, or noon of an earlier day that it is dated."""
    noon = dates.office_time(day, 12)
    return noon if day < written.astimezone(dates.office_zone()).date() else written


def _changes(row: Payer) -> Iterable[Told]:
    """Edits of the payer, and stops set and ended on its house account."""
    house = row.house_account.pk
    edits = Act.objects.filter(object_kind=Payer._meta.label_lower, object_id=row.pk)
    stops = Act.objects.filter(account_id=house, verb__in=["flag_set", "flag_ended", "hold_set", "hold_ended"])
    for act in [*edits.select_related("actor")[:FEW], *stops.select_related("actor")[:FEW]]:
        said = ", ".join(_(name.replace("_", " ")) for name in act.changed) or act.detail.get("kind", "").replace(
            "_", " "
        )
        yield Told(act.at, act.words, said, "mute", short_name(act.actor.name))


# -- the rows behind a figure -------------------------------------------------------------------------------------------------


def owes(request, pk):
    """What a payer owes, charge by charge, of one age (?age=) or all; on screen and as a file."""
    row = get_object_or_404(Payer, pk=pk)
    today, age = dates.today(), request.GET.get("age", "")
    parts = aging.of_payer(Account.objects.for_staff(request.user), row, today)
    found = [part for part in parts if age not in aging.COLUMNS or part.column(today) == age]
    asked = request.GET.get("as", "")
    shown = found if asked else found[:500]
    charges = Charge.objects.select_related("account", "client").in_bulk([part.charge for part in shown])
    table = Table(
        _owes_columns(charges, request.user, today), shown, caption=_("What is owed"),
        href=lambda part: reverse("account", args=[part.account]), empty=Empty(_("Nothing"), _("Nothing of this age is owed.")),
    )  # fmt: skip
    if file := export(request, table, "payer-owes"):
        acts.record(request.user, "payer_exported", row, detail={"as": asked, "rows": len(found)})
        return file
    total = sum(part.cents for part in found)
    table.totals = {"number": _("%(count)d in all") % {"count": len(found)}, "cents": total}
    words = [("", _("All")), *aging.COLUMNS.items()]
    context = {"payer": row, "table": table, "cents": total, "more": len(found) - len(shown)}
    return render(request, "desk/payer_owes.html", context | {"chips": chips(request, "age", words)})


def _owes_columns(charges: dict[int, Charge], user, today: date) -> list[Column]:
    return [
        Column("number", _("Account"), value=lambda part: charges[part.charge].account.number, kind="id"),
        Column("name", _("Name"), value=lambda part: charges[part.charge].account.name),
        Column("service", _("Service"), value=lambda part: charges[part.charge].words_for(user), wrap=True),
        Column("service_on", _("Date"), value=lambda part: charges[part.charge].service_on, kind="day"),
        Column("due", _("Due"), value=lambda part: part.day if part.dated else None, kind="day"),
        Column("age", _("Age"), value=lambda part: part.age(today), kind="age"),
        Column("cents", _("Owes"), kind="money"),
    ]
