"""Receipts over many accounts, as their lines say: a payer's cheque with its remittance, a parent paying for two accounts."""

import uuid

import pytest
from django.urls import reverse

from accounts import ledger
from accounts.models import Book, Charge, Kind, Payment
from billing_office.audit.models import Act
from billing_office.desk.proof import prove
from billing_office.lib import dates
from billing_office.staff.models import Role
from invoices import issuing
from tests.factories import make_account, make_charge, make_due, make_payer

from .test_receipts import as_shown, pays


@pytest.fixture
def employer(by):
    return make_payer(by, "Lone Star Freight", "employer")


@pytest.fixture
def two(office, by, employer):
    """Two accounts on which the employer owes 85.00 and 412.80, and the client of the first 50.00."""
    first, second = make_account(office, by, "Luis", "Ortega"), make_account(office, by, "Tanya", "Brooks")
    first.charge = make_charge(first, by, 8500, payer=employer, description="Work fitness exam")
    second.charge = make_charge(second, by, 41280, payer=employer, description="Injury visit", days_ago=60)
    first.own = make_charge(first, by, 5000, description="Travel vaccine")
    return first, second


@pytest.fixture
def page(employer):
    return reverse("payer_payment_new", args=[employer.pk])


def filled(**changes):
    return {
        "once": str(uuid.uuid4()), "amount": "497.80", "received_on": dates.today().isoformat(), "method": "eft", "reference": "TRN50233",
        "act": "show",
    } | changes  # fmt: skip


def test_a_payers_cheque_pays_on_every_account_where_it_owes(biller, two, page, employer):
    first, second = two
    shown = biller.post(page, filled(amount="500"))
    assert pays(shown) == {second.charge.pk: "412.80", first.charge.pk: "85.00"}
    assert "Luis Ortega" in shown.content.decode() and "2 accounts" in shown.content.decode()
    biller.post(page, as_shown(shown))
    assert [ledger.balance(one) for one in (first, second, employer.house_account)] == [(5000, 0), (0, 0), (0, 220)]
    payment = Payment.objects.get()
    assert (payment.payer, payment.cents, payment.method, payment.account) == (
        employer,
        50000,
        "eft",
        employer.house_account,
    )
    acts = Act.objects.filter(verb="payment_posted").values_list("account_id", flat=True)
    assert set(acts) == {first.pk, second.pk}


@pytest.mark.parametrize("between", ["\t", " ", ", ", ";", "  Luis Ortega  ", ',"'])
def test_the_pasted_remittance_says_where_it_goes(biller, two, page, between):
    first, second = two
    text = f"{first.number}{between}85.00\n\nC-{second.charge.pk}{between}100.00\n"
    shown = biller.post(page, filled(amount="200", stub=text))
    assert pays(shown) == {first.charge.pk: "85.00", second.charge.pk: "100.00"}
    assert shown.context["sums"].unapplied == 1500


def test_what_the_remittance_leaves_stands_unapplied_and_is_laid_nowhere_by_guess(biller, two, page, employer):
    first, second = two
    shown = biller.post(page, filled(stub=f"{first.number} 85.00"))
    assert [line.charge.pk for line in shown.context["lines"]] == [first.charge.pk]
    biller.post(page, as_shown(shown))
    assert (ledger.balance(second), ledger.balance(employer.house_account)) == ((41280, 0), (0, 41280))


def test_of_a_payer_who_owes_nothing_all_stands_unapplied(biller, page, employer):
    shown = biller.post(page, filled(amount="20"))
    assert "owes nothing that you may see" in shown.content.decode()
    biller.post(page, as_shown(shown))
    assert ledger.balance(employer.house_account) == (0, 2000)


def test_more_than_is_open_is_told(biller, two, page):
    first, _ = two
    shown = biller.post(page, filled(stub=f"{first.number} 1,085.00"))
    assert pays(shown) == {first.charge.pk: "85.00"}
    assert "is paid 1,085.00, but only 85.00 is open there" in shown.content.decode()


@pytest.mark.parametrize(
    "text, said",
    [
        ("A-99999 85.00", "no account, invoice or charge has the number “A-99999”"),
        ("A-10001 Robert White", "“White” is no amount"),
        ("A-10001 -5", "“-5” is no amount"),
        ("A-10001 NaN", "“NaN” is no amount"),
        ("C-99999999999999999999", "no account, invoice or charge"),
        ("A-10001 1e9", "“1e9” is no amount"),
        ("A-10001 ٨٥", "is no amount"),
        ("A-10001 0.001", "is no amount"),
        ("A-1\n" * 301, "one receipt takes 300"),
        ("<script>alert(1)</script> 5", "no account, invoice or charge"),
    ],
)
def test_what_cannot_be_read_or_found_is_named_by_its_line_and_nothing_is_posted(biller, two, page, text, said):
    answer = biller.post(page, filled(stub=text, act="post"))
    assert answer.status_code == 422
    assert said in " ".join(answer.context["form"]["stub"].errors)
    assert not Payment.objects.exists()


def test_a_line_under_which_nothing_is_owed_is_named(biller, two, page, account):
    answer = biller.post(page, filled(stub=account.number))
    assert "Lone Star Freight owes nothing under" in answer.content.decode()


def test_another_text_is_laid_out_anew_before_it_is_posted(biller, two, page):
    first, second = two
    shown = biller.post(page, filled(stub=first.number))
    answer = biller.post(page, as_shown(shown, stub=second.number))
    assert "Nothing is posted yet" in answer.content.decode()
    assert not Payment.objects.exists()


def test_accounts_of_another_office_are_neither_found_nor_paid(biller, two, page, foreign, by, employer):
    theirs = make_charge(foreign, by, 30000, payer=employer, days_ago=300)
    assert theirs.pk not in pays(biller.post(page, filled()))
    for text in (foreign.number, f"C-{theirs.pk}"):
        assert "no account, invoice or charge" in biller.post(page, filled(stub=text)).content.decode()


def test_a_client_may_pay_an_invoice_a_charge_and_for_another_account(clerk, two, owing, by):
    first, _ = two
    older = make_charge(owing, by, 10000, days_ago=200)
    invoice = issuing.issue(first, on=dates.today(), by=by, key="t")
    page = reverse("payment_new", args=[owing.pk])
    shown = clerk.post(page, filled(amount="130", method="cheque", stub=f"{invoice.number}\nC-{older.pk} 60"))
    assert pays(shown) == {first.own.pk: "50.00", older.pk: "60.00", owing.charge.pk: "20.00"}
    clerk.post(page, as_shown(shown))
    assert [ledger.balance(one) for one in (owing, first)] == [(22400 + 10000 - 8000, 0), (8500, 0)]
    payment = Payment.objects.get()
    assert (payment.account, payment.cents, ledger.unapplied(payment)) == (owing, 13000, 0)


def test_the_same_cheque_is_asked_about_before_it_is_posted_again(biller, two, page):
    shown = biller.post(page, filled(amount="85"))
    biller.post(page, as_shown(shown))
    again = biller.post(page, filled(amount="85"))
    assert "Posted before?" in again.content.decode()


def test_no_eft_without_a_payer(clerk, owing):
    page = reverse("payment_new", args=[owing.pk])
    assert "An EFT comes from a payer" in clerk.post(page, filled()).content.decode()


def test_who_may_not_post_for_payers_has_no_such_page(clerk, two, page):
    assert clerk.get(page).status_code == 403


@pytest.mark.parametrize("role", [Role.COLLECTOR, Role.AUDITOR, Role.ADMIN])
def test_other_roles_find_nobody_to_post_for(signed_in, role):
    assert signed_in(role).get(reverse("receipt_new")).status_code == 403


# -- who paid -------------------------------------------------------------------------------------------------------------


def test_a_number_leads_straight_to_the_receipt(clerk, owing, by):
    invoice = issuing.issue(owing, on=dates.today(), by=by, key="t")
    home = reverse("payment_new", args=[owing.pk])
    find = reverse("receipt_new")
    assert clerk.get(find, {"q": owing.number.lower()})["Location"] == home
    opened = clerk.get(find, {"q": invoice.number}, follow=True)
    assert opened.redirect_chain == [(f"{home}?for={invoice.number}", 302)]
    assert opened.context["form"]["stub"].value() == invoice.number


def test_several_who_may_be_meant_are_listed_payers_for_those_who_post_theirs(clerk, biller, office, by):
    make_account(office, by, "Maria", "Lone")
    make_account(office, by, "Peter", "Lone")
    make_payer(by, "Lone Star Freight")
    find = reverse("receipt_new")
    theirs, ours = (one.get(find, {"q": "lone"}).content.decode() for one in (clerk, biller))
    assert "Maria Lone" in theirs and "Peter Lone" in theirs and "Lone Star Freight" not in theirs
    assert "Lone Star Freight" in ours


def test_nobody_of_another_office_is_found(clerk, foreign):
    answer = clerk.get(reverse("receipt_new"), {"q": foreign.number})
    assert answer.status_code == 200 and "Luis Ortega" not in answer.content.decode()


# -- in which order ---------------------------------------------------------------------------------------------------------


def test_oldest_first_when_the_client_says_so(clerk, owing, by):
    older = make_charge(owing, by, 10000, days_ago=200)
    page = reverse("payment_new", args=[owing.pk])
    shown = clerk.post(page, filled(amount="150", method="cheque"))
    assert pays(shown) == {owing.charge.pk: "150.00", older.pk: ""}
    assert pays(clerk.post(page, as_shown(shown, act="oldest"))) == {older.pk: "100.00", owing.charge.pk: "50.00"}
    assert pays(clerk.post(page, as_shown(shown, act="due"))) == {owing.charge.pk: "150.00", older.pk: ""}


@pytest.mark.parametrize("order, first", [("costs interest principal", "fee"), ("principal costs interest", "service")])
def test_the_office_says_whether_late_fees_or_services_are_paid_first(clerk, owing, by, office, order, first):
    office.pay_order = order
    office.save()
    fee = _late_fee(owing, by)
    make_due(fee, 5)
    shown = clerk.post(reverse("payment_new", args=[owing.pk]), filled(amount="10", method="cheque"))
    paid = {charge for charge, cents in pays(shown).items() if cents}
    assert paid == {fee.pk if first == "fee" else owing.charge.pk}


def _late_fee(account, by):
    """A charge of a late fee, as the ledger's chart books it."""
    day = dates.today()
    charge = Charge(account=account, service_on=day, description="Late fee", cents=1000, created_by=by)

    def entries():
        legs = [(Book.RECEIVABLE, 1000), (Book.LATE_FEES, -1000)]
        legs = tuple(ledger.Leg(book, cents, charge=charge.pk) for book, cents in legs)
        return [ledger.Entry(account.pk, Kind.LATE_FEE, day, legs, "test:fee")]

    ledger.bring_in([charge], [], entries, by)
    return charge


# -- cards ------------------------------------------------------------------------------------------------------------------


def card(**changes):
    return filled(amount="50", method="card", card_brand="visa", card_last4="1111", card_token="tok_8Q2M41") | changes


def test_of_a_card_brand_last_four_and_token_are_kept(clerk, owing):
    page = reverse("payment_new", args=[owing.pk])
    clerk.post(page, as_shown(clerk.post(page, card())))
    payment = Payment.objects.get()
    assert (payment.card_brand, payment.card_last4, payment.card_token) == ("visa", "1111", "tok_8Q2M41")
    assert payment.means == "Visa ending 1111"


@pytest.mark.parametrize(
    "field, typed",
    [
        ("card_last4", ""), ("card_last4", "111"), ("card_last4", "4111111111111111"), ("card_last4", "١١١١"),
        ("card_token", "4111111111111111"), ("card_token", "4111 1111 1111 1111"), ("card_token", "1234567890123"),
        ("reference", "4111-1111-1111-1111"), ("stub", "4111 1111 1111 1111"),
    ],
)  # fmt: skip
def test_what_may_be_a_card_number_is_refused_at_its_field_and_is_not_shown_again(clerk, owing, field, typed):
    answer = clerk.post(reverse("payment_new", args=[owing.pk]), card(**{field: typed}))
    assert answer.status_code == 422
    assert answer.context["form"][field].errors
    assert "4111 1111 1111 1111" not in answer.content.decode()
    assert not Payment.objects.exists()


def test_card_facts_typed_before_another_method_was_chosen_are_not_kept(clerk, owing):
    page = reverse("payment_new", args=[owing.pk])
    clerk.post(page, as_shown(clerk.post(page, card(method="cheque"))))
    assert Payment.objects.get().card_last4 == ""


def test_the_books_are_right_after_all_this(biller, clerk, two, page, owing):
    first, second = two
    shown = biller.post(page, filled(amount="600", stub=f"{first.number}\n{second.number} 100"))
    biller.post(page, as_shown(shown))
    home = reverse("payment_new", args=[owing.pk])
    clerk.post(home, as_shown(clerk.post(home, filled(amount="300", method="cheque", stub=f"{first.number} 20"))))
    assert [found.name for found in prove() if not found.ok] == []
