import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing_office.audit.models import Act
from billing_office.staff import tries
from billing_office.staff.models import Role, TryCount

from .conftest import PASSWORD, is_in, send_password

HOME, ELSEWHERE = "192.0.2.10", "198.51.100.7"


@pytest.fixture
def clerk(person):
    return person(Role.CLERK)


def tried(username="a.clerk", password="not the password", address=ELSEWHERE, browser=None, **headers):  # noqa: S107
    return (browser or Client()).post(
        reverse("sign_in"), {"username": username, "password": password}, REMOTE_ADDR=address, **headers
    )


def test_fifty_wrong_passwords_are_five_looks(clerk):
    answers = [tried().status_code for _ in range(50)]
    assert answers == [422] * 5 + [429] * 45
    assert Act.objects.filter(verb="sign_in_failed", object_id=clerk.pk).count() == 5


def test_during_a_pause_even_the_right_password_waits_and_is_told_how_long(clerk):
    for _ in range(5):
        tried()
    answer = tried(password=PASSWORD)
    assert answer.status_code == 429
    assert "Wait 30 seconds" in answer.content.decode()


def test_pauses_grow_and_end():
    assert [tries.PAIR.pause(n) for n in (4, 5, 6, 7)] == [None, *(timedelta(seconds=s) for s in (30, 60, 120))]
    assert tries.PAIR.pause(500) == timedelta(minutes=15)


def test_after_the_pause_the_right_password_is_right(clerk):
    for _ in range(5):
        tried()
    with time_machine.travel(time.time() + 31, tick=False):
        assert tried(password=PASSWORD).status_code == 302


def test_a_stranger_shuts_nobody_out_at_another_address(clerk):
    for _ in range(40):
        tried(address=ELSEWHERE)
    assert tried(password=PASSWORD, address=HOME).status_code == 302


def test_a_colleague_at_the_same_address_shuts_nobody_out_of_their_own_browser(clerk):
    browser = Client()
    tried(password=PASSWORD, address=HOME, browser=browser)
    browser.post(reverse("sign_out"))
    for _ in range(40):
        tried(address=HOME)
    assert tried(password=PASSWORD, address=HOME).status_code == 429  # a browser that nobody knows waits
    assert tried(password=PASSWORD, address=HOME, browser=browser).status_code == 302


def test_a_thousand_addresses_slow_unknown_browsers_for_a_minute_at_most_and_the_known_one_never(clerk):
    browser = Client()
    tried(password=PASSWORD, address=HOME, browser=browser)
    browser.post(reverse("sign_out"))
    tried(address="203.0.113.1")
    TryCount.objects.update(failures=99)  # as if a hundred addresses had tried once each
    tried(address="203.0.113.200")
    paused = tried(password=PASSWORD, address="203.0.113.201")
    assert paused.status_code == 429
    assert tries.NAME.most == 60
    assert tried(password=PASSWORD, address=HOME, browser=browser).status_code == 302


def test_guessing_from_a_known_browser_is_slowed_too(clerk):
    browser = Client()
    tried(password=PASSWORD, browser=browser)
    browser.post(reverse("sign_out"))
    answers = [tried(browser=browser).status_code for _ in range(12)]
    assert answers == [422] * 10 + [429] * 2


def test_a_known_browser_is_known_for_its_own_people_only(clerk, person):
    person(Role.BILLER)
    browser = Client()
    tried("a.biller", PASSWORD, browser=browser)
    browser.post(reverse("sign_out"))
    assert [tried(browser=browser).status_code for _ in range(6)] == [422] * 5 + [429]


def test_a_forged_device_cookie_is_no_device(clerk):
    browser = Client()
    browser.cookies["device"] = f'{{"{clerk.pk}": "nonce"}}:forged'
    assert [tried(browser=browser).status_code for _ in range(6)] == [422] * 5 + [429]


def test_one_password_over_many_names_is_slowed_by_address(clerk):
    answers = [tried(f"name{n}").status_code for n in range(40)]
    assert answers == [422] * 30 + [429] * 10


def test_ones_own_success_does_not_wipe_an_addresses_failures(clerk, person):
    person(Role.BILLER)
    for n in range(25):
        tried(f"name{n}")
        tried("a.biller", PASSWORD)
    assert [tried(f"more{n}").status_code for n in range(6)] == [422] * 5 + [429]


@pytest.mark.django_db(transaction=True)
def test_tries_at_the_same_moment_are_all_counted(rf, person):
    user = person(Role.CLERK)
    request, now = rf.post("/sign-in/"), timezone.now()

    def begin(_):
        try:
            tries.begin(tries.for_password(request, "a.clerk", user), now)
        except tries.Paused:
            return 0
        finally:
            connection.close()
        return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(begin, range(24))) == 5


def test_a_day_without_a_failure_forgets(clerk):
    for _ in range(5):
        tried()
    with time_machine.travel(time.time() + 25 * 3600, tick=False):
        assert [tried().status_code for _ in range(4)] == [422] * 4


def test_what_was_typed_as_a_name_is_kept_nowhere(db):
    tried("my secret passphrase")
    rows = [*TryCount.objects.values_list("key", flat=True), *(str(vars(act)) for act in Act.objects.all())]
    assert Act.objects.filter(verb="sign_in_failed", object_id=None).count() == 1
    assert not any("secret passphrase" in row for row in rows)


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, "203.0.113.9", HOME),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", HOME),
        (1, "", HOME),
        (1, "<script>", "unknown"),
        (1, "2001:db8:1:2:aaaa::1", "2001:db8:1:2::"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
    ],
)
def test_the_callers_address_is_what_our_own_proxies_say(rf, settings, proxies, header, address):
    settings.TRUSTED_PROXIES = proxies
    headers = {"HTTP_X_FORWARDED_FOR": header} if header else {}
    assert tries.client_address(rf.get("/", REMOTE_ADDR=HOME, **headers)) == address


def test_a_spoofed_forwarding_header_buys_no_tries(clerk):
    answers = [tried(HTTP_X_FORWARDED_FOR=f"203.0.113.{n}").status_code for n in range(7)]
    assert answers == [422] * 5 + [429] * 2


def test_an_unknown_name_takes_as_long_as_a_wrong_password(clerk, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
    clerk.set_password(PASSWORD)
    clerk.save()

    def seconds(username):
        """Of the processor: what the clock on the wall says hangs on who else is busy."""
        began = time.process_time()
        tried(username, address=f"203.0.113.{next(addresses)}")
        return time.process_time() - began

    addresses = iter(range(1, 200))
    seconds("a.clerk"), seconds("nobody")
    known, unknown = zip(*((seconds("a.clerk"), seconds("nobody")) for _ in range(5)), strict=True)
    assert abs(statistics.median(known) - statistics.median(unknown)) < 0.05
    assert min(unknown) > 0.05  # it was hashed at all


def test_signing_in_is_recorded_with_the_persons_name_and_the_failed_try_with_the_offices(client, clerk):
    send_password(client, "a.clerk", "wrong")
    send_password(client, "a.clerk")
    client.post(reverse("sign_out"))
    verbs = [(act.verb, act.actor.username, act.object_id) for act in Act.objects.order_by("pk")]
    assert verbs == [
        ("sign_in_failed", "office", clerk.pk),
        ("signed_in", "a.clerk", clerk.pk),
        ("signed_out", "a.clerk", clerk.pk),
    ]
    assert not is_in(client)
