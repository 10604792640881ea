"""What a payer will allow, and how it is known; lists of fees and their loading."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts import ledger
from billing_office import schedule
from billing_office.lib import dates
from insurance import prices
from insurance.models import CodeLoad, Contract, Fee, FeeSchedule, PayerProfile
from tests.factories import make_charge, make_fee, make_payer, make_plan

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 20)


@pytest.fixture
def plan(payer):
    return make_plan(payer)


@pytest.fixture
def supervisor(signed_in):
    return signed_in("supervisor")


def answered(account, payer, by, *, cents=20_000, off=5_000, code="99213", days_ago=40, units="1", paid=True):
    """A charge that the payer took `off` from and paid the rest of."""
    charge = make_charge(account, by, cents=cents, payer=payer, code=code, days_ago=days_ago, units=Decimal(units))
    key, on = f"answer{charge.pk}", dates.today() - timedelta(days_ago - 5)
    if off:
        ledger.adjust("contractual_writeoff", charge, off, payer=payer, on=on, key=f"{key}o", by=by)
    if paid:
        ledger.receive_payer_payment(
            payer, cents=cents - off, received_on=on, method="transfer", key=key, by=by,
            shares={account.pk: [ledger.Share(charge.pk, cents - off)]},
        )  # fmt: skip
    return charge


def test_the_contract_of_the_plan_comes_first_then_the_payers(plan, payer):
    wide = Contract.objects.create(payer=payer, name="All plans 2026", since=date(2026, 1, 1))
    make_fee("99213", 9_000, contract=wide)
    assert prices.allowed(plan, "99213", ON).cents == 9_000
    own = Contract.objects.create(payer=payer, plan=plan, name="Gold 2026", since=date(2026, 1, 1))
    make_fee("99213", 9_500, contract=own)
    found = prices.allowed(plan, "99213", ON)
    assert (found.cents, found.source, found.note) == (9_500, "contract", "Agreed in Gold 2026: $95.00.")


@pytest.mark.parametrize(
    ("day", "cents"),
    [
        (date(2025, 12, 31), None), (date(2026, 1, 1), 9_000), (date(2026, 6, 30), 9_000), (date(2026, 7, 1), 9_900),
    ],
)  # fmt: skip
def test_a_fee_holds_on_its_days(day, cents):
    make_fee("99213", 9_000, until=date(2026, 6, 30))
    make_fee("99213", 9_900, since=date(2026, 7, 1))
    assert prices.usual("99213", day) == cents


def test_a_modifier_has_its_own_fee_or_the_plain_one():
    make_fee("73030", 10_000)
    make_fee("73030", 4_000, modifier="26")
    assert [prices.usual("73030", ON, modifier) for modifier in ("", "26", "TC")] == [10_000, 4_000, 10_000]


def test_what_was_allowed_before_is_learned_newest_and_middle(account, payer, plan, by):
    answered(account, payer, by, off=8_000, days_ago=90)
    answered(account, payer, by, off=6_000, days_ago=60)
    answered(account, payer, by, off=5_000, days_ago=30)
    found = prices.learn(payer.pk, "99213", dates.today())
    assert (found.newest, found.middle, found.count) == (15_000, 14_000, 3)
    price = prices.allowed(plan, "99213", dates.today())
    assert (price.cents, price.source) == (15_000, "learned")
    assert "the middle of them is $140.00" in price.note


def test_it_is_learned_for_a_unit(account, payer, by):
    answered(account, payer, by, cents=30_000, off=9_000, units="3")
    assert prices.learn(payer.pk, "99213", dates.today()).newest == 7_000


@pytest.mark.parametrize("how", ["unpaid", "other payer", "other code", "undone", "too old"])
def test_what_was_no_answer_teaches_nothing(account, payer, by, how):
    other = make_payer(by, "Other Payer")
    charge = answered(
        account, other if how == "other payer" else payer, by, paid=how != "unpaid",
        code="99214" if how == "other code" else "99213", days_ago=800 if how == "too old" else 40,
    )  # fmt: skip
    if how == "undone":
        for entry in charge.account.entries.filter(kind__in=["payer_payment"]):
            ledger.reverse(entry, on=dates.today(), by=by, memo="x")
    assert prices.learn(payer.pk, "99213", dates.today()) is None


@pytest.mark.parametrize(("percent", "cents", "source"), [(Decimal("62.5"), 6_250, "percent"), (None, 10_000, "usual")])
def test_else_a_part_of_our_usual_fee(plan, payer, percent, cents, source):
    make_fee("99213", 10_000)
    PayerProfile.objects.create(payer=payer, expected_percent=percent)
    found = prices.allowed(plan, "99213", ON)
    assert (found.cents, found.source) == (cents, source)


def test_where_nothing_is_known_it_says_so(plan):
    found = prices.allowed(plan, "99213", ON)
    assert (found.cents, found.source) == (None, "unknown")


# -- lists ---------------------------------------------------------------------------------------------------------------


def load(browser, text: str, on="2026-01-01", **form) -> CodeLoad:
    row = FeeSchedule.objects.get_or_create(name="Usual fees")[0]
    file = SimpleUploadedFile("fees.csv", text.encode())
    answer = browser.post(reverse("fee_load_new", args=[row.pk]), {"file": file, "effective_on": on} | form)
    assert answer.status_code == 302, answer.content.decode()
    schedule.drain()
    made = CodeLoad.objects.latest("pk")
    browser.post(f"/code-loads/{made.pk}/confirm/")
    schedule.drain()
    made.refresh_from_db()
    return made


def test_fees_are_loaded_after_a_look_and_a_new_amount_ends_the_former(supervisor):
    made = load(supervisor, 'Code,Mod,Fee\n99213,,"1,100.00"\n73030,26,40\n')
    assert (made.state, made.found["systems"]["fees"]["counts"]) == (
        "done",
        {"new": 2, "changed": 0, "ended": 0, "same": 0},
    )
    load(supervisor, "Code,Mod,Fee\n99213,,1200.00\n73030,26,40\n", on="2026-07-01")
    assert [(fee.cents, fee.since, fee.until) for fee in Fee.objects.filter(value="99213")] == [
        (110_000, date(2026, 1, 1), date(2026, 6, 30)),
        (120_000, date(2026, 7, 1), None),
    ]
    assert Fee.objects.filter(value="73030").count() == 1
    page = supervisor.get(reverse("fee_schedule", args=[made.schedule_id]), {"q": "992"}).content.decode()
    assert "1,200.00" in page
    assert "73030" not in page


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("99214,,NaN", "Enter an amount in figures"), ("99214,,-5", "a fee is not below zero"), ("99214,,0.001", "at most two decimals"),
        ("99214,,1e9", "Enter an amount in figures"), ("99214,,٣", "Enter an amount in figures"), ("!,,1", "is no code"),
        ("99214,toolong,1", "is no modifier"), ("99213,,2", "stands already at line 2"),
    ],
)  # fmt: skip
def test_a_bad_line_is_named_and_the_others_are_loaded(supervisor, line, told):
    made = load(supervisor, f"Code,Mod,Fee\n99213,,100\n{line}\n")
    assert told in made.found["findings"][0]
    assert Fee.objects.count() == 1


def test_what_a_whole_list_leaves_out_ends(supervisor):
    load(supervisor, "Code,Fee\n99213,100\n99214,150\n")
    load(supervisor, "Code,Fee\n99213,100\n", on="2026-07-01", complete="on")
    assert Fee.objects.get(value="99214").until == date(2026, 6, 30)


def test_our_usual_fees_stand_once(supervisor):
    data = {"name": "Usual fees"}
    assert supervisor.post("/fee-schedules/new/", data).status_code == 302
    assert "There is a list for it already" in supervisor.post("/fee-schedules/new/", {"name": "More"}).content.decode()
