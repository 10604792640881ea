"""A wrong charge: undone with all that was taken off or moved, posted anew or not, its money laid on the new one or unapplied.

Never an edit: what was wrong stays in the ledger beside its mirror.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext as _

from accounts import ledger
from accounts.chart import ADJUSTMENTS, EARNED
from accounts.ledger import Refused, Share, StillNeeded
from accounts.models import Account, Charge, Client, JournalEntry, Kind, OpenItem, Payer, Payment, Posting, Reason
from billing_office.approvals.proposals import Fact
from billing_office.audit.acts import record
from billing_office.lib import dates
from billing_office.lib.money import show

from . import obstacles
from .obstacles import Obstructed
from .of_charge import of_party

_LAYING = (Kind.CLIENT_PAYMENT, Kind.PAYER_PAYMENT, Kind.ALLOCATION)
_UNDONE = (*ADJUSTMENTS, Kind.TRANSFER_RESPONSIBILITY)


@dataclass(frozen=True)
class Standing:
    """What stands on a charge: the entry that charged it, later ones to undo (the newest first), money of each payment."""

    charged: JournalEntry
    later: list[JournalEntry]
    money: dict[Payment, int]


def standing(charge: Charge) -> Standing:
    """Raises Refused (void already), Obstructed (an invoice asks for it), StillNeeded (what this cannot undo)."""
    rows = JournalEntry.objects.filter(postings__charge=charge, reversal=None, reverses=None).distinct().order_by("-pk")
    entries = list(rows)
    charged = next((entry for entry in entries if entry.kind == EARNED[charge.kind][0]), None)
    if charged is None:
        raise Refused(_("The charge is void already. Post a new one."))
    if found := obstacles.of_charges([charge.pk]):
        raise Obstructed(found)
    later = [entry for entry in entries if entry != charged and entry.kind not in _LAYING]
    shared = Posting.objects.filter(entry__in=later).exclude(charge=charge).values_list("entry", flat=True)
    if in_the_way := [entry for entry in later if entry.kind not in _UNDONE or entry.pk in shared]:
        raise StillNeeded(in_the_way)
    payments = (
        Payment.objects.filter(postings__charge=charge).select_related("payer", "account").distinct().order_by("pk")
    )
    laid = {payment: ledger.laid(payment, charge) for payment in payments}
    return Standing(charged, later, {payment: cents for payment, cents in laid.items() if cents > 0})


@dataclass(frozen=True)
class Void:
    """Undo a charge and all that stands on it; money that was laid on it is unapplied then."""

    charge: Charge
    reason: Reason
    note: str = ""
    verb: ClassVar[str] = "void_charge"
    act: ClassVar[str] = "charge_voided"
    undoable: ClassVar[bool] = False

    @property
    def account(self) -> Account:
        return self.charge.account

    @property
    def cents(self) -> int:
        return self.charge.cents

    @property
    def why(self) -> str:
        return f"{self.reason.words}: {self.note}" if self.note else self.reason.words

    @property
    def title(self) -> str:
        return _("Charge of %(day)s over %(amount)s voided") % {
            "day": dates.short(self.charge.service_on),
            "amount": show(self.charge.cents),
        }

    @property
    def told(self) -> str:
        return _("%(act)s. It can be posted again.") % {"act": self.title}

    def args(self) -> dict:
        return {"charge": self.charge.pk, "reason": self.reason.pk, "note": self.note}

    def sum_after(self) -> str:
        return ""

    def locked(self):
        homes = Payment.objects.filter(postings__charge=self.charge).values_list("account", flat=True)
        return ledger.locked({self.charge.account_id, *homes})

    def shares(self, found: Standing) -> dict[Payment, int]:
        """What of each payment is laid on the charge that comes instead."""
        return dict.fromkeys(found.money, 0)

    def facts(self) -> list[Fact]:
        found = standing(self.charge)
        shares = self.shares(found)
        facts = [Fact(_("Charge no. %(number)s") % {"number": self.charge.pk}, self.charge.cents, 0)]
        items = OpenItem.objects.filter(charge=self.charge).exclude(cents=0).select_related("payer").order_by("pk")
        facts += [Fact(_("Open on it at %(party)s") % {"party": of_party(item.payer)}, item.cents, 0) for item in items]
        for entry in found.later:
            cents = sum(entry.postings.filter(cents__gt=0).values_list("cents", flat=True))
            facts.append(
                Fact(
                    _("%(kind)s of %(day)s (no. %(number)s)")
                    % {"kind": entry.get_kind_display(), "day": dates.short(entry.effective_date), "number": entry.pk},
                    cents,
                    0,
                )
            )
        for payment, cents in found.money.items():
            left, named = ledger.unapplied(payment), {"number": payment.pk, "party": of_party(payment.payer)}
            laid = _("Payment no. %(number)s of %(party)s: on the charge") % named
            facts.append(Fact(laid, cents, shares[payment]))
            if cents != shares[payment]:
                free = _("Payment no. %(number)s of %(party)s: unapplied") % named
                facts.append(Fact(free, left, left + cents - shares[payment]))
        return facts

    def above_limit(self, by, on: date) -> str:
        limit, days = self.reason.limit_of(by), self.reason.free_days
        if limit is not None and self.cents > limit:
            return f"{self.reason.limit_said(by)}."
        posted = self.charge.created_at.astimezone(dates.office_zone()).date()
        if days is not None and (on - posted).days > days:
            return _("The charge was posted on %(day)s, longer ago than this reason allows alone.") % {
                "day": dates.short(posted, on)
            }
        return ""

    def carry_out(self, *, by, on: date, key: UUID) -> dict:
        reversal = self.undo(standing(self.charge), by=by, on=on, key=key)
        return self.recorded(reversal, by, key)

    def undo(self, found: Standing, *, by, on: date, key: UUID) -> JournalEntry:
        for payment, cents in found.money.items():
            name = f"off:{self.charge.pk}:{payment.pk}:{key}"
            ledger.release(payment, self.charge, cents, on=on, key=name, by=by, memo=self.why, reason=self.reason)
        for entry in found.later:
            ledger.reverse(entry, on=on, by=by, memo=self.why, reason=self.reason)
        return ledger.reverse(found.charged, on=on, by=by, memo=self.why, reason=self.reason)

    def recorded(self, entry: JournalEntry, by, key: UUID) -> dict:
        detail = {"cents": self.cents, "reason": self.reason.code, "form": str(key), "charge": self.charge.pk}
        record(by, self.act, entry, reason=self.reason.words, detail=detail)
        return {"entry": entry.pk}


@dataclass(frozen=True)
class Anew:
    """A charge as it ought to have been."""

    cents: int
    service_on: date
    description: str
    code: str
    payer: Payer | None
    client: Client | None

    def changes(self, charge: Charge) -> list[Fact]:
        """What reads otherwise than on the charge, as texts."""
        said = [
            (_("Day of service"), charge.service_on, self.service_on),
            (_("Service"), charge.description, self.description),
        ]
        said += [(_("Code"), charge.code, self.code), (_("Client served"), charge.client, self.client)]
        return [Fact(name, _text(was), _text(now)) for name, was, now in said if was != now]


def _text(value) -> str:
    return dates.short(value) if isinstance(value, date) else str(value or "–")


@dataclass(frozen=True)
class Correct(Void):
    """Void it and post it anew; its money goes on the new one as far as the same party owes there."""

    anew: Anew = None
    verb: ClassVar[str] = "correct_charge"
    act: ClassVar[str] = "charge_corrected"

    @property
    def cents(self) -> int:
        return max(self.charge.cents, self.anew.cents)

    @property
    def title(self) -> str:
        was = {"day": dates.short(self.charge.service_on), "amount": show(self.charge.cents)}
        if self.anew.cents == self.charge.cents:
            return _("Charge of %(day)s over %(amount)s corrected") % was
        return _("Charge of %(day)s over %(amount)s corrected to %(new)s") % (was | {"new": show(self.anew.cents)})

    @property
    def told(self) -> str:
        return f"{self.title}."

    def args(self) -> dict:
        anew = self.anew
        return super().args() | {
            "cents": anew.cents, "service_on": anew.service_on.isoformat(), "description": anew.description, "code": anew.code,
            "payer": anew.payer and anew.payer.pk, "client": anew.client and anew.client.pk,
        }  # fmt: skip

    def shares(self, found: Standing) -> dict[Payment, int]:
        left, shares = self.anew.cents, {}
        for payment, cents in found.money.items():
            same = payment.payer_id == (self.anew.payer and self.anew.payer.pk)
            shares[payment] = min(cents, left) if same else 0
            left -= shares[payment]
        return shares

    def facts(self) -> list[Fact]:
        paid = sum(self.shares(standing(self.charge)).values())
        return [
            *super().facts(),
            *self.anew.changes(self.charge),
            Fact(_("New charge"), 0, self.anew.cents),
            Fact(
                _("Open on it at %(party)s then") % {"party": of_party(self.anew.payer)},
                0,
                self.anew.cents - paid,
            ),
        ]

    def carry_out(self, *, by, on: date, key: UUID) -> dict:
        found, anew = standing(self.charge), self.anew
        shares = self.shares(found)
        self.undo(found, by=by, on=on, key=key)
        row = ledger.charge(
            self.account, cents=anew.cents, service_on=anew.service_on, description=anew.description, code=anew.code,
            payer=anew.payer, client=anew.client, code_system=self.charge.code_system, units=self.charge.units,
            provider=self.charge.provider, key=f"correct:{key}", by=by, on=on,
        )  # fmt: skip
        for payment, cents in shares.items():
            if cents:
                name, home = f"relay:{payment.pk}:{key}", payment.account if payment.payer_id else self.account
                ledger.allocate(payment, self.account, [Share(row.pk, cents)], on=on, key=name, by=by, source=home)
        return self.recorded(ledger.posted_as(f"correct:{key}"), by, key)


# -- from what was kept with a request ----------------------------------------------------------------------------------------


def load_void(args: dict, by) -> Void:
    return Void(**_parts(args, by))


def load_correct(args: dict, by) -> Correct:
    payer, client = (
        args[name] and model.objects.get(pk=args[name]) for name, model in (("payer", Payer), ("client", Client))
    )
    day = date.fromisoformat(args["service_on"])
    anew = Anew(args["cents"], day, args["description"], args["code"], payer or None, client or None)
    return Correct(**_parts(args, by), anew=anew)


def _parts(args: dict, by) -> dict:
    charges = Charge.objects.filter(account__in=Account.objects.for_staff(by)).select_related(
        "account__office", "client"
    )
    charge = charges.filter(pk=args["charge"]).first()
    if charge is None:
        raise Refused(_("The account is not of your offices. Somebody of its office decides."))
    return {"charge": charge, "reason": Reason.objects.get(pk=args["reason"]), "note": args["note"]}
