"""The ledger's verbs: what they post, what they refuse, and that twice is once."""

from datetime import date

import pytest

from accounts import ledger
from accounts.models import Due, JournalEntry, Kind, OpenItem, Payment, Posting

from .conftest import DAY, sound


def legs(entry):
    return {(p.book, p.payer_id): p.cents for p in entry.postings.all()}


def open_now(charge, payer=None):
    return OpenItem.objects.get(charge=charge, payer=payer).cents


def test_a_charge_is_owed_by_its_payer(books):
    charge = books.charge(50_000, payer=books.payer)
    assert legs(JournalEntry.objects.get()) == {("receivable", books.payer.pk): 50_000, ("revenue", None): -50_000}
    assert open_now(charge, books.payer) == 50_000
    assert ledger.balance(books.account) == (50_000, 0)


def test_the_worked_example_of_the_domain_adds_up(books):
    """Billed 500.00, allowed 320.00, deductible 200.00, then 80/20: the insurer pays 96.00, the client owes 224.00."""
    charge, payer = books.charge(50_000, payer=books.payer), books.payer
    ledger.adjust(Kind.CONTRACTUAL_WRITEOFF, charge, 18_000, on=DAY, key="co45", by=books.by, payer=payer)
    ledger.receive_payer_payment(
        payer, cents=15_000, received_on=DAY, method="cheque", key="r1", by=books.by,
        shares={books.account.pk: [ledger.Share(charge.pk, 9_600)]},
    )  # fmt: skip
    ledger.transfer_responsibility(charge, 22_400, source=payer, target=None, on=DAY, key="pr", by=books.by)
    assert (open_now(charge, payer), open_now(charge)) == (0, 22_400)
    assert ledger.balance(books.account) == (22_400, 0)
    assert ledger.balance(payer.house_account) == (0, 5_400)
    assert sound() == []


def test_money_for_an_unknown_claim_waits_on_the_house_account_until_it_is_found(books):
    payment = ledger.receive_payer_payment(
        books.payer, cents=5_400, received_on=DAY, method="cheque", key="r", by=books.by, shares={}
    )
    charge = books.charge(9_000, payer=books.payer)
    entries = ledger.allocate(payment, books.account, [ledger.Share(charge.pk, 5_400)], on=DAY, key="a", by=books.by)
    assert len(entries) == 2
    assert open_now(charge, books.payer) == 3_600
    assert ledger.balance(books.payer.house_account) == (0, 0)
    assert sound() == []


def test_what_a_client_pays_beyond_the_shares_is_unapplied(books):
    charge = books.charge(22_400)
    payment = books.pay(30_000, (charge, 22_400))
    assert ledger.balance(books.account) == (0, 7_600)
    assert ledger.unapplied(payment) == 7_600


@pytest.mark.parametrize(
    "shares, words",
    [([22_401], "more than what is open"), ([20_000, 11_000], "more than the payment"), ([-1], "must not be negative")],
)
def test_a_payment_that_does_not_fit_is_refused_whole(books, shares, words):
    charges = [books.charge(22_400) for _ in shares]
    with pytest.raises(ledger.Refused, match=words):
        books.pay(30_000, *zip(charges, shares, strict=True))
    assert not Payment.objects.exists()


def test_a_payment_of_nothing_is_refused(books):
    with pytest.raises(ledger.Refused, match="more than 0.00"):
        books.pay(0)


def test_the_same_key_posts_once(books):
    charge = books.charge(22_400)
    first = books.pay(10_000, (charge, 10_000), key="same")
    again = books.pay(10_000, (charge, 10_000), key="same")
    assert again == first
    assert open_now(charge) == 12_400


def test_what_was_undone_can_be_posted_again_with_the_same_key(books):
    charge = books.charge(22_400)
    for _ in range(3):
        books.pay(10_000, (charge, 10_000), key="same")
        ledger.reverse(ledger.posted_as("same"), on=DAY, by=books.by, memo="bounced")
    books.pay(10_000, (charge, 10_000), key="same")
    assert open_now(charge) == 12_400
    assert JournalEntry.objects.filter(source_key="same:4").exists()
    assert sound() == []


def test_reversing_twice_is_once(books):
    charge = books.charge(22_400)
    entry = ledger.posted_as("c1")
    first = ledger.reverse(entry, on=DAY, by=books.by, memo="wrong client")
    assert ledger.reverse(entry, on=DAY, by=books.by, memo="wrong client") == first
    assert open_now(charge) == 0


def test_a_reversal_is_never_reversed(books):
    books.charge(22_400)
    reversal = ledger.reverse(ledger.posted_as("c1"), on=DAY, by=books.by, memo="wrong")
    with pytest.raises(ledger.Refused, match="Post the entry anew"):
        ledger.reverse(reversal, on=DAY, by=books.by, memo="wrong")


def test_an_entry_that_later_ones_stand_on_is_not_reversed_and_they_are_named(books):
    charge = books.charge(22_400)
    books.pay(10_000, (charge, 10_000), key="pay")
    with pytest.raises(ledger.StillNeeded) as refused:
        ledger.reverse(ledger.posted_as("c1"), on=DAY, by=books.by, memo="wrong")
    assert refused.value.entries == [ledger.posted_as("pay")]
    assert "Client payment" in str(refused.value)


def test_a_payment_whose_rest_was_spent_is_not_reversed(books):
    payment = books.pay(10_000, key="pay")
    charge = books.charge(6_000)
    (spent,) = ledger.allocate(payment, books.account, [ledger.Share(charge.pk, 6_000)], on=DAY, key="a", by=books.by)
    with pytest.raises(ledger.StillNeeded) as refused:
        ledger.reverse(ledger.posted_as("pay"), on=DAY, by=books.by, memo="bounced")
    assert refused.value.entries == [spent]


def test_a_payment_made_before_an_entry_may_live_on_it(books):
    """20 move, 10 are paid, 10 more move, the first move is undone: now the payment stands on the second."""
    charge, move = books.charge(10_000, payer=books.payer), {"source": books.payer, "target": None, "by": books.by}
    first = ledger.transfer_responsibility(charge, 2_000, on=DAY, key="first", **move)
    books.pay(1_000, (charge, 1_000), key="pay")
    second = ledger.transfer_responsibility(charge, 1_000, on=DAY, key="second", **move)
    ledger.reverse(first, on=DAY, by=books.by, memo="wrong")
    with pytest.raises(ledger.StillNeeded) as refused:
        ledger.reverse(second, on=DAY, by=books.by, memo="wrong")
    assert refused.value.entries == [ledger.posted_as("pay")]


def test_a_payers_payment_is_undone_on_all_its_accounts(books):
    charge = books.charge(9_000, payer=books.payer)
    shares = {books.account.pk: [ledger.Share(charge.pk, 9_000)]}
    ledger.receive_payer_payment(
        books.payer, cents=10_000, received_on=DAY, method="cheque", key="r", by=books.by, shares=shares
    )
    ledger.reverse(ledger.posted_as(f"r:{books.account.pk}"), on=DAY, by=books.by, memo="stopped")
    assert open_now(charge, books.payer) == 9_000
    assert ledger.balance(books.payer.house_account) == (0, 0)
    assert sound() == []


def test_more_than_is_open_cannot_move_or_be_written_off(books):
    charge = books.charge(9_000, payer=books.payer)
    with pytest.raises(ledger.Refused, match="more than what is open"):
        ledger.transfer_responsibility(charge, 9_001, source=books.payer, target=None, on=DAY, key="t", by=books.by)
    with pytest.raises(ledger.Refused, match="more than what is open"):
        ledger.adjust(Kind.BAD_DEBT, charge, 1, on=DAY, key="b", by=books.by)


def test_an_entry_touches_only_the_books_of_its_kind(books):
    charge = books.charge(9_000)
    strange = ledger.Entry(
        books.account.pk, Kind.BAD_DEBT, DAY,
        (ledger.Leg("revenue", 100, charge=charge.pk), ledger.Leg("receivable", -100, charge=charge.pk)), "x",
    )  # fmt: skip
    with pytest.raises(ValueError, match="does not touch"):
        ledger.post(strange, books.by)


def test_an_open_item_counts_from_when_it_last_rose_from_nothing(books):
    charge = books.charge(9_000, on=date(2026, 1, 5))
    books.pay(9_000, (charge, 9_000), on=date(2026, 2, 1), key="pay")
    ledger.reverse(ledger.posted_as("pay"), on=date(2026, 2, 20), by=books.by, memo="bounced")
    assert OpenItem.objects.get(charge=charge).since == date(2026, 2, 20)


def test_a_later_version_of_dues_supersedes_the_former_whole(books):
    charge = books.charge(9_000)
    item = OpenItem.objects.get(charge=charge)
    ledger.fall_due(item, {date(2026, 10, 1): 9_000}, from_day=DAY, because="LAKE-INV-1")
    later = {date(2026, 11, 1): 4_500, date(2026, 12, 1): 4_500}
    ledger.fall_due(item, later, from_day=date(2026, 9, 20), because="PL-1")
    assert ledger.dues_in_force(item, date(2026, 9, 20)) == later
    assert ledger.dues_in_force(item, date(2026, 9, 19)) == {date(2026, 10, 1): 9_000}
    assert Due.objects.count() == 3


def test_a_second_invoice_keeps_what_is_open_on_the_first(books):
    charge = books.charge(22_400)
    item = OpenItem.objects.get(charge=charge)
    ledger.fall_due_also(item, 22_400, date(2026, 10, 14), from_day=DAY, because="first")
    books.pay(10_000, (charge, 10_000))
    item.refresh_from_db()
    ledger.fall_due_also(item, 2_400, date(2026, 11, 14), from_day=date(2026, 10, 15), because="second")
    assert ledger.dues_in_force(item, date(2026, 10, 15)) == {date(2026, 10, 14): 10_000, date(2026, 11, 14): 2_400}


def test_every_posting_of_money_names_its_payment(books):
    books.pay(10_000)
    assert not Posting.objects.filter(book__in=["cash", "unapplied"], payment=None).exists()
