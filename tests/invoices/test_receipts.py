"""Posting a payment: where it goes is shown first, posted after, and once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse

from accounts import ledger
from accounts.models import JournalEntry, Payment
from billing_office.audit.models import Act
from billing_office.lib import dates
from billing_office.staff.models import Role
from tests.accounts.test_charge import DAYS, MONEY
from tests.factories import make_account, make_charge, make_due, make_payer, make_payment


@pytest.fixture
def page(owing):
    return reverse("payment_new", args=[owing.pk])


@pytest.fixture
def filled(once):
    def fill(**changes):
        return {
            "once": once, "amount": "224.00", "received_on": dates.today().isoformat(), "method": "cheque", "reference": "50233",
            "act": "show",
        } | changes  # fmt: skip

    return fill


def as_shown(answer, **changes):
    """What the browser sends when the person presses Post on the page they got."""
    form = answer.context["form"]
    return {name: form[name].value() or "" for name in form.fields} | {"act": "post"} | changes


def pays(answer):
    """{charge: what its field proposes} on the page."""
    return {line.charge.pk: line.field.value() for line in answer.context["lines"] if line.field}


def test_the_page_lists_what_the_client_owes(clerk, owing, page, by, payer):
    make_charge(owing, by, 9900, description="Blood test", payer=payer)
    text = clerk.get(page).content.decode()
    assert "MRI of the lower back" in text and "224.00" in text
    assert "Blood test" not in text


def test_the_allocation_is_shown_before_anything_is_posted(clerk, owing, page, filled):
    answer = clerk.post(page, filled(amount="300"))
    assert pays(answer) == {owing.charge.pk: "224.00"}
    assert answer.context["sums"].unapplied == 7600
    assert "Post $300.00" in answer.content.decode()
    assert not Payment.objects.exists()


def test_posting_at_once_shows_first(clerk, page, filled):
    answer = clerk.post(page, filled(act="post"))
    assert "Nothing is posted yet" in answer.content.decode()
    assert not Payment.objects.exists()


def test_what_was_shown_is_posted(clerk, owing, page, filled):
    shown = clerk.post(page, filled())
    answer = clerk.post(page, as_shown(shown), follow=True)
    assert "Posted $224.00 to Robert White." in answer.content.decode()
    payment = owing.payments.get()
    assert (payment.cents, payment.method, payment.reference, payment.created_by) == (
        22400,
        "cheque",
        "50233",
        clerk.user,
    )
    assert ledger.balance(owing) == (0, 0)
    act = Act.objects.get(verb="payment_posted")
    assert (act.object_id, act.account_id, act.detail) == (payment.pk, owing.pk, {})


def test_what_is_due_first_is_proposed_first(clerk, owing, by, page, filled):
    older = make_charge(owing, by, 10000, days_ago=200)
    answer = clerk.post(page, filled(amount="250"))
    assert pays(answer) == {owing.charge.pk: "224.00", older.pk: "26.00"}
    assert [line.charge.pk for line in answer.context["lines"]] == [owing.charge.pk, older.pk]


def test_a_person_may_lay_it_elsewhere(clerk, owing, by, page, filled):
    other = make_charge(owing, by, 10000)
    shown = clerk.post(page, filled(amount="150"))
    clerk.post(page, as_shown(shown, **{f"pay_{owing.charge.pk}": "", f"pay_{other.pk}": "100"}))
    assert {item.charge_id: item.cents for item in owing.open_items.all()} == {owing.charge.pk: 22400, other.pk: 0}
    assert ledger.balance(owing) == (22400, 5000)


def test_what_was_changed_is_worked_out_without_proposing_anew(clerk, owing, page, filled):
    shown = clerk.post(page, filled())
    answer = clerk.post(page, as_shown(shown, act="show", **{f"pay_{owing.charge.pk}": "100"}))
    assert pays(answer) == {owing.charge.pk: "100"}
    assert (answer.context["lines"][0].left, answer.context["sums"].unapplied) == (12400, 12400)


def test_another_amount_is_laid_out_anew_before_it_is_posted(clerk, owing, page, filled):
    shown = clerk.post(page, filled())
    answer = clerk.post(page, as_shown(shown, amount="50"))
    assert pays(answer) == {owing.charge.pk: "50.00"}
    assert not Payment.objects.exists()
    clerk.post(page, as_shown(answer))
    assert Payment.objects.get().cents == 5000


def test_money_for_one_who_owes_nothing_stands_unapplied(clerk, account, filled):
    page = reverse("payment_new", args=[account.pk])
    shown = clerk.post(page, filled())
    assert "will stand unapplied on the account" in shown.content.decode()
    clerk.post(page, as_shown(shown))
    assert ledger.balance(account) == (0, 22400)


# -- refusals: nothing posted, nothing typed is lost --------------------------------------------------------------------


def test_more_than_what_is_open_is_refused_at_its_field(clerk, owing, page, filled):
    shown = clerk.post(page, filled(amount="324"))
    answer = clerk.post(page, as_shown(shown, **{f"pay_{owing.charge.pk}": "324"}))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Only 224.00 is open" in text
    assert 'value="324"' in text and 'value="50233"' in text
    assert not Payment.objects.exists()


def test_parts_above_the_payment_are_refused(clerk, owing, by, page, filled):
    other = make_charge(owing, by, 10000)
    shown = clerk.post(page, filled())
    answer = clerk.post(page, as_shown(shown, **{f"pay_{other.pk}": "100"}))
    assert "You laid 324.00 on charges, but 224.00 was received. Lower the parts by 100.00." in answer.content.decode()
    assert not Payment.objects.exists()


def test_what_somebody_else_settled_meanwhile_is_told_and_not_left_unapplied_unsaid(clerk, owing, by, page, filled):
    shown = clerk.post(page, filled())
    make_payment(owing, by, 22400, shares={owing.charge: 22400})
    answer = clerk.post(page, as_shown(shown))
    assert answer.status_code == 422
    assert "settled meanwhile" in answer.content.decode()
    assert Payment.objects.count() == 1


def test_another_accounts_charge_cannot_be_paid_from_here(clerk, office, owing, by, page, filled):
    theirs = make_charge(make_account(office, by, "Luis", "Ortega"), by)
    shown = clerk.post(page, filled())
    answer = clerk.post(page, as_shown(shown, **{f"pay_{owing.charge.pk}": "", f"pay_{theirs.pk}": "224"}))
    assert answer.status_code == 422
    assert not Payment.objects.exists()


@pytest.mark.parametrize("amount", MONEY)
def test_what_is_no_amount_is_refused_at_the_field(clerk, page, filled, amount):
    answer = clerk.post(page, filled(amount=amount))
    assert answer.status_code == 422
    assert answer.context["form"]["amount"].errors
    assert "50233" in answer.content.decode()
    assert not JournalEntry.objects.filter(kind="client_payment").exists()


@pytest.mark.parametrize("part", [text for text in MONEY if text not in ("", "0", "0.00")])
def test_what_is_no_amount_is_refused_at_its_line(clerk, owing, page, filled, part):
    shown = clerk.post(page, filled())
    answer = clerk.post(page, as_shown(shown, **{f"pay_{owing.charge.pk}": part}))
    assert answer.status_code == 422
    assert answer.context["lines"][0].field.errors
    assert not Payment.objects.exists()


@pytest.mark.parametrize("day", [*DAYS, (dates.today() + timedelta(days=2)).isoformat()])
def test_what_is_no_day_of_receipt_is_refused_at_the_field(clerk, page, filled, day):
    shown = clerk.post(page, filled())
    answer = clerk.post(page, as_shown(shown, received_on=day))
    assert answer.status_code == 422
    assert answer.context["form"]["received_on"].errors
    assert not Payment.objects.exists()


@pytest.mark.parametrize("reference", ["4111 1111 1111 1111", "card 5555555555554444 12/27", "x" * 61, "a\x00b"])
def test_card_numbers_and_rubbish_are_no_reference(clerk, page, filled, reference):
    shown = clerk.post(page, filled())
    answer = clerk.post(page, as_shown(shown, reference=reference))
    assert answer.status_code == 422
    assert answer.context["form"]["reference"].errors
    assert not Payment.objects.exists()


# -- from a payer -----------------------------------------------------------------------------------------------------------


def test_a_biller_posts_a_payers_money_and_the_rest_stands_at_the_payer(biller, owing, by, payer, page, filled):
    theirs = make_charge(owing, by, 10000, payer=payer)
    shown = biller.post(page, filled(amount="150", party=payer.pk))
    assert pays(shown) == {theirs.pk: "100.00"}
    biller.post(page, as_shown(shown))
    assert (ledger.balance(owing), ledger.balance(payer.house_account)) == ((22400, 0), (0, 5000))
    assert Payment.objects.get().payer == payer
    assert Act.objects.get(verb="payment_posted").account_id == owing.pk


def test_another_party_is_laid_out_anew(biller, owing, by, payer, page, filled):
    make_charge(owing, by, 10000, payer=payer)
    shown = biller.post(page, filled())
    answer = biller.post(page, as_shown(shown, party=payer.pk))
    assert list(pays(answer).values()) == ["100.00"]
    assert not Payment.objects.exists()


def test_a_clerk_is_offered_no_payer_and_posts_none(clerk, owing, by, payer, page, filled):
    make_charge(owing, by, 10000, payer=payer)
    shown = clerk.post(page, filled(party=payer.pk))
    assert payer.name not in shown.content.decode()
    clerk.post(page, as_shown(shown, party=payer.pk))
    assert Payment.objects.get().payer is None


def test_no_payer_of_that_name_is_refused(biller, page, filled):
    assert biller.post(page, filled(party="9" * 30)).status_code == 422


# -- who, and how often ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.COLLECTOR, Role.AUDITOR, Role.ADMIN])
def test_other_roles_post_no_payment(signed_in, page, filled, role):
    assert signed_in(role).post(page, filled()).status_code == 403


def test_a_form_sent_twice_posts_once_and_says_so(clerk, owing, page, filled):
    sent = as_shown(clerk.post(page, filled(amount="100")))
    clerk.post(page, sent)
    answer = clerk.post(page, sent, follow=True)
    assert "nothing was posted twice" in answer.content.decode()
    assert (Payment.objects.count(), Act.objects.filter(verb="payment_posted").count()) == (1, 1)
    assert ledger.balance(owing) == (12400, 0)


@pytest.mark.parametrize("amount", ["100", "224", "300"])
def test_a_form_sent_twice_that_settled_its_charges_still_ends_at_the_account(clerk, owing, page, filled, amount):
    sent = as_shown(clerk.post(page, filled(amount=amount)))
    first, second = clerk.post(page, sent), clerk.post(page, sent)
    assert first["Location"] == second["Location"] == reverse("account", args=[owing.pk])
    assert Payment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("presses", [2, 10])
def test_presses_at_the_same_moment_post_once(clerk, owing, page, filled, presses):
    sent = as_shown(clerk.post(page, filled()))
    ready, answers = threading.Barrier(presses), []

    def press():
        browser = Browser()
        browser.cookies = clerk.cookies
        ready.wait()
        answers.append(browser.post(page, sent))
        connection.close()

    threads = [threading.Thread(target=press) for _ in range(presses)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer["Location"] for answer in answers} == {reverse("account", args=[owing.pk])}
    assert (Payment.objects.count(), Act.objects.filter(verb="payment_posted").count()) == (1, 1)
    assert ledger.balance(owing) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_two_people_never_pay_more_than_what_is_open(clerk, biller, owing, page, filled, once):
    ready, answers = threading.Barrier(2), []

    def press(browser, sent):
        ready.wait()
        answers.append(browser.post(page, sent).status_code)
        connection.close()

    other = once[:-1] + ("0" if once[-1] != "0" else "1")
    forms = [(one, as_shown(one.post(page, filled(once=key)))) for one, key in [(clerk, once), (biller, other)]]
    threads = [threading.Thread(target=press, args=form) for form in forms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [302, 422]
    assert ledger.balance(owing) == (0, 0)


def test_a_payment_page_takes_few_queries_however_much_is_owed(clerk, owing, by, page, django_assert_max_num_queries):
    for n in range(20):
        make_due(make_charge(owing, by, 1000 + n), n)
    make_payer(by, "Aetna")
    with django_assert_max_num_queries(9):
        clerk.get(page)
