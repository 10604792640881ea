import time

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Note, Payment
from billing_office.lib import dates
from billing_office.staff.models import KeptForm, Role
from tests.factories import make_account, make_charge, make_due, make_user

from .conftest import PASSWORD, send_password

NOTE = "Called about the bill of <b>May</b>; will pay on Friday."
UNSENT = "Nothing was saved yet"


@pytest.fixture
def clock():
    with time_machine.travel(int(time.time()), tick=False) as traveller:
        yield traveller.shift


@pytest.fixture
def browser(clock, office):
    one = Client()
    one.user = make_user(Role.BILLER, office, username="b.one", password=PASSWORD)
    one.force_login(one.user)
    return one


@pytest.fixture
def account(office, browser):
    return make_account(office, browser.user)


@pytest.fixture
def note(account):
    return reverse("note_new", args=[account.pk])


def fields(browser, url, **more):
    """What the page's form would send: its one-time key and what is typed."""
    form = browser.get(url).context["form"]
    return {name: form[name].value() or "" for name in form.fields if form[name].is_hidden} | more


def sign_in_again(browser, username="b.one", **more):
    return send_password(browser, username, PASSWORD, **more)


def sent_too_late(browser, clock, url, data):
    clock(16 * 60)
    return browser.post(url, data, headers={"Referer": f"http://testserver{url}"})


def test_a_note_sent_too_late_is_shown_again_after_signing_in_and_sent_once(browser, clock, note):
    data = fields(browser, note, text=NOTE)
    answer = sent_too_late(browser, clock, note, data)
    assert answer["Location"] == f"/sign-in/?next={note}"
    assert not Note.objects.exists()
    answer = sign_in_again(browser, next=note)
    page = browser.get(answer["Location"])
    assert UNSENT in page.content.decode()
    assert page.context["form"]["text"].value() == NOTE
    assert not Note.objects.exists()
    again = {name: page.context["form"][name].value() for name in data}
    assert again == data  # the one-time key too
    browser.post(note, again)
    browser.post(note, again)
    assert Note.objects.filter(text=NOTE).count() == 1


def test_it_is_shown_once(browser, clock, note):
    sent_too_late(browser, clock, note, fields(browser, note, text=NOTE))
    sign_in_again(browser)
    assert UNSENT in browser.get(note).content.decode()
    assert UNSENT not in browser.get(note).content.decode()
    assert not KeptForm.objects.exists()


def test_it_is_kept_though_another_tab_noticed_the_end_first(browser, clock, note):
    data = fields(browser, note, text=NOTE)
    clock(16 * 60)
    browser.get("/my-security/", headers={"HX-Request": "true"})
    browser.post(note, data)
    sign_in_again(browser)
    assert NOTE.replace("<", "&lt;").replace(">", "&gt;") in browser.get(note).content.decode()


def test_a_payment_is_shown_and_not_posted(browser, clock, account):
    make_due(make_charge(account, browser.user), 10)
    url = reverse("payment_new", args=[account.pk])
    day = dates.today().isoformat()
    typed = {"amount": "224.00", "received_on": day, "method": "cheque", "reference": "A-7", "act": "propose"}
    form = browser.post(url, fields(browser, url, **typed)).context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    data |= typed | {"act": "post"}
    sent_too_late(browser, clock, url, data)
    sign_in_again(browser)
    page = browser.get(url)
    assert UNSENT in page.content.decode()
    assert page.context["form"]["reference"].value() == "A-7"
    assert not Payment.objects.exists()
    assert browser.post(url, data).status_code == 302
    assert Payment.objects.count() == 1


def test_another_person_at_the_same_desk_does_not_see_it(browser, clock, note, office):
    make_user(Role.BILLER, office, username="b.two", password=PASSWORD)
    sent_too_late(browser, clock, note, fields(browser, note, text=NOTE))
    sign_in_again(browser, "b.two")
    assert NOTE[:20] not in browser.get(note).content.decode()


def test_after_half_an_hour_it_is_gone(browser, clock, note):
    sent_too_late(browser, clock, note, fields(browser, note, text=NOTE))
    clock(31 * 60)
    sign_in_again(browser)
    assert NOTE[:20] not in browser.get(note).content.decode()


def test_it_is_sealed_where_it_is_kept(browser, clock, note):
    sent_too_late(browser, clock, note, fields(browser, note, text=NOTE))
    assert "bill" not in KeptForm.objects.get().sealed_fields


def test_passwords_are_not_kept(browser, clock):
    data = {"old_password": PASSWORD, "new_password1": "quite another phrase", "new_password2": "quite another phrase"}
    sent_too_late(browser, clock, reverse("own_password"), data)
    assert not KeptForm.objects.exists()


def test_whoever_signed_out_leaves_nothing_behind(browser, clock, note):
    data = fields(browser, note, text=NOTE)
    browser.post(reverse("sign_out"))
    browser.post(note, data)
    assert not KeptForm.objects.exists()


def test_a_stranger_can_have_nothing_kept(db, note):
    Client().post(note, {"text": NOTE})
    assert not KeptForm.objects.exists()


def test_a_form_from_elsewhere_is_not_kept(browser, clock, note):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser.cookies
    sent_too_late(strict, clock, note, {"text": NOTE})
    assert not KeptForm.objects.exists()


def test_a_button_pressed_too_late_is_said_not_to_be_done(browser, clock, account):
    account.refresh_from_db()
    url = reverse("outbox_retry", args=[1])
    browser.user.role = Role.SUPERVISOR
    browser.user.save()
    clock(16 * 60)
    browser.post(url, {"reason": "x"}, headers={"Referer": "http://testserver/outbox/"})
    answer = browser.get(sign_in_again(browser, next=url)["Location"], follow=True)
    assert answer.request["PATH_INFO"] == "/outbox/"
    assert "was not done" in answer.content.decode()


def test_forms_of_one_person_do_not_pile_up(browser, clock, office):
    clock(16 * 60)
    for account in [make_account(office, browser.user) for _ in range(8)]:
        browser.post(reverse("note_new", args=[account.pk]), {"text": NOTE})
    assert KeptForm.objects.count() == 5
    assert Account.objects.filter(kind="client").count() == 8
