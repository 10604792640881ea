"""A run from preview to undo: asked for as it was shown, posted and undone by a worker, some accounts at a time."""

from collections.abc import Callable, Iterable
from datetime import date
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import ledger
from accounts.chart import ADJUSTMENTS
from accounts.corrections import obstacles
from accounts.ledger import Entry, Leg, Refused
from accounts.models import Book, Charge, Kind, MoneyRule, Reason, Run, RunLine
from billing_office.audit.acts import record
from billing_office.lib import dates
from billing_office.lib.money import show
from billing_office.outbox import queue
from billing_office.staff.models import Office

from .choosing import Choice, choose
from .standings import candidates, standings

POST, UNDO = "post_run", "undo_run"  # kinds of outbox jobs
PORTION = 200  # accounts locked at a time


def preview(rule: MoneyRule, office: Office, on: date) -> list[Choice]:
    """Every account that the run looks at, in or out, by name. Writes nothing."""
    found = candidates(rule, office, on)
    return [
        choose(rule, standing, on)
        for portion in _portions(found, 2_000)
        for standing in standings(portion, on).values()
    ]


def _portions(rows: Iterable, size: int):
    rows = list(rows)
    return (rows[at : at + size] for at in range(0, len(rows), size))


def draw_up(rule: MoneyRule, office: Office, choices: list[Choice], *, on: date, by, key: UUID) -> Run:
    """Keep the preview as a run that is not started yet. Call in a transaction. Same key again: the run that stands."""
    standing = Run.objects.filter(key=key).first()
    if standing:
        return standing
    chosen = [choice for choice in choices if choice.cents]
    if not chosen:
        raise Refused(_("No account is in. There is nothing to post."))
    run = Run.objects.create(
        key=key, office=office, rule=rule, kind=rule.kind, terms=rule.as_it_stands(), on=on, accounts=len(chosen),
        cents=sum(choice.cents for choice in chosen), asked_by=by,
    )  # fmt: skip
    RunLine.objects.bulk_create(
        [RunLine(run=run, account=choice.account, cents=choice.cents, why=choice.why[:160]) for choice in choices],
        batch_size=2_000,
    )
    return run


# -- posting --------------------------------------------------------------------------------------------------------------


def start(run: Run, *, by) -> Run:
    """Let a worker post it. Started already: nothing happens. Raises Refused while another run of its kind is being posted."""
    Office.objects.select_for_update(no_key=True).get(pk=run.office_id)  # two who start at once wait here
    run.refresh_from_db()
    if run.started_at:
        return run
    other = Run.objects.posting().filter(office=run.office, kind=run.kind).first()
    if other:
        raise Refused(
            _("Run no. %(number)s is being posted. Wait until it is done, and look again.") % {"number": other.pk}
        )
    closed = ledger.closed_through()
    if closed and run.on <= closed:
        raise Refused(
            _("The books are closed through %(day)s, after this preview. Make a new one.") % {"day": dates.long(closed)}
        )
    run.started_at = timezone.now()
    run.save(update_fields=["started_at"])
    queue.put(POST, run.pk, f"{POST}:{run.pk}")
    record(by, "run_started", run, detail={"cents": run.cents, "accounts": run.accounts, "kind": run.kind})
    return run


def post(run_id: int, alive: Callable[[], None]):
    """Post what is not posted yet, a portion at a time; `alive` is called after each. Harmless when repeated."""
    run = Run.objects.select_related("office", "asked_by").get(pk=run_id)
    if run.started_at is None or run.posted_at:
        return
    reason = Reason.objects.filter(kind=Reason.Kind.SMALL_BALANCE_WRITEOFF, active=True).first()
    for lines in _portions(run.lines.filter(cents__gt=0, entry=None, left_out=""), PORTION):
        ids = [line.pk for line in lines]
        try:
            _post_portion(run, ids, {line.account_id for line in lines}, reason)
        except Refused as refusal:
            # The books were closed meanwhile. A run that waits for ever would stop all later ones.
            RunLine.objects.filter(pk__in=ids, entry=None).update(left_out=str(refusal)[:200])
        alive()
    run.posted_at = timezone.now()
    run.save(update_fields=["posted_at"])
    posted = run.lines.exclude(entry=None).count()
    record(run.asked_by, "run_posted", run, detail={"accounts": posted, "kind": run.kind})


def _post_portion(run: Run, line_ids: list[int], account_ids: set[int], reason: Reason | None):
    """Under the lock each account is judged anew: who does not come to what was shown is left out, and it is said why."""
    with ledger.locked(account_ids):
        lines = list(RunLine.objects.filter(pk__in=line_ids, entry=None, left_out="").order_by("pk"))
        rule = run.rule_as_it_stood
        now = {pk: choose(rule, standing, run.on) for pk, standing in standings(account_ids, run.on).items()}
        good = [line for line in lines if now[line.account_id].cents == line.cents]
        fees = {} if rule.kind in ADJUSTING else {line.pk: _fee(run, line) for line in good}

        def entries() -> list[Entry]:
            if fees:
                return [ledger.charge_entry(fees[line.pk], None, run.on, _key(line)) for line in good]
            return [_write_off(run, line, now[line.account_id], reason) for line in good]

        posted = ledger.bring_in(list(fees.values()), [], entries, run.asked_by)
        for line in lines:
            choice = now[line.account_id]
            line.entry = posted.entries.get(_key(line))
            why = _("Now %(amount)s: %(why)s") % {"amount": show(choice.cents), "why": choice.why}
            line.left_out = "" if line.entry else why[:200]
        RunLine.objects.bulk_update(lines, ["entry", "left_out"])


def _key(line: RunLine) -> str:
    return f"run:{line.run_id}:{line.account_id}"


ADJUSTING = (MoneyRule.Kind.SMALL_BALANCE,)
_CHARGES = {MoneyRule.Kind.LATE_FEE: Charge.Kind.LATE_FEE, MoneyRule.Kind.INTEREST: Charge.Kind.INTEREST}


def _fee(run: Run, line: RunLine) -> Charge:
    kind = _CHARGES[run.kind]
    told = str(kind.label)
    if kind == Charge.Kind.INTEREST:
        told = _("%(kind)s through %(day)s") % {"kind": kind.label, "day": dates.long(run.on)}
    return Charge(
        account_id=line.account_id, kind=kind, service_on=run.on, description=told, cents=line.cents,
        created_by=run.asked_by,
    )  # fmt: skip


def _write_off(run: Run, line: RunLine, choice: Choice, reason: Reason | None) -> Entry:
    kind = Kind.SMALL_BALANCE_WRITEOFF
    legs = [
        leg
        for charge, cents in choice.parts.items()
        for leg in (Leg(ADJUSTMENTS[kind], cents, charge=charge), Leg(Book.RECEIVABLE, -cents, charge=charge))
    ]
    memo = _("%(reason)s, run no. %(number)s") if reason else _("Run no. %(number)s")
    memo %= {"reason": reason and reason.words, "number": run.pk}
    return Entry(line.account_id, kind, run.on, tuple(legs), _key(line), memo, reason=reason and reason.pk)


# -- undoing --------------------------------------------------------------------------------------------------------------


def standing_lines(run: Run):
    """What the run posted and nobody undid."""
    return run.lines.filter(entry__isnull=False, entry__reversal=None)


def start_undo(run: Run, *, by, why: str) -> Run:
    """Let a worker undo what of it stands. Being undone, or undone: nothing happens. Raises Refused before it is posted."""
    run = Run.objects.select_for_update(no_key=True).get(pk=run.pk)
    if run.undo_at or run.undone_at:
        return run
    if run.posted_at is None:
        raise Refused(_("It is not posted to the end yet. Wait until it is, then undo it."))
    run.undo_by, run.undo_why, run.undo_at = by, why[:200], timezone.now()
    run.save(update_fields=["undo_by", "undo_why", "undo_at"])
    queue.put(UNDO, run.pk, f"{UNDO}:{run.pk}:{run.undo_at.isoformat()}")
    record(by, "run_undo_started", run, reason=why[:200], detail={"kind": run.kind})
    return run


def undo(run_id: int, on: date, alive: Callable[[], None]):
    """Reverse what of the run stands. What something stands on is kept, with the reason on its line; undoing can be asked again."""
    run = Run.objects.select_related("undo_by").get(pk=run_id)
    if run.undo_at is None or run.undone_at:
        return
    for at, line in enumerate(standing_lines(run).select_related("entry")):
        if at % PORTION == PORTION - 1:
            alive()
        kept = _undo_line(run, line, on)
        if kept != line.kept:
            RunLine.objects.filter(pk=line.pk).update(kept=kept)
    left = standing_lines(run).count()
    if left:
        run.undo_at = None
    else:
        run.undone_at = timezone.now()
    run.save(update_fields=["undo_at", "undone_at"])
    record(run.undo_by, "run_undone", run, reason=run.undo_why, detail={"left": left, "kind": run.kind})


def _undo_line(run: Run, line: RunLine, on: date) -> str:
    """Why it stays, "" when it was reversed."""
    with ledger.locked([line.account_id]):
        charged = [] if run.kind in ADJUSTING else line.entry.postings.values_list("charge", flat=True)
        if found := obstacles.of_charges(charged):
            return found[0].words
        try:
            memo = _("Run no. %(number)s undone: %(why)s") % {"number": run.pk, "why": run.undo_why}
            ledger.reverse(line.entry, on=on, by=run.undo_by, memo=memo)
        except Refused as refusal:
            return str(refusal)[:200]
        return ""
