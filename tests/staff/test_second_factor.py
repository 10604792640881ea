import io
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from billing_office.audit.models import Act
from billing_office.staff import second_factor
from billing_office.staff.models import RecoveryCode, Role, SecondFactor

from .conftest import PASSWORD, code_of, is_in, send_code, send_password

SECRET = re.compile(r"data-secret>([A-Z2-7]+)<")
CODES = re.compile(r"data-code>([a-z0-9-]+)<")


@pytest.fixture
def required(settings):
    settings.SECOND_FACTOR_REQUIRED = True


def test_the_codes_are_those_of_the_rfc():
    assert code_of("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 59) == "287082"  # RFC 6238, appendix B, its last six figures


def test_with_an_app_the_password_alone_opens_no_page(client, with_factor):
    with_factor(Role.CLERK)
    send_password(client, "a.clerk")
    for pattern in get_resolver().url_patterns:
        for one in pattern.url_patterns:
            if "<" not in str(one.pattern) and one.callback.may != "public":
                assert client.get(reverse(one.name)).status_code == 302, one.name


def test_password_and_code_open_the_page_that_was_asked_for(client, with_factor):
    user = with_factor(Role.CLERK)
    send_password(client, "a.clerk")
    assert send_code(client, code_of(user.secret))["Location"] == "/my-security/"
    assert is_in(client)


@pytest.mark.parametrize("code", ["000000", "", "abc", "١٢٣٤٥٦", "1234567", "\x00"])
def test_a_wrong_code_does_not(client, with_factor, code):
    with_factor(Role.CLERK)
    send_password(client, "a.clerk")
    assert send_code(client, code).status_code == 422
    assert not is_in(client)


@pytest.mark.parametrize(("seconds", "works"), [(-61, False), (-30, True), (0, True), (30, True), (61, False)])
def test_a_clock_may_be_one_step_off(client, with_factor, seconds, works):
    user = with_factor(Role.CLERK)
    send_password(client, "a.clerk")
    now = time.time() // 30 * 30 + 15
    with time_machine.travel(now, tick=False):
        send_password(client, "a.clerk")
        send_code(client, code_of(user.secret, now + seconds))
        assert is_in(client) == works


def test_a_code_is_used_once(client, with_factor):
    user = with_factor(Role.CLERK)
    other = Client()
    with time_machine.travel(time.time(), tick=False):
        for browser in (client, other):
            send_password(browser, "a.clerk")
            send_code(browser, code_of(user.secret))
        assert (is_in(client), is_in(other)) == (True, False)


def test_an_older_code_is_spent_with_a_newer_one(client, with_factor):
    user, other, now = with_factor(Role.CLERK), Client(), time.time()
    with time_machine.travel(now, tick=False):
        send_password(client, "a.clerk")
        send_code(client, code_of(user.secret, now + 30))
        send_password(other, "a.clerk")
        send_code(other, code_of(user.secret, now))
        assert (is_in(client), is_in(other)) == (True, False)


@pytest.mark.django_db(transaction=True)
def test_a_code_that_arrives_four_times_at_once_counts_once(with_factor):
    user, now = with_factor(Role.CLERK), timezone.now()
    code = code_of(user.secret, now.timestamp())

    def check(_):
        try:
            return second_factor.check(user, code, now)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(check, range(4))) == ["", "", "", "app"]


def test_guessing_codes_is_slowed(client, with_factor):
    user = with_factor(Role.CLERK)
    send_password(client, "a.clerk")
    answers = [send_code(client, "000000").status_code for _ in range(7)]
    assert answers == [422] * 5 + [429] * 2
    assert send_code(client, code_of(user.secret)).status_code == 429  # even the right one waits
    assert Act.objects.filter(verb="sign_in_paused", object_id=user.pk, detail__by="code").count() == 1


def test_the_half_signed_in_state_does_not_outlive_ten_minutes_or_a_new_password(client, with_factor):
    user = with_factor(Role.CLERK)
    send_password(client, "a.clerk")
    with time_machine.travel(time.time() + 601, tick=False):
        send_code(client, code_of(user.secret))
    assert not is_in(client)
    send_password(client, "a.clerk")
    user.set_password("quite another phrase")
    user.save()
    send_code(client, code_of(user.secret))
    assert not is_in(client)


def test_a_recovery_code_signs_in_once(client, with_factor):
    user, other = with_factor(Role.CLERK), Client()
    for browser in (client, other):
        send_password(browser, "a.clerk")
        send_code(browser, user.codes[0].upper().replace("-", " "))
    assert (is_in(client), is_in(other)) == (True, False)
    assert RecoveryCode.objects.filter(user=user, used_at=None).count() == 9
    assert Act.objects.get(verb="signed_in").detail["second_factor"] == "recovery code"


def test_a_code_of_a_colleague_does_not_count(client, with_factor):
    with_factor(Role.CLERK)
    other = with_factor(Role.BILLER)
    send_password(client, "a.clerk")
    for code in (code_of(other.secret), other.codes[0]):
        assert send_code(client, code).status_code == 422


def test_neither_secret_nor_codes_stand_in_the_database(with_factor):
    user = with_factor(Role.CLERK)
    stored = SecondFactor.objects.get(user=user).sealed_secret
    stored += "".join(RecoveryCode.objects.filter(user=user).values_list("code_hash", flat=True))
    assert user.secret not in stored
    assert not any(code in stored or code.replace("-", "") in stored for code in user.codes)


def test_with_another_key_of_the_installation_the_app_fails_closed_and_paper_works(client, with_factor, settings):
    user = with_factor(Role.CLERK)
    SecondFactor.objects.filter(user=user).update(sealed_secret="from another installation")
    send_password(client, "a.clerk")
    assert send_code(client, code_of(user.secret)).status_code == 422
    assert send_code(client, user.codes[0]).status_code == 302


def test_where_it_is_required_one_sets_it_up_before_any_page(client, person, required):
    person(Role.CLERK)
    send_password(client, "a.clerk")
    assert not is_in(client)
    secret = SECRET.search(client.get(reverse("sign_in")).content.decode())[1]
    page = send_code(client, code_of(secret))
    assert len(set(CODES.findall(page.content.decode()))) == 10
    assert is_in(client)
    assert Act.objects.filter(verb="second_factor_set").count() == 1


def test_it_counts_only_once_a_code_was_right(client, person, required):
    person(Role.CLERK)
    send_password(client, "a.clerk")
    client.get(reverse("sign_in"))
    assert send_code(client, "000000").status_code == 422
    assert not SecondFactor.objects.filter(confirmed_at__isnull=False).exists()
    assert not is_in(client)


def test_a_session_without_it_ends_where_it_is_required(signed_in, required):
    assert not is_in(signed_in(Role.CLERK))


def test_the_demo_signs_in_with_the_password_alone(client, person):
    person(Role.CLERK)
    send_password(client, "a.clerk")
    assert is_in(client)


def switch_on(browser):
    page = browser.get(reverse("second_factor_set")).content.decode()
    return browser.post(reverse("second_factor_set"), {"code": code_of(SECRET.search(page)[1])})


def test_anybody_may_switch_it_on(signed_in):
    browser, elsewhere = signed_in(Role.CLERK), Client()
    elsewhere.force_login(browser.user)
    page = browser.get(reverse("second_factor_set")).content.decode()
    assert 'src="data:image/svg+xml' in page
    switched = switch_on(browser)
    assert "shown once" in switched.content.decode()
    assert (is_in(browser), is_in(elsewhere)) == (True, False)
    assert second_factor.needed(browser.user)


def test_the_recovery_codes_are_not_shown_again(signed_in):
    browser = signed_in(Role.CLERK)
    code = CODES.search(switch_on(browser).content.decode())[1]
    for name in ("own_security", "second_factor_set"):
        assert code not in browser.get(reverse(name), follow=True).content.decode()


def test_new_recovery_codes_void_the_old(signed_in):
    browser = signed_in(Role.CLERK)
    old = CODES.search(switch_on(browser).content.decode())[1]
    new = CODES.search(browser.post(reverse("recovery_codes_new")).content.decode())[1]
    assert second_factor.check(browser.user, old, timezone.now()) == ""
    assert second_factor.check(browser.user, new, timezone.now()) == "recovery code"


def test_one_may_switch_it_off_where_it_is_not_required(signed_in):
    browser = signed_in(Role.CLERK)
    switch_on(browser)
    browser.post(reverse("second_factor_remove"))
    assert is_in(browser)
    assert not second_factor.needed(browser.user)


def test_an_admin_resets_a_colleagues_and_puts_them_out(admin, client, with_factor):
    user = with_factor(Role.CLERK)
    client.force_login(user)
    admin.post(reverse("second_factor_reset", args=[user.pk]))
    act = Act.objects.get(verb="second_factor_reset")
    assert (act.actor, act.object_id) == (admin.user, user.pk)
    assert not second_factor.needed(user)
    assert not is_in(client)


def test_nobody_resets_their_own(admin):
    switch_on(admin)
    admin.post(reverse("second_factor_reset", args=[admin.user.pk]))
    assert second_factor.needed(admin.user)
    assert not Act.objects.filter(verb="second_factor_reset").exists()


def test_a_new_password_keeps_the_second_factor(admin, client, with_factor):
    user = with_factor(Role.CLERK)
    new = {"new_password1": "quite another phrase", "new_password2": "quite another phrase"}
    admin.post(reverse("staff_password", args=[user.pk]), new)
    send_password(client, "a.clerk", "quite another phrase")
    assert not is_in(client)
    send_code(client, code_of(user.secret))
    assert is_in(client)


def test_starting_again_forgets_the_first_step(client, with_factor):
    with_factor(Role.CLERK)
    send_password(client, "a.clerk")
    client.post(reverse("sign_in"), {"again": "1"})
    assert 'name="password"' in client.get(reverse("sign_in")).content.decode()
    assert PASSWORD not in str(client.session.items())


def test_the_only_admin_is_helped_by_a_command(with_factor):
    user, out = with_factor(Role.ADMIN), io.StringIO()
    call_command("reset_second_factor", user.username, stdout=out)
    assert "signed out everywhere" in out.getvalue()
    assert not second_factor.needed(user)
    assert Act.objects.get(verb="second_factor_reset").object_id == user.pk


@pytest.mark.parametrize("name", ["nobody", "office", "a.clerk"])
def test_the_command_says_whom_it_cannot_help(person, name):
    person(Role.CLERK)
    with pytest.raises(CommandError):
        call_command("reset_second_factor", name)
