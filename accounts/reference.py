"""The first reasons for taking off, moving and undoing, and the chart of bookkeeping, loaded after each migrate where missing.

Limits are a proposal for a small office; offices change all of it as data. Sources are to be confirmed by counsel.
"""

from datetime import date
from decimal import Decimal

from django.apps import apps

NAMES = ("kind", "code", "words", "needs_note", "clerk_cents", "biller_cents", "supervisor_cents", "free_days", "source", "source_url")  # fmt: skip
LONG_AGO = date(2000, 1, 1)
CFR = "https://www.ecfr.gov/current/title-"
REASONS = [
    ("contractual_writeoff", "CO-45", "Above the agreed price", False, 0, None, None, None, "The contract with the payer", ""),
    ("contractual_writeoff", "CO-TIME", "Claim sent too late, client not liable", True, 0, 10_000, 100_000, None, "The contract with the payer; to be confirmed by counsel", ""),
    ("discount", "PROMPT", "Prompt payment", False, 0, 5_000, 50_000, None, "House policy; to be confirmed by counsel", ""),
    ("discount", "SELFPAY", "Self-pay price", False, 0, 20_000, 200_000, None, "House policy", ""),
    ("discount", "COURTESY", "Courtesy", True, 0, 2_500, 25_000, None, "House policy; routine waiver of coinsurance: 42 U.S.C. 1320a-7a(i)(6); to be confirmed by counsel", "https://www.law.cornell.edu/uscode/text/42/1320a-7a"),
    ("charity", "FAP", "Financial assistance granted", True, 0, 10_000, 500_000, None, "26 CFR 1.501(r)-4; to be confirmed by counsel", CFR + "26/section-1.501(r)-4"),
    ("small_balance_writeoff", "SMALL", "Too small to collect", False, 0, 999, 2_500, None, "House policy", ""),
    ("bad_debt", "UNCOLL", "Uncollectable", True, 0, 0, 50_000, None, "House policy; 42 CFR 413.89(e); to be confirmed by counsel", CFR + "42/section-413.89"),
    ("bad_debt", "ESTATE", "Deceased, no estate", True, 0, 0, 50_000, None, "House policy", ""),
    ("bad_debt", "DISCHARGE", "Discharged in bankruptcy", True, 0, 0, 500_000, None, "11 U.S.C. 524; to be confirmed by counsel", "https://www.law.cornell.edu/uscode/text/11/524"),
    ("settlement", "SETTLED", "Settled for less", True, 0, 5_000, 50_000, None, "House policy", ""),
    ("transfer_responsibility", "PR", "The payer leaves it to the client", False, 0, None, None, None, "The payer’s answer", ""),
    ("transfer_responsibility", "COVERED", "Another party answers for it", False, 0, None, None, None, "", ""),
    ("transfer_responsibility", "GUARANTOR", "Second guarantor", True, 0, 100_000, 1_000_000, None, "Written agreement; to be confirmed by counsel", ""),
    ("refund", "OVERPAID", "Paid too much", False, 0, 10_000, 100_000, None, "House policy; overpayments of public payers: 42 U.S.C. 1320a-7k(d); to be confirmed by counsel", "https://www.law.cornell.edu/uscode/text/42/1320a-7k"),
    ("refund", "TWICE", "Paid twice", False, 0, 10_000, 100_000, None, "House policy", ""),
    ("refund", "NOT-OURS", "Not meant for us", True, 0, 10_000, 100_000, None, "House policy", ""),
    ("reversal", "ERROR", "Entered in error", False, 100_000, 1_000_000, 10_000_000, 0, "House policy", ""),
    ("reversal", "WRONG-ACCT", "Posted on the wrong account", False, 100_000, 1_000_000, 10_000_000, 0, "House policy", ""),
    ("reversal", "DISPUTED", "The client or payer was right", True, 0, 50_000, 1_000_000, 60, "House policy", ""),
    ("reversal", "NSF", "The check came back", False, 100_000, 1_000_000, 10_000_000, None, "House policy", ""),
]  # fmt: skip


# Rules about money, for all offices. Late fees and interest are off until a supervisor, with counsel, switches them on.
RULE_NAMES = ("kind", "active", "percent", "least_cents", "most_cents", "below_cents", "days", "every_days", "supervisor_cents", "source", "source_url", "counsel")  # fmt: skip
STATE_LAW = "State law: amount, notice and written agreement"
MONEY_RULES = [
    ("small_balance", True, "0", 0, 999, 0, 90, 0, 50_000, "House policy", "", "Payers’ contracts and public programs may ask for equal effort to collect"),
    ("late_fee", False, "1.5", 500, 2_500, 2_000, 30, 30, 50_000, "House policy; 12 CFR 1026.4(c)(2)", CFR + "12/section-1026.4", STATE_LAW),
    ("interest", False, "6", 100, 0, 0, 30, 0, 50_000, "House policy; 12 CFR 1026.4(a)", CFR + "12/section-1026.4", STATE_LAW),
    ("prompt_pay", False, "5", 0, 0, 0, 15, 0, 0, "House policy", "https://oig.hhs.gov/compliance/advisory-opinions/", "Discounts on copayments and to members of public programs"),
    ("returned_cheque", False, "0", 2_500, 0, 0, 0, 0, 0, "House policy", "", "State law: the most that may be asked, and the notice before"),
    ("credit_client", True, "0", 0, 0, 0, 1_095, 0, 0, "State unclaimed property law: dormancy", "", "Each state’s dormancy, notices and reports"),
    ("credit_public", True, "0", 0, 0, 0, 60, 0, 0, "42 U.S.C. 1320a-7k(d): report and return within 60 days of identification", "https://www.law.cornell.edu/uscode/text/42/1320a-7k", "When an overpayment counts as identified (42 CFR 401.305)"),
    ("credit_payer", True, "0", 0, 0, 0, 1_095, 0, 0, "State unclaimed property law; the contract with the payer", "", "Each contract’s own term for overpayments"),
]  # fmt: skip


# Where each book goes in the office's own bookkeeping: numbers as many small offices have them.
LEDGER_ACCOUNTS = [
    ("cash", "1010", "Cash and bank"),
    ("receivable", "1200", "Accounts receivable"),
    ("transfer_clearing", "1290", "Transfers between accounts"),
    ("unapplied", "2200", "Unapplied receipts"),
    ("agency_payable", "2300", "Owed to collection agencies"),
    ("revenue", "4000", "Service revenue"),
    ("contractual", "4100", "Contractual adjustments"),
    ("discount", "4110", "Discounts granted"),
    ("charity", "4120", "Financial assistance"),
    ("small_balance", "4130", "Small balances written off"),
    ("provider_adjustments", "4140", "Payers’ provider adjustments"),
    ("refunds", "2250", "Refunds to be paid out"),
    ("late_fees", "4200", "Late fees"),
    ("interest", "4210", "Interest charged"),
    ("bad_debt", "6100", "Bad debt"),
    ("agency_fees", "6110", "Collection agency fees"),
]


def load(**_):
    ledger_account = apps.get_model("accounts", "LedgerAccount")
    ledger_account.objects.bulk_create(
        [ledger_account(book=book, code=code, name=name) for book, code, name in LEDGER_ACCOUNTS], ignore_conflicts=True
    )
    reason = apps.get_model("accounts", "Reason")
    known = set(reason.objects.values_list("code", flat=True))
    reason.objects.bulk_create(reason(**dict(zip(NAMES, row, strict=True))) for row in REASONS if row[1] not in known)
    rule = apps.get_model("accounts", "MoneyRule")
    if not rule.objects.exists():
        rows = [dict(zip(RULE_NAMES, row, strict=True)) for row in MONEY_RULES]
        rule.objects.bulk_create(rule(since=LONG_AGO, **row | {"percent": Decimal(row["percent"])}) for row in rows)
