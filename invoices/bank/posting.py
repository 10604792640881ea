"""Posting what a person ticked: each line on its own, once, with what stood in the way written on it."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid5

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from accounts import ledger
from accounts.allocation import propose
from accounts.ledger import Refused
from accounts.models import Account, Payer, Payment
from accounts.posting import post_payment
from billing_office.audit.acts import record
from billing_office.lib import money
from billing_office.staff.access import may
from invoices.deposits import clearing
from invoices.models import BankImport, BankLine, Clearing, Deposit, Invoice
from invoices.receipts import stub
from invoices.receipts.owed import owed

_NAMESPACE = UUID("7a6d8f0e-54a3-4a39-9d0c-1d6a5a1f8f11")
WHAT = ("invoice", "account", "payer", "deposit", "payment")
POST = "post_bank_lines"  # the kind of the outbox's job; its object is the import


def known(value: str) -> bool:
    """Whether a text from a form names a match as Match.value writes it."""
    what, _, pk = value.partition(":")
    return what in WHAT and pk.isascii() and pk.isdecimal() and len(pk) < 19


def post(line: BankLine, value: str, *, today: date, by) -> Payment | Deposit:
    """Do what the match says for all that is left of the line: a new payment, or the bank's line of what stands already.

    Raises Refused, in words for the clerk, when it cannot be; then nothing is done.
    """
    what, _, pk = value.partition(":")
    if what in ("deposit", "payment"):
        return _clear(line, what, int(pk), by)
    return _receive(line, *_who(what, int(pk), by), today=today, by=by)


def _who(what: str, pk: int, by) -> tuple[Account | None, Payer | None, str]:
    """(the client's account, the payer, the number that it is for). Raises Refused for what this person may not know of."""
    if what == "invoice":
        invoice = (
            Invoice.objects.for_staff(by).live().filter(pk=pk).select_related("account", "payer__house_account").first()
        )
        if invoice is None:
            raise Refused(_("This invoice is not there any more."))
        account, payer, number = invoice.account, invoice.payer, invoice.number
    elif what == "account":
        account, payer, number = Account.objects.for_staff(by).live().filter(pk=pk).first(), None, ""
    else:
        account, payer, number = None, Payer.objects.filter(pk=pk, house_account__isnull=False).first(), ""
    if account is None and payer is None:
        raise Refused(_("The account or payer is not there, or it is closed."))
    if payer and not may(by, "post_payer_payments"):
        raise Refused(_("This needs the right “post payer payments”."))
    return account, payer, number


def _receive(line: BankLine, account: Account | None, payer: Payer | None, number: str, *, today: date, by) -> Payment:
    """A new payment of the whole line, laid on the invoice, else on what is due, then the oldest."""
    if line.cents <= 0:
        raise Refused(_("This money went out. Match it with a refund or with a receipt that came back."))
    home = account or payer.house_account
    named = stub.name([stub.Line(1, number, None)], payer, by) if number else []
    try:
        offered = owed(payer, account, named, by, today)
    except stub.Unread:  # the invoice is settled: then what else is owed, or unapplied
        offered = owed(payer, account, [], by, today)
    with ledger.locked({home.pk} | {charge.account_id for charge in offered.charges}):
        _check_new(line)
        shares = _shares(
            offered, propose(line.cents, offered.parts, offered.told, rest=account is not None or not offered.told)
        )
        done = post_payment(
            home, payer, shares, cents=line.cents, received_on=first_open(line.on), method=_method(line, payer),
            reference=line.reference or line.text[:60], form=uuid5(_NAMESPACE, f"line {line.pk}"), by=by,
        )  # fmt: skip
        clearing.clear_payment(done.row, line.cents, kind=Clearing.Kind.BANK, on=line.on, by=by, line=line, made=True)
        return done.row


def _method(line: BankLine, payer: Payer | None) -> str:
    ways = Payment.Method
    if line.method in (ways.CHEQUE, ways.OTHER):
        return line.method
    return ways.EFT if payer else ways.TRANSFER


def _shares(offered, laid: dict[int, int]) -> dict[int, list[ledger.Share]]:
    found: dict[int, list[ledger.Share]] = {}
    accounts = {charge.pk: charge.account_id for charge in offered.charges}
    for charge, cents in laid.items():
        found.setdefault(accounts[charge], []).append(ledger.Share(charge, cents))
    return found


def first_open(day: date) -> date:
    """The day itself, or where its month is closed the first day of the open period: the correction goes there."""
    closed = ledger.closed_through()
    return max(day, closed + timedelta(days=1)) if closed else day


def _check_new(line: BankLine):
    """Nothing was made of it yet, and all of it is left. Call under the locks; the line's own is taken here."""
    now = BankLine.objects.select_for_update(no_key=True).get(pk=line.pk)
    if now.undone_at:
        raise Refused(_("The import of this line was undone."))
    if clearing.left_of(now) != now.cents:
        raise Refused(_("This line is matched already."))
    standing = Clearing.objects.filter(line=now, made=True).select_related("payment")
    for former in standing:
        if sum(former.payment.postings.filter(book="cash").values_list("cents", flat=True)):
            raise Refused(
                _("A payment was posted from this line before and still stands. Undo that payment first, or match it.")
            )


def _clear(line: BankLine, what: str, pk: int, by) -> Payment | Deposit:
    left = clearing.left_of(line)
    facts = {"kind": Clearing.Kind.BANK, "on": line.on, "by": by, "line": line}
    if what == "deposit":
        deposit = Deposit.objects.for_staff(by).filter(pk=pk).first()
        if deposit is None or deposit.closed_at is None:
            raise Refused(_("This deposit is not there, or it is not closed."))
        clearing.clear_deposit(deposit, _up_to(left, clearing.open_of_deposit(deposit)), **facts)
        return deposit
    payment = Payment.objects.for_staff(by).filter(pk=pk).first()
    if payment is None:
        raise Refused(_("This payment is not there."))
    clearing.clear_payment(payment, left, **facts)
    return payment


def _up_to(left: int, open_now: int) -> int:
    """What the line can account for: what is more, or less, stays open on its list."""
    return min(left, open_now) if left > 0 else max(left, open_now)


# -- many ------------------------------------------------------------------------------------------------------------------


def choose(bank_import: BankImport, chosen: dict[int, str], by) -> int:
    """Write on each line what was ticked for it; how many. What was done already, or is being done, is left alone."""
    with transaction.atomic():
        rows = bank_import.lines.unmatched().filter(pk__in=chosen, chosen__isnull=True)
        wanted = {row.pk: {"match": chosen[row.pk], "by": by.pk} for row in rows}
        for line in (
            BankLine.objects.filter(pk__in=wanted, chosen__isnull=True).select_for_update(no_key=True).order_by("pk")
        ):
            line.chosen, line.trouble = wanted[line.pk], ""
            line.save(update_fields=["chosen", "trouble"])
        return len(wanted)


def post_chosen(
    bank_import: BankImport, *, today: date, person: Callable, alive: Callable[[], None] = lambda: None
) -> int:
    """Post every chosen line of the file, each in its own transaction; how many were posted.

    `person` gives the user of an id: the acts are theirs. `alive` is called before each, by a worker that holds a lease.
    """
    posted = 0
    for line in bank_import.lines.filter(chosen__isnull=False).select_related("bank_account").order_by("pk"):
        alive()
        trouble = _try(line, today, person(line.chosen["by"]))
        if trouble and not clearing.left_of(line):  # somebody else was quicker with it: it is done
            trouble = ""
        BankLine.objects.filter(pk=line.pk).update(chosen=None, trouble=trouble)
        posted += not trouble
    return posted


def _try(line: BankLine, today: date, by) -> str:
    """Post one line; "" or why it could not be."""
    try:
        with transaction.atomic():
            post(line, line.chosen["match"], today=today, by=by)
    except (Refused, money.NotMoney, stub.Unread) as refusal:
        return str(refusal)[:300]
    except DatabaseError:
        return _("Somebody else worked on the same account just now. Try this line again.")
    return ""


def set_aside(line: BankLine, reason: str, *, by):
    """Nothing is to be posted from it, and why; an empty reason puts it back on the list."""
    with transaction.atomic():
        row = BankLine.objects.select_for_update(no_key=True).get(pk=line.pk)
        row.aside = reason
        row.save(update_fields=["aside"])
        record(by, "bank_line_set_aside" if reason else "bank_line_put_back", row, reason=reason)
