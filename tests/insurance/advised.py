"""A client whose planned service is known: what it costs, what the plan told; and ways that cost less."""

import uuid
from datetime import date, timedelta

from billing_office.lib import dates
from insurance.estimates import drafting
from insurance.estimates.drafting import Wanted
from insurance.models import CheaperWay, Contract
from tests.factories import make_coverage, make_fee

from .test_estimates import DEDUCTIBLE, TWENTY, row, tell

ON = dates.today() + timedelta(3)


def make_advised(account, payer, by):
    """Billed 500.00, allowed 320.00 for 29827; 200.00 of deductible left, then 20 %: the client pays 224.00."""
    coverage = make_coverage(account.guarantor, payer, by)
    contract = Contract.objects.create(payer=payer, name="2026", since=date(2026, 1, 1))
    prices = [("29827", "", 500_00, 320_00), ("29827", "SG", 450_00, 240_00), ("29826", "", 300_00, 150_00)]
    for code, modifier, ours, agreed in prices:
        make_fee(code, ours, modifier=modifier)
        make_fee(code, agreed, contract=contract, modifier=modifier)
    half = row("A", percent="0.5", network="N")
    tell(coverage, by, *DEDUCTIBLE, TWENTY, half, on=dates.today())
    return coverage


def draft(account, by, **more):
    return drafting.draft(account.guarantor, ON, [Wanted("29827")], by=by, form=uuid.uuid4(), **more)


def way(**more) -> CheaperWay:
    given = {
        "kind": "setting",
        "code": "29827",
        "to_code": "29827",
        "to_modifier": "SG",
        "words": "at the surgery center",
    }
    return CheaperWay.objects.create(since=date(2026, 1, 1), source="Provider manual, section 9", **given | more)
