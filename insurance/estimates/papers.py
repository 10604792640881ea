"""An estimate on paper: the words frozen once, rendered by a worker, e-mailed where the client agreed to it, else printed."""

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import ledger, sending
from accounts.addressing import letterhead, mailing_lines, reference
from accounts.models import Document
from billing_office.audit import acts
from billing_office.lib import dates, money

from ..models import Estimate, EstimateLine
from .drafting import Refused
from .reading import gaps, spoken, told_on


def document(estimate: Estimate, *, by, on_paper=False) -> Document:
    """Queue the paper of an estimate that was given; made already, that one is given back and nothing is sent again.

    It goes to the guarantor of the account. Raises Refused for a draft, and for one that is superseded by another.
    """
    account = estimate.client.account
    with transaction.atomic(), ledger.locked([account.pk]):
        row = Estimate.objects.select_for_update(of=("self",), no_key=True).select_related("client", "document")
        row = row.get(pk=estimate.pk)
        if row.document:
            return row.document
        if row.state != Estimate.State.GIVEN:
            raise Refused(_("Only an estimate that was given, and is not superseded, goes on paper."))
        row.document = Document.objects.create(
            kind=Document.Kind.ESTIMATE, number=row.full_number, template="estimate", paper=account.office.paper,
            context=words(row, account), account=account,
        )  # fmt: skip
        row.save(update_fields=["document"])
        sending.queue(row.document, account, action="notice", on_paper=on_paper)
        acts.record(by, "estimate_sent", row, account_id=account.pk, detail={"number": row.full_number})
    return row.document


def words(estimate: Estimate, account) -> dict:
    """Context of the `estimate` template (billing_office/lib/rendering/context.py)."""
    lines = list(estimate.lines.prefetch_related("figures"))
    columns = _columns(estimate)
    return {
        "lang": get_language(),
        "kind": _("Estimate"),
        "number": estimate.full_number,
        "copy": False,
        "office": letterhead(account.office),
        "to": "\n".join(mailing_lines(account)),
        "facts": [
            [_("Given"), dates.long(estimate.given_at.astimezone(dates.office_zone()).date())],
            [*reference(account)],
            [_("Planned for"), dates.long(estimate.service_on)],
            [_("Good until"), dates.long(estimate.good_until)],
        ],
        "ask": {
            "label": _("You can expect to pay"),
            "amount": f"${money.show(estimate.client_cents)}",
            "by": _("This is not a bill"),
            "sub": _("Do not pay this now."),
        },
        "lead": spoken(estimate, lines),
        "what": _("Planned care"),
        "columns": [head for head, _ in columns],
        "visits": [
            {
                "when": dates.long(estimate.service_on),
                "who": estimate.client.name,
                "by": account.office.name,
                "lines": [
                    {"what": _what(line), "code": str(line), "amounts": [money.show(of(line)) for _, of in columns]}
                    for line in lines
                ],
            }
        ],
        "totals": {"label": _("Total"), "amounts": [money.show(sum(map(of, lines))) for _, of in columns]},
        "sections": _sections(estimate, lines),
        "help": account.office.help_text and {"title": _("Need help paying?"), "text": account.office.help_text},
        "notes": [],
    }


def _what(line: EstimateLine) -> str:
    return (
        line.description
        if line.units == 1
        else _("%(service)s, %(units)s times") % {"service": line.description, "units": f"{line.units.normalize():f}"}
    )


def _columns(estimate: Estimate):
    """Head and a function of a line; a column of zeros is left out."""
    columns = [(_("Price"), lambda line: line.fee_cents)]
    if estimate.writeoff_cents:
        columns.append((_("Agreed discount"), lambda line: -line.writeoff_cents))
    if estimate.payers_cents:
        columns.append((_("Insurance may pay"), lambda line: -line.payers_cents))
    return [*columns, (_("You may pay"), lambda line: line.client_cents)]


def _sections(estimate: Estimate, lines: list[EstimateLine]) -> list[dict]:
    made_of = [f"{line.description}: {' '.join(_notes(line))}" for line in lines if estimate.facts]
    why = [{"title": _("How we got there"), "points": made_of}] if made_of else []
    assumed = (
        [told_on(estimate), *gaps(estimate, lines)] if estimate.facts else [_("We know of no insurance for that day.")]
    )
    return [
        *why,
        {"title": _("What we went by"), "points": assumed},
        {
            "title": _("Please know"),
            "points": [
                _("This is an estimate, not a bill and not a promise by your plan. What you owe is settled when it has answered."),
                _("It holds for the services named here, on %(day)s, and no longer than %(until)s: then what is"
                " left of a deductible begins anew.")
                % {"day": dates.long(estimate.service_on), "until": dates.long(estimate.good_until)},
                _("It changes when you need other or more care, when other care uses up your deductible first, or when your"
                " insurance changes. Tell us, and we make a new one."),
            ],
        },
    ]  # fmt: skip


def _notes(line: EstimateLine) -> list[str]:
    """The sentences that say something: of the first payer's figures and of the later payers'. Reasons put in are ours."""
    found = []
    for one in line.figures.all():
        if one.name == "allowed" or (one.rank > 1 and one.name != "insurer") or not one.cents:
            continue
        if one.override_cents is None:
            found.append(one.note)
    return found
