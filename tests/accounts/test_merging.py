"""Merging a duplicate: found, looked at, merged in one step, undone; no posting moves and nothing is lost."""

import threading
from datetime import date

import pytest
from django.db import connection
from django.urls import reverse

from accounts import addressing, aging, closing, ledger, people
from accounts.ledger import Refused
from accounts.merging import candidates, merging
from accounts.models import Account, AccountFlag, Due, Hold, Merge, OpenItem, Posting
from billing_office.audit.models import Act
from billing_office.desk import proof
from billing_office.lib import dates
from dunning import debtors, facts
from invoices import balances, issuing
from invoices.models import Invoice
from tests.accounts.ledger.test_concurrency import at_once
from tests.factories import (
    make_account,
    make_charge,
    make_client,
    make_coverage,
    make_due,
    make_email,
    make_payment,
    make_phone,
)

pytestmark = pytest.mark.django_db
BORN = date(1981, 3, 4)


@pytest.fixture
def supervisor(signed_in):
    return signed_in("supervisor")


@pytest.fixture
def double(office, by):
    """Robert White once more, with a phone, opened later."""
    account = make_account(office, by, "Rob", "White", birth_date=BORN)
    make_phone(account.guarantor, by)
    return account


def merged(double, account, by) -> Merge:
    row = merging.merge(double, account, "Same card", on=dates.today(), by=by)
    double.refresh_from_db()
    return row


def apart(row: Merge, by) -> bool:
    return merging.undo(row, "Two brothers", on=dates.today(), by=by)


def page(account) -> str:
    return reverse("account_merge", args=[account.pk])


def looked_at(browser, double, account, **more) -> dict:
    """The fields of the page as a person would send them after looking."""
    answer = browser.get(page(double), {"into": account.number})
    return {"into": account.number, "reason": "Same card", "seen": answer.context["seen"], "act": "merge"} | more


# -- what goes over -------------------------------------------------------------------------------------------------------


def test_a_supervisor_looks_and_merges(supervisor, account, double):
    answer = supervisor.post(page(double), looked_at(supervisor, double, account), follow=True)
    assert f"{double.number} is part of {account.number} now." in answer.content.decode()
    double.refresh_from_db()
    assert double.merged_into == account
    acts = Act.objects.filter(verb="account_merged")
    assert {act.account_id for act in acts} == {account.pk, double.pk}
    assert {act.reason for act in acts} == {"Same card"}


def test_twice_is_once(account, double, by):
    assert merged(double, account, by) == merged(double, account, by)
    assert Merge.objects.count() == 1


def test_nothing_is_merged_that_was_not_looked_at(supervisor, account, double, by):
    given = looked_at(supervisor, double, account)
    make_payment(double, by)
    answer = supervisor.post(page(double), given)
    assert "It has changed. Look again." in answer.content.decode()
    assert not Merge.objects.exists()


@pytest.mark.parametrize("role", ["clerk", "biller", "collector", "auditor"])
def test_nobody_else_merges(signed_in, role, account, double):
    assert signed_in(role).post(page(double), {"into": account.number}).status_code == 403


def test_an_account_of_another_office_is_not_there(supervisor, account, foreign):
    assert supervisor.get(page(foreign)).status_code == 404
    assert supervisor.post(page(account), {"into": foreign.number, "reason": "x"}).status_code == 422


def test_contacts_flags_and_holds_go_over(account, double, by):
    today = dates.today()
    AccountFlag.objects.create(account=double, kind="attorney", since=today, reason="x", set_by=by)
    Hold.objects.create(account=double, kind="dispute", since=today, reason="x", set_by=by)
    merged(double, account, by)
    assert set(account.guarantor.contact_points.values_list("kind", flat=True)) == {"email", "phone"}
    assert (account.flags.get().kind, account.holds.get().kind) == ("attorney", "dispute")


def test_an_opt_out_is_never_lost(account, double, by):
    """The same address stands on both, and on the duplicate the client had opted out of it."""
    point = make_email(double.guarantor, by, "ROBERT@example.org")
    point.opted_out_on = dates.today()
    point.save()
    row = merged(double, account, by)
    assert addressing.email(account) is None
    apart(row, by)
    assert addressing.email(account).value == "robert@example.org"


def test_an_address_that_is_there_already_is_not_shown_twice_but_a_consent_is_not_left_behind(account, double, by):
    make_phone(account.guarantor, by, "512-555-0199")
    account.guarantor.contact_points.filter(kind="email").update(consent_on=None)
    make_email(double.guarantor, by)
    merged(double, account, by)
    kinds = account.guarantor.contact_points.values_list("kind", flat=True)
    assert sorted(kinds) == ["email", "email", "phone"]
    assert addressing.email(account).consent_on


def test_what_only_the_duplicate_knew_of_the_person_is_kept(account, double, by):
    row = merged(double, account, by)
    account.guarantor.refresh_from_db()
    assert account.guarantor.birth_date == BORN
    apart(row, by)
    account.guarantor.refresh_from_db()
    assert account.guarantor.birth_date is None


def test_a_client_whom_the_survivor_has_is_not_written_twice(account, double, by):
    make_client(account, by, "Emma", "White")
    make_client(double, by, "Emma", "White", birth_date=date(2015, 1, 1))
    make_client(double, by, "Noah", "White")
    merged(double, account, by)
    assert sorted(account.clients.values_list("first_name", flat=True)) == ["Emma", "Noah", "Robert"]


def test_coverages_go_over_where_the_rank_is_free(account, double, payer, by):
    stays = make_coverage(double.guarantor, payer, by, rank=1)
    goes = make_coverage(double.guarantor, payer, by, rank=2)
    make_coverage(account.guarantor, payer, by, rank=1)
    merged(double, account, by)
    for row in (stays, goes):
        row.refresh_from_db()
    assert (stays.client, goes.client) == (double.guarantor, account.guarantor)


# -- money ------------------------------------------------------------------------------------------------------------------


def test_unapplied_money_goes_over_by_the_ledger_and_the_books_agree(account, double, by):
    make_payment(double, by, 5000)
    before = set(Posting.objects.values_list("pk", "account", "cents"))
    merged(double, account, by)
    assert (ledger.balance(double), ledger.balance(account)) == ((0, 0), (0, 5000))
    assert before <= set(Posting.objects.values_list("pk", "account", "cents"))
    assert all(result.ok for result in proof.prove())


def test_what_is_open_stays_under_its_number_and_is_asked_of_who_answers_now(account, double, by):
    make_due(make_charge(double, by, 9000), 10)
    merged(double, account, by)
    debtor = debtors.Debtor(account=double.pk)
    assert debtor in debtors.candidates(dates.today())
    assert debtor.debt(double, dates.today()).cents == 9000
    assert addressing.email(double).value == "robert@example.org"
    assert facts.of_channel(double, "email", dates.today()).address.usable


def test_a_stop_of_the_survivor_stops_the_duplicates_reminders(account, double, by):
    make_due(make_charge(double, by, 9000), 10)
    merged(double, account, by)
    AccountFlag.objects.create(account=account, kind="cease", since=dates.today(), reason="x", set_by=by)
    assert "cease" in facts.of_channel(double, "email", dates.today()).flags


def test_the_duplicates_charge_may_still_be_paid_but_nothing_new_begun(account, double, by):
    charge = make_charge(double, by, 9000)
    merged(double, account, by)
    make_payment(double, by, 9000, shares={charge: 9000})
    assert ledger.balance(double) == (0, 0)
    with pytest.raises(Refused, match=f"part of {account.number}"):
        make_payment(double, by, 100)
    with pytest.raises(Refused, match=f"part of {account.number}"):
        make_charge(double, by, 100)


@pytest.mark.parametrize("name", ["account_edit", "client_new", "flag_new", "attachment_new"])
def test_nothing_is_written_on_a_merged_account(clerk, account, double, by, name):
    merged(double, account, by)
    answer = clerk.get(reverse(name, args=[double.pk]), follow=True)
    assert f"is part of {account.number}. Do it there." in answer.content.decode()


def test_a_merged_account_offers_no_charge(signed_in, account, double, by):
    merged(double, account, by)
    seen = signed_in("biller").get(reverse("account", args=[double.pk])).content.decode()
    assert reverse("charge_new", args=[double.pk]) not in seen and reverse("payment_new", args=[double.pk]) in seen


def test_the_old_number_finds_the_survivor(clerk, account, double, by):
    merged(double, account, by)
    answer = clerk.get(reverse("accounts"), {"q": double.number}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("account", args=[account.pk])
    assert f"{double.number} is part of {account.number}" in answer.content.decode()


# -- what stands in the way ---------------------------------------------------------------------------------------------------


def refused(double, account, by) -> str:
    with pytest.raises(closing.Obstructed) as obstructed:
        merged(double, account, by)
    return " ".join(one.words for one in obstructed.value.found)


def test_neither_into_itself_nor_what_is_merged_already(account, double, office, by):
    assert "itself" in refused(account, account, by)
    merged(double, account, by)
    other = make_account(office, by, "Bob", "White")
    assert "part of" in refused(other, double, by)
    assert "part of" in refused(double, other, by)


def test_not_across_offices(account, foreign, by):
    assert "different offices" in refused(foreign, account, by)


def test_not_into_a_closed_account(account, double, by):
    closing.close(account, dates.today(), "x", by=by)
    assert "is closed" in refused(double, account, by)


def test_who_answers_is_not_made_to_answer_for_another_person(double, office, by):
    other = make_account(office, by, "Ana", "Ruiz", birth_date=date(1990, 1, 1))
    assert "other names and other birth dates" in refused(double, other, by)


def test_unapplied_money_pays_what_is_open_first(account, double, by):
    make_charge(double, by, 9000)
    make_payment(double, by, 5000)
    assert "50.00 is unapplied while the client owes" in refused(double, account, by)


# -- undoing --------------------------------------------------------------------------------------------------------------


def test_a_merge_is_undone_as_if_it_had_not_been(account, double, payer, by):
    make_payment(double, by, 5000)
    make_client(double, by, "Noah", "White")
    coverage = make_coverage(double.guarantor, payer, by)
    AccountFlag.objects.create(account=double, kind="attorney", since=dates.today(), reason="x", set_by=by)
    row = merged(double, account, by)
    assert apart(row, by)
    double.refresh_from_db()
    coverage.refresh_from_db()
    assert double.merged_into is None
    assert (ledger.balance(double), ledger.balance(account)) == ((0, 5000), (0, 0))
    assert double.flags.exists() and not account.flags.exists()
    assert double.guarantor.contact_points.get().kind == "phone"
    assert coverage.client == double.guarantor
    assert account.clients.count() == 1
    assert Act.objects.filter(verb="merge_undone", reason="Two brothers").count() == 2


def figures(*accounts) -> list:
    """Every figure of the books of these accounts, and of the board."""
    mine = Account.objects.filter(pk__in=[account.pk for account in accounts])
    invoices = Invoice.objects.filter(account__in=mine).order_by("pk")
    return [
        {account.pk: ledger.balance(account) for account in accounts},
        list(OpenItem.objects.filter(account__in=mine).order_by("pk").values()),
        list(Due.objects.filter(open_item__account__in=mine).order_by("pk").values()),
        balances.of_invoices(invoices),
        aging.board(mine, dates.today()),
        aging.past_due(mine, dates.today()),
    ]


def test_every_figure_is_as_it_was_once_a_merge_is_undone(account, double, payer, by):
    make_due(make_charge(double, by, 7000, payer=payer), 10, payer)
    for cents in (5000, 1234):
        make_payment(double, by, cents)
    make_charge(account, by, 900)
    issuing.issue(account, on=dates.today(), by=by, key="before")
    before = figures(account, double)
    row = merged(double, account, by)
    assert [ledger.balance(one)[1] for one in (double, account)] == [0, 6234]
    assert all(result.ok for result in proof.prove())
    assert apart(row, by)
    assert figures(account, double) == before
    assert all(result.ok for result in proof.prove())


def test_undone_twice_is_once_and_what_was_undone_can_be_merged_again(account, double, by):
    make_payment(double, by, 5000)
    row = merged(double, account, by)
    assert (apart(row, by), apart(row, by)) == (True, False)
    double.refresh_from_db()
    assert merged(double, account, by) != row
    assert ledger.balance(account) == (0, 5000)


def test_money_used_since_is_said_and_nothing_is_undone(supervisor, account, double, by):
    payment = make_payment(double, by, 5000)
    merged(double, account, by)
    charge = make_charge(account, by, 9000)
    ledger.allocate(payment, account, [ledger.Share(charge.pk, 5000)], on=dates.today(), key="t", by=by, source=account)
    answer = supervisor.post(reverse("account_unmerge", args=[double.pk]), {"reason": "x"})
    assert "Money that came over has been used since." in answer.content.decode()
    double.refresh_from_db()
    assert double.merged_into == account


def test_a_charge_of_somebody_who_came_over_is_said(account, double, by):
    make_client(double, by, "Noah", "White")
    row = merged(double, account, by)
    make_charge(account, by, client=account.clients.get(first_name="Noah"))
    with pytest.raises(closing.Obstructed, match="recorded for Noah White since"):
        apart(row, by)


# -- finding ------------------------------------------------------------------------------------------------------------------


def found(user) -> dict:
    return {(pair.first.pk, pair.second.pk): pair for pair in candidates.pairs(user)}


def test_the_same_name_and_birth_date_are_one(supervisor, office, by):
    one, two = (make_account(office, by, "Ana", "Ruiz", birth_date=BORN) for _ in range(2))
    pair = found(supervisor.user)[one.pk, two.pk]
    assert (pair.score, pair.why) == (100, ("Same name and birth date",))


def test_a_typo_in_the_name_is_seen_by_the_birth_date_and_the_phone(supervisor, office, by):
    one, two = (make_account(office, by, name, "Ruiz", birth_date=BORN) for name in ("Ana", "Anna"))
    make_phone(one.guarantor, by, "(512) 555-0177")
    make_phone(two.guarantor, by, "+1 512.555.0177")
    assert found(supervisor.user)[one.pk, two.pk].why == ("Same last name and birth date", "Same phone")


def test_the_same_member_number_is_seen(supervisor, office, payer, by):
    one, two = (make_account(office, by, name, "Ruiz") for name in ("Ana", "Bea"))
    for account in (one, two):
        make_coverage(account.guarantor, payer, by, member_number="W 77")
    assert "Same member number" in found(supervisor.user)[one.pk, two.pk].why


def test_a_family_at_one_address_is_not_one(supervisor, office, by):
    one = make_account(office, by, "Ana", "Ruiz", birth_date=BORN, email="ruiz@example.org")
    two = make_account(office, by, "Leo", "Ruiz", birth_date=date(2012, 1, 1), email="ruiz@example.org")
    for account in (one, two):
        make_phone(account.guarantor, by)
    assert found(supervisor.user) == {}


def test_what_many_share_says_nothing(supervisor, office, by):
    for name in "ABCDEFGHI":
        make_account(office, by, name, "Ruiz" + name, email="shelter@example.org")
        make_phone(people.Client.objects.latest("id"), by)
    assert found(supervisor.user) == {}


def test_pairs_of_another_office_are_not_seen(supervisor, other_office, by):
    for _ in range(2):
        make_account(other_office, by, "Ana", "Ruiz", birth_date=BORN)
    assert found(supervisor.user) == {}


def test_two_that_are_not_the_same_are_not_shown_again(supervisor, office, by):
    one, two = (make_account(office, by, "Ana", "Ruiz", birth_date=BORN) for _ in range(2))
    assert one.number in supervisor.get(reverse("duplicates")).content.decode()
    supervisor.post(page(two), looked_at(supervisor, two, one, act="apart", reason="Cousins"))
    assert found(supervisor.user) == {}
    assert Act.objects.filter(verb="accounts_kept_apart", reason="Cousins").count() == 2
    assert not Merge.objects.exists()


# -- at once --------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_money_posted_while_merging_is_never_left_on_the_duplicate(office, by):
    """The payment comes first and goes over, or it comes later and is told where to. Without the lock it would be stranded."""
    for _ in range(4):
        account, double = make_account(office, by), make_account(office, by, "Rob", "White")
        start, refusals = threading.Barrier(2), []

        def one(do, start=start, refusals=refusals):
            try:
                start.wait(5)
                do()
            except Refused as refusal:
                refusals.append(refusal)
            finally:
                connection.close()

        threads = [
            threading.Thread(target=one, args=[lambda double=double: make_payment(double, by)]),
            threading.Thread(
                target=one, args=[lambda d=double, a=account: merging.merge(d, a, "x", on=dates.today(), by=by)]
            ),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert ledger.balance(double) == (0, 0)
        assert ledger.balance(account)[1] == (0 if refusals else 5000)


@pytest.mark.django_db(transaction=True)
def test_two_who_merge_opposite_ways_at_once_merge_once(office, by):
    account, double = make_account(office, by), make_account(office, by, "Rob", "White")
    pairs, start, said = [(account, double), (double, account)], threading.Barrier(2), []

    def one(pair):
        try:
            start.wait(5)
            merging.merge(*pair, "x", on=dates.today(), by=by)
        except closing.Obstructed as obstructed:
            said.append(str(obstructed))
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=[pair]) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert Merge.objects.count() == 1
    assert len(said) == 1


@pytest.mark.django_db(transaction=True)
def test_two_merges_of_a_chain_at_once_lose_no_money(office, by):
    """The middle one's money goes on, whichever comes first; or it comes second and is told that the middle one is gone."""
    for _ in range(3):
        first, middle, last = (make_account(office, by, name, "White") for name in ("Rob", "Bob", "Bert"))
        make_payment(first, by, 5000)
        pairs = [(first, middle), (middle, last)]
        done = at_once(2, lambda n, pairs=pairs: merge_or_say(*pairs[n], by))
        assert isinstance(done[1], Merge)
        came = 5000 if isinstance(done[0], Merge) else 0
        assert [ledger.balance(one)[1] for one in (first, middle, last)] == [5000 - came, 0, came]
    assert all(result.ok for result in proof.prove())


def merge_or_say(duplicate, survivor, by):
    try:
        return merging.merge(duplicate, survivor, "x", on=dates.today(), by=by)
    except closing.Obstructed as obstructed:
        return str(obstructed)
