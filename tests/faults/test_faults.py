"""What a kill, a wiped queue, a silent server do to the office's work: nothing is lost, nothing is done twice."""

import os
import re
import threading
import urllib.error
import urllib.parse
import urllib.request
import uuid
from http.cookiejar import CookieJar

import pytest
from django.urls import reverse

from accounts.models import Blob, Document, Message
from billing_office import tasks
from billing_office.launch import ports, servers
from billing_office.outbox.models import Job, Run
from invoices.models import Invoice
from tests.factories import make_account, make_charge, make_user
from tests.servers import end

from .conftest import everyone_has_one_mail, paused, wait

pytestmark = pytest.mark.django_db(transaction=True)
SLOW = 240  # lines: some seconds of rendering, long enough to be killed in
# Four faults run with the suite; all of them with OFFICE_LARGE=1.
by_flag = pytest.mark.skipif(not os.environ.get("OFFICE_LARGE"), reason="set OFFICE_LARGE=1 to run every fault")


def rendering():
    return Job.objects.filter(kind="render_document", state="working").exists()


@pytest.mark.parametrize(
    "whole_group", [False, pytest.param(True, marks=by_flag)], ids=["F1 the child", "F2 the whole group"]
)
def test_a_worker_killed_while_it_renders(house, issued, whole_group):
    house.start("worker", "pdf", "beat")
    invoices = issued(1, lines=SLOW)
    wait(rendering)
    if whole_group:
        house.kill("pdf")
        house.start("pdf")
    else:
        house.kill_child("pdf")
    house.settles()
    everyone_has_one_mail(house, invoices)
    assert Blob.objects.count() == 1


@by_flag
def test_f3_killed_between_rendering_and_sending(house, issued):
    house.start("pdf", "beat")
    invoices = issued(1)
    wait(Document.objects.exclude(blob=None).exists)
    house.kill("pdf")
    rendered_at = Document.objects.get().rendered_at
    house.start("worker", "pdf")
    house.settles()
    everyone_has_one_mail(house, invoices)
    assert Document.objects.get().rendered_at == rendered_at


def test_f4_killed_after_the_mail_server_took_the_mail(house, issued):
    """The one window where a second copy is better than silence: it carries the same Message-ID."""
    house.sink.answer("client0@example.org", {"linger": 30})
    house.start("worker", "pdf", "beat")
    issued(1)
    wait(house.sink.messages)
    house.kill("worker")
    house.sink.answers.unlink()
    house.start("worker")
    house.settles()
    assert list(house.mails_by_message().values()) == [2]
    assert Message.objects.get().state == "sent"
    assert Job.objects.get(kind="send_message").lost == 1


@by_flag
def test_f5_workers_told_to_end_under_load(house, issued):
    house.start("worker", "pdf", "beat")
    invoices = issued(12)
    wait(house.sink.messages)
    end(house.running.pop("worker"), house.running.pop("pdf"))
    house.start("worker", "pdf")
    house.settles()
    everyone_has_one_mail(house, invoices)


@by_flag
def test_f7_a_document_that_kills_its_worker_is_parked_and_the_rest_goes_out(house, issued, monkeypatch):
    """A jail too small for the renderer at all: each try dies; after the second the job waits for a person."""
    house.start("worker", "pdf", "beat")
    invoices = issued(3)
    house.settles()
    everyone_has_one_mail(house, invoices)
    house.kill("pdf")
    poison = issued(1, lines=SLOW, first=5)
    house.start("pdf")
    for _ in range(2):
        wait(rendering)
        house.kill_child("pdf")
        wait(lambda: not rendering())
    wait(Job.objects.filter(state="parked").exists)
    assert Job.objects.get(state="parked").object_id == poison[0].document_id
    more = issued(2, first=10)
    house.settles()
    assert Message.objects.filter(state="sent").count() == len(invoices) + len(more)


@pytest.mark.parametrize(
    "restart", [False, pytest.param(True, marks=by_flag)], ids=["F9 flushed", "F10 killed and empty"]
)
def test_redis_loses_everything_that_was_queued(house, issued, restart):
    invoices = issued(10)  # hinted to nobody: no worker runs yet
    if restart:
        house.kill("redis")
        for file in (house.folder / "redis").rglob("*aof*"):
            if file.is_file():
                file.unlink()
        house.start_redis()
    else:
        house.flush_redis()
    house.start("worker", "pdf", "beat")
    house.settles()
    everyone_has_one_mail(house, invoices)


@by_flag
def test_the_negative_control_of_f9_without_the_sweep_nothing_is_sent(house, issued):
    issued(2)
    house.flush_redis()
    house.start("worker", "pdf")
    with pytest.raises(AssertionError):
        house.settles(seconds=6)
    assert house.sink.messages() == []


@by_flag
def test_f11_issuing_works_while_redis_is_away(house, issued):
    house.kill("redis")
    invoices = issued(3)
    house.start_redis()
    house.start("worker", "pdf", "beat")
    house.settles()
    everyone_has_one_mail(house, invoices)


@by_flag
def test_f13_two_clocks_start_each_period_once(house, issued):
    house.start("worker", "pdf", "beat")
    house.running["second"] = house.running.pop("beat")
    house.start("beat")
    invoices = issued(4)
    for _ in range(2):
        tasks.day.delay()
    wait(Run.objects.exists)
    house.settles()
    everyone_has_one_mail(house, invoices)
    assert Run.objects.count() == Job.objects.filter(kind="office_day").count() == 1


@by_flag
def test_f21_the_mail_server_is_away_for_a_while(house, issued):
    house.mail_port = ports.free()
    house.start("worker", "pdf", "beat")
    invoices = issued(3)
    wait(lambda: Message.objects.exclude(waits_for="").count() == 3)
    assert set(Message.objects.values_list("state", flat=True)) == {"queued"}
    log = house.folder / "late-mail.log"
    house.running["mail"] = servers.start_mail(house.sink.folder, house.mail_port, house.sink.answers, log)
    house.settles()
    everyone_has_one_mail(house, invoices)


# -- the web process ----------------------------------------------------------------------------------------------------------


class Person:
    """Somebody at a browser, talking to the real web process."""

    def __init__(self, house, user, password):
        self.base = f"http://127.0.0.1:{house.web_port}"
        self.open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar())).open
        self.send(reverse("sign_in"), username=user.username, password=password)

    def get(self, path) -> str:
        with self.open(self.base + path, timeout=20) as answer:
            return answer.read().decode()

    def send(self, path, **fields) -> tuple[str, str]:
        """Where the answer led, and its text."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(path)).group(1)
        data = urllib.parse.urlencode({"csrfmiddlewaretoken": token, **fields}).encode()
        request = urllib.request.Request(self.base + path, data, {"Referer": self.base + path})  # noqa: S310  loopback
        with self.open(request, timeout=20) as answer:
            return answer.geturl().removeprefix(self.base), answer.read().decode()


def test_f19_f20_the_web_process_dies_between_commit_and_answer(house, office, by):
    """It hangs telling Redis of the job, after the commit: nobody gets an answer, and no worker a hint."""
    account = make_account(office, by, email="one@example.org")
    make_charge(account, by)
    biller = make_user("biller", office, username="b.iller", password="a long enough password")
    house.start("web")
    path, key = reverse("invoice_new", args=[account.pk]), uuid.uuid4().hex
    person = Person(house, biller, "a long enough password")
    with paused(house, "redis"):
        press = threading.Thread(target=lambda: silently(lambda: person.send(path, key=key)))
        press.start()
        wait(Invoice.objects.exists)
        house.kill("web")
        press.join()
    assert Message.objects.get().state == "queued"
    house.start("web", "worker", "pdf", "beat")
    again = Person(house, biller, "a long enough password")
    led, _ = (
        again.send(path, key=key)
        if 'name="key"' in again.get(path)
        else (reverse("invoice", args=[Invoice.objects.get().pk]), "")
    )
    assert led == reverse("invoice", args=[Invoice.objects.get().pk])
    house.settles()
    everyone_has_one_mail(house, Invoice.objects.all())


def silently(act):
    try:
        act()
    except (urllib.error.URLError, ConnectionError, TimeoutError, OSError):
        return
