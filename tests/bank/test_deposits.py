"""Deposits: built by one, counted, closed by another; what stands in them, and what the bank accounts for."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from accounts import ledger
from accounts.models import Book, JournalEntry
from billing_office.audit.models import Act
from billing_office.desk import proof
from billing_office.lib import dates
from billing_office.lib.checks import run
from billing_office.staff.models import Role
from invoices.deposits import cash, clearing, invariants, keeping
from invoices.models import Clearing, Deposit, DepositLine
from tests.factories import make_payer, make_payment

from .world import close_deposit, make_deposit

TODAY = dates.today()


@pytest.fixture
def receipts(account, by):
    """Two checks of today, 50.00 and 30.00."""
    return [make_payment(account, by, cents, days_ago=0) for cents in (5000, 3000)]


@pytest.fixture
def deposit(receipts, office, clerk):
    return make_deposit(office, clerk.user)


@pytest.fixture
def closed(deposit, office, clerk):
    return close_deposit(deposit, office, clerk.user)


@pytest.fixture
def other_clerk(signed_in):
    return signed_in(Role.CLERK)


def undo(payment, by):
    entry = JournalEntry.objects.filter(
        postings__payment=payment, postings__book=Book.CASH, reversal=None, reverses=None
    ).get()
    return ledger.reverse(entry, on=TODAY, by=by, memo="returned")


def text_of(answer) -> str:
    return answer.content.decode()


def broken() -> list:
    return [check.name for check in invariants.CHECKS if not run(check).ok]


def opened(browser, office, once, **changes):
    sent = {"once": once, "office": office.pk, "day": TODAY.isoformat(), "method": "cheque", "drawer": ""} | changes
    return browser.post(reverse("deposit_new"), sent)


# -- building ---------------------------------------------------------------------------------------------------------------


def test_opening_a_deposit_takes_in_the_receipts_of_the_day(clerk, office, account, receipts, by, once):
    make_payment(account, by, 900, days_ago=1)
    answer = opened(clerk, office, once)
    deposit = Deposit.objects.get()
    assert answer["Location"] == reverse("deposit", args=[deposit.pk])
    assert [one.payment for one in cash.receipts_of(deposit)] == receipts
    assert "80.00" in text_of(clerk.get(answer["Location"]))
    assert Act.objects.get(verb="deposit_opened").object_id == deposit.pk


def test_the_form_sent_twice_opens_one(clerk, office, receipts, once):
    assert opened(clerk, office, once)["Location"] == opened(clerk, office, once)["Location"]
    assert Deposit.objects.count() == 1


def test_a_drawer_takes_in_its_own_receipts_alone(clerk, office, account, receipts, once):
    mine = make_payment(account, clerk.user, 700, days_ago=0)
    opened(clerk, office, once, drawer=clerk.user.pk)
    assert [one.payment for one in cash.receipts_of(Deposit.objects.get())] == [mine]


def test_receipts_leave_and_join_by_choice(clerk, deposit, receipts):
    page = reverse("deposit_receipts", args=[deposit.pk])
    clerk.post(page, {"act": "remove", "row": receipts[0].pk})
    assert [one.payment for one in cash.receipts_of(deposit)] == receipts[1:]
    assert "In no deposit yet" in text_of(clerk.get(reverse("deposit", args=[deposit.pk])))
    clerk.post(page, {"act": "add", "row": receipts[0].pk})
    assert len(cash.receipts_of(deposit)) == 2


def test_a_receipt_stands_in_one_deposit(clerk, office, deposit, receipts, once):
    second = make_deposit(office, clerk.user)
    answer = clerk.post(
        reverse("deposit_receipts", args=[second.pk]), {"act": "add", "row": receipts[0].pk}, follow=True
    )
    assert "1 stood elsewhere meanwhile" in text_of(answer)
    assert not second.lines.exists()


def test_receipts_of_another_office_are_no_ones_to_deposit(clerk, deposit, foreign, by):
    theirs = make_payment(foreign, by, 100, days_ago=0)
    clerk.post(reverse("deposit_receipts", args=[deposit.pk]), {"act": "add", "row": theirs.pk})
    assert len(cash.receipts_of(deposit)) == 2


def test_what_was_undone_stands_in_the_sum_with_its_minus(clerk, deposit, receipts, by):
    undo(receipts[0], by)
    page = text_of(clerk.get(reverse("deposit", args=[deposit.pk])))
    assert "Undone" in page and "−50.00" in page and ">$30.00<" in page
    clerk.post(reverse("deposit_count", args=[deposit.pk]), {"counted": "30.00"})
    deposit.refresh_from_db()
    assert deposit.expected_cents == 3000


def test_a_payers_check_over_accounts_stands_in_a_deposit_whole(biller, office, account, deposit, by):
    payer = make_payer(by)
    shares = {account.pk: []}
    money = ledger.receive_payer_payment(
        payer, cents=9000, received_on=TODAY, method="cheque", shares=shares, key="whole", by=by
    )
    biller.post(reverse("deposit_receipts", args=[deposit.pk]), {"act": "add", "row": money.pk})
    assert sum(one.cents for one in cash.receipts_of(deposit)) == 17000


# -- the count ----------------------------------------------------------------------------------------------------------------


def test_a_difference_needs_a_reason(clerk, deposit):
    page = reverse("deposit_count", args=[deposit.pk])
    answer = clerk.post(page, {"counted": "79.00"})
    assert answer.status_code == 422
    assert "You counted 79.00, the receipts come to 80.00: −1.00 apart." in text_of(answer)
    clerk.post(page, {"counted": "79.00", "reason": "A dollar short"})
    deposit.refresh_from_db()
    assert (deposit.difference, deposit.difference_reason, deposit.counted_by) == (-100, "A dollar short", clerk.user)


@pytest.mark.parametrize("counted", ["NaN", "1e9", "-5", "1.234,56", "9" * 30, "", "0.001"])
def test_what_is_no_amount_is_refused_at_the_field(clerk, deposit, counted):
    answer = clerk.post(reverse("deposit_count", args=[deposit.pk]), {"counted": counted})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["counted"])


def test_a_count_is_void_when_receipts_change(clerk, deposit, receipts):
    keeping.count(deposit, 8000, reason="", now=dates.now(), by=clerk.user)
    clerk.post(reverse("deposit_receipts", args=[deposit.pk]), {"act": "remove", "row": receipts[0].pk})
    deposit.refresh_from_db()
    assert deposit.counted_at is None


# -- the close ----------------------------------------------------------------------------------------------------------------


def closing(browser, deposit, seen="8000"):
    return browser.post(reverse("deposit_close", args=[deposit.pk]), {"seen": seen}, follow=True)


@pytest.fixture
def counted(deposit, clerk):
    keeping.count(deposit, 8000, reason="", now=dates.now(), by=clerk.user)
    return deposit


def test_a_second_person_closes_it(clerk, other_clerk, counted):
    assert "another person closes it" in text_of(closing(clerk, counted))
    assert Deposit.objects.get().closed_at is None
    assert "is closed." in text_of(closing(other_clerk, counted))
    assert Deposit.objects.get().closed_by == other_clerk.user
    assert not broken()


def test_who_counted_does_not_close_either(clerk, other_clerk, deposit):
    keeping.count(deposit, 8000, reason="", now=dates.now(), by=other_clerk.user)
    assert "another person closes it" in text_of(closing(other_clerk, deposit))


def test_what_was_undone_since_the_count_asks_for_another(other_clerk, counted, receipts, by):
    undo(receipts[0], by)
    assert "Count it again" in text_of(closing(other_clerk, counted))
    assert Deposit.objects.get().closed_at is None


def test_a_page_that_showed_another_sum_closes_nothing(other_clerk, counted):
    assert "Nothing was closed" in text_of(closing(other_clerk, counted, seen="7000"))


def test_what_is_not_counted_is_not_closed(other_clerk, deposit):
    assert "It is not counted" in text_of(closing(other_clerk, deposit))


def test_after_the_close_nothing_joins_or_leaves(clerk, closed, receipts, account, by):
    late = make_payment(account, by, 100, days_ago=0)
    page = reverse("deposit_receipts", args=[closed.pk])
    for sent in ({"act": "remove", "row": receipts[0].pk}, {"act": "add", "row": late.pk}):
        assert "no receipt joins or leaves" in text_of(clerk.post(page, sent, follow=True))
    assert closed.lines.count() == 2


def test_a_discarded_deposit_frees_its_receipts(clerk, office, deposit, receipts):
    clerk.post(reverse("deposit_drop", args=[deposit.pk]))
    assert len(cash.receipts_of(make_deposit(office, clerk.user))) == 2
    assert Deposit.objects.get(pk=deposit.pk).state[0] == "Discarded"


@pytest.mark.parametrize("role", [Role.COLLECTOR, Role.AUDITOR])
def test_others_read_and_change_nothing(signed_in, deposit, role):
    browser = signed_in(role)
    assert browser.get(reverse("deposit", args=[deposit.pk])).status_code == 200
    for name in ("deposit_receipts", "deposit_count", "deposit_close", "deposit_drop"):
        assert browser.post(reverse(name, args=[deposit.pk])).status_code == 403


def test_the_slip_lists_what_goes_to_the_bank(clerk, closed):
    page = text_of(clerk.get(reverse("deposit_slip", args=[closed.pk])))
    assert page.count("Robert White") == 2 and "80.00" in page


@pytest.mark.django_db(transaction=True)
def test_two_who_close_at_once_close_once(signed_in, counted):
    browsers, answers, ready = [signed_in(Role.CLERK), signed_in(Role.SUPERVISOR)], [], threading.Barrier(2)

    def press(browser):
        ready.wait()
        answers.append(text_of(closing(browser, counted)))
        connection.close()

    run_all(press, browsers)
    assert sorted("closed already" in text for text in answers) == [False, True]
    assert Act.objects.filter(verb="deposit_closed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_who_adds_while_it_is_closed_is_in_or_refused(signed_in, clerk, counted, account, by, office):
    late, ready, answers = make_payment(account, by, 100, days_ago=0), threading.Barrier(2), []
    closer = signed_in(Role.SUPERVISOR)
    acts = [
        lambda: closing(closer, counted),
        lambda: clerk.post(reverse("deposit_receipts", args=[counted.pk]), {"act": "add", "row": late.pk}),
    ]

    def press(act):
        ready.wait()
        answers.append(act().status_code)
        connection.close()

    run_all(press, acts)
    counted.refresh_from_db()
    assert (counted.closed_at is None) == (counted.lines.count() == 3)
    assert set(answers) <= {200, 302} and not broken()


def run_all(press, each):
    threads = [threading.Thread(target=press, args=[one]) for one in each]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# -- clearing -------------------------------------------------------------------------------------------------------------------


def open_rows(user) -> list[tuple]:
    return [(row.kind[0], row.open) for row in cash.open_list(user, TODAY)]


def by_hand(browser, page, once, **changes):
    sent = {"once": once, "kind": "hand", "amount": "80.00", "on": TODAY.isoformat(), "words": "Stmt 11"} | changes
    return browser.post(page, sent)


def test_a_closed_deposit_stands_open_until_the_bank_has_it(biller, closed, once):
    assert open_rows(biller.user) == [("Deposit", 8000)]
    by_hand(biller, reverse("deposit_clear", args=[closed.pk]), once)
    assert open_rows(biller.user) == []
    assert not broken()


def test_the_form_sent_twice_clears_once(biller, closed, once):
    page = reverse("deposit_clear", args=[closed.pk])
    assert [by_hand(biller, page, once, amount="30").status_code for _ in range(2)] == [302, 302]
    assert open_rows(biller.user) == [("Deposit", 5000)]


def test_more_than_is_open_clears_nothing(biller, closed, once):
    answer = by_hand(biller, reverse("deposit_clear", args=[closed.pk]), once, amount="81")
    assert answer.status_code == 422 and "80.00 is open of the deposit" in text_of(answer)
    assert not Clearing.objects.exists()


def test_a_difference_is_explained_by_a_supervisor_who_did_not_count(signed_in, biller, closed, once):
    page = reverse("deposit_clear", args=[closed.pk])
    assert by_hand(biller, page, once, kind="short", amount="1.00").status_code == 422
    assert by_hand(signed_in(Role.SUPERVISOR), page, once, kind="short", amount="1.00", words="lost").status_code == 302
    assert open_rows(biller.user) == [("Deposit", 7900)]


def test_nobody_explains_what_is_missing_of_their_own(office, receipts, signed_in, once):
    supervisor = signed_in(Role.SUPERVISOR)
    deposit = close_deposit(make_deposit(office, supervisor.user), office, supervisor.user)
    answer = by_hand(supervisor, reverse("deposit_clear", args=[deposit.pk]), once, kind="short", amount="1.00")
    assert "another person explains" in text_of(answer)


def test_a_clearing_is_undone_and_the_cash_is_open_again(biller, closed):
    row = clearing.clear_deposit(closed, 8000, kind="hand", on=TODAY, by=biller.user, words="x")
    biller.post(reverse("clearing_undo", args=[row.pk]))
    assert open_rows(biller.user) == [("Deposit", 8000)]
    assert Act.objects.filter(verb="cash_clearing_undone").count() == 1


def test_a_check_that_comes_back_after_the_deposit_stands_open_by_itself(biller, closed, receipts, by, once):
    clearing.clear_deposit(closed, 8000, kind="hand", on=TODAY, by=biller.user, words="x")
    undo(receipts[0], by)
    assert open_rows(biller.user) == [("Went out or came back", -5000)]
    by_hand(biller, reverse("cash_payment", args=[receipts[0].pk]), once, amount="-50.00")
    assert open_rows(biller.user) == []


def test_cash_is_what_stands_open_and_what_is_cleared_to_the_cent(biller, closed, account, by):
    clearing.clear_deposit(closed, 3000, kind="hand", on=TODAY, by=biller.user, words="x")
    make_payment(account, by, 1200, days_ago=0)
    cleared = sum(Clearing.objects.live().values_list("cents", flat=True))
    cents = sum(JournalEntry.objects.filter(postings__book="cash").values_list("postings__cents", flat=True))
    assert cents == cleared + sum(row.open for row in cash.open_list(biller.user, TODAY)) == 9200


def test_an_open_deposit_counts_less_what_was_undone(biller, deposit, receipts, by):
    undo(receipts[0], by)
    assert open_rows(biller.user) == [("Not closed", 3000)]


def test_what_came_in_before_the_first_deposit_is_not_followed(biller, office, account, by):
    make_payment(account, by, 1200, days_ago=20)
    make_deposit(office, biller.user)
    assert open_rows(biller.user) == []


@pytest.mark.parametrize("query", ["", "?as=csv", "?as=xlsx", "?which=deposit"])
def test_the_open_list_and_its_files_are_of_ones_own_office(biller, closed, other_office, foreign, by, query):
    make_payment(foreign, by, 100, days_ago=0)
    make_deposit(other_office, by)
    answer = biller.get(reverse("cash_open") + query)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code == 200 and b"OAK-DEP" not in body


@pytest.mark.parametrize("role, page", [(Role.CLERK, "payment"), (Role.BILLER, "cash_payment")])
def test_cash_in_no_deposit_leads_where_the_person_may_go(signed_in, closed, account, by, role, page):
    loose = make_payment(account, by, 700, days_ago=0)
    seen = text_of(signed_in(role).get(reverse("cash_open")))
    assert f'href="{reverse(page, args=[loose.pk])}"' in seen


def test_lists_and_pages_take_few_queries(biller, office, account, by, closed, django_assert_max_num_queries):
    for n in range(12):
        make_payment(account, by, 100 + n, days_ago=0)
        make_deposit(office, biller.user)
    for name, args, most in [("deposits", [], 6), ("cash_open", [], 6), ("deposit", [closed.pk], 11)]:
        with django_assert_max_num_queries(most):
            biller.get(reverse(name, args=args))


# -- the invariants -------------------------------------------------------------------------------------------------------------


def test_check_money_asks_for_deposits():
    assert proof.GROUPS["Deposits and the bank"] is invariants.CHECKS


def test_more_cleared_than_deposited_is_found(closed, by):
    Clearing.objects.create(deposit=closed, kind="hand", cents=8100, on=TODAY, words="x", by=by)
    assert broken() == ["A deposit is cleared up to its cash, or stands on the open list"]


def test_a_payment_deposited_and_cleared_by_itself_is_found(closed, receipts, by):
    Clearing.objects.create(payment=receipts[0], kind="hand", cents=5000, on=TODAY, words="x", by=by)
    assert broken() == ["No payment is both deposited and cleared by itself"]


def test_what_is_no_cash_in_a_deposit_is_found(deposit, receipts, by):
    leg = receipts[0].postings.get(book="unapplied")
    DepositLine.objects.create(deposit=deposit, posting=leg, added_by=by)
    assert broken() == ["Only cash is in a deposit, of its own method"]


def test_days_of_a_deposit_end_today(clerk, office, once):
    answer = opened(clerk, office, once, day=(TODAY + timedelta(days=2)).isoformat())
    assert answer.status_code == 422 and answer.context["form"]["day"].errors


def test_another_offices_deposit_cannot_be_opened(clerk, other_office, once):
    assert opened(clerk, other_office, once).status_code == 422
    assert not Deposit.objects.exists()
