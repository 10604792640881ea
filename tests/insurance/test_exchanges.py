"""The way to the payer and back: over the web with a sandbox payer, by folder, and whatever goes wrong on it."""

import os
import time
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction

from accounts.models import Blob
from insurance import clearinghouse, connectivity, exchanges
from insurance.checks import usable_clearinghouse
from insurance.clearinghouse import Misconfigured
from insurance.connectivity import Envelope
from insurance.edi import acknowledgments, writer, x270, x271
from insurance.models import Exchange
from insurance.sandbox.answers import answer

from .edi import EMMA, HEADER, inquiry

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=ZoneInfo("America/Chicago"))


@pytest.fixture
def ask(payer, by):
    """ask("W123", …) begins an exchange about these members."""

    def begin(*members: str, **fields) -> Exchange:
        return exchanges.begin(payer, [inquiry(member, **fields) for member in members], by=by, now=NOW)

    return begin


def question(exchange: Exchange) -> x270.Inquiries:
    return x270.read(bytes(exchange.sent.content))


def reply(exchange: Exchange) -> bytes:
    """What the payer would send back."""
    return x271.write(HEADER, [answer(each, date(2026, 11, 24)) for each in question(exchange).inquiries])


def test_a_question_is_written_once_with_numbers_of_its_own(ask):
    first, second = ask("W1"), ask("W2", "W3")
    assert (second.control, first.state, first.attempts) == (first.control + 1, "waiting", 0)
    assert [each.traces[0].number for each in question(second).inquiries] == [f"{second.trace}-1", f"{second.trace}-2"]
    assert f"*{second.control:09}*" in bytes(second.sent.content).decode()


def test_the_whole_way_to_a_payer_and_back(ask, sandbox):
    exchange = exchanges.send(ask("W123", dependent=EMMA))
    assert (exchange.state, exchange.attempts, exchange.error) == ("answered", 1, "")
    (told,) = x271.read(bytes(exchange.answer.content)).responses
    assert (told.subject.first, told.active, told.traces[0].number) == ("EMMA", True, f"{exchange.trace}-1")
    assert exchange.answered_at >= exchange.sent_at


def test_several_people_in_one_question(ask, sandbox):
    exchange = exchanges.send(ask("W1", "INACTIVE2", "NOTFOUND3"))
    told = x271.read(bytes(exchange.answer.content)).responses
    assert [each.active for each in told] == [True, False, None]


@pytest.mark.parametrize(
    ("member", "code", "where"),
    [
        ("NOTFOUND1", "75", "subscriber"),
        ("BADDATE", "57", "subscriber"),
        ("DOWN", "42", "source"),
        ("NOTOURS", "50", "receiver"),
    ],
)
def test_a_rejection_is_an_answer(ask, sandbox, member, code, where):
    exchange = exchanges.send(ask(member))
    assert exchange.state == "answered"
    (told,) = x271.read(bytes(exchange.answer.content)).responses
    assert [(each.code, each.where) for each in told.all_rejections] == [(code, where)]


@pytest.mark.parametrize(
    ("member", "state", "attempts", "error"),
    [
        ("MALFORMED", "failed", 1, "The answer was cut short."),
        ("GARBAGE", "failed", 1, "The answer could not be read."),
        ("WRONGTRACE", "failed", 1, "The answer belongs to another question."),
        ("DROP", "failed", 2, "The connection to the clearinghouse broke (RemoteDisconnected)."),
        ("BUSY", "failed", 2, "The clearinghouse answered with error 503."),
        ("ELSEWHERE", "refused", 1, "The clearinghouse sent us elsewhere, which is not followed (HTTP 307)."),
        ("COREERROR", "refused", 1, "The clearinghouse answered UnAuthorized: Unknown user or password"),
        ("TA1", "refused", 1, "The clearinghouse could not use our file (R note 009)."),
        ("HUGE", "refused", 1, "The answer is larger than 20 MB; it was not taken."),
    ],
)
def test_what_goes_wrong_is_said_and_kept(ask, sandbox, member, state, attempts, error):
    exchange = exchanges.send(ask(member))
    assert (exchange.state, exchange.attempts, exchange.error) == (state, attempts, error)


def test_a_slow_payer_is_waited_for_only_so_long(ask, sandbox, settings):
    settings.CLEARINGHOUSE_TIMEOUT = 0.3
    started = time.monotonic()
    exchange = exchanges.send(ask("SLOW"))
    assert (exchange.state, exchange.attempts, exchange.error) == ("failed", 2, "No answer within 0.3 seconds.")
    assert time.monotonic() - started < 2


def test_a_payer_that_answers_drop_by_drop_is_cut_off(ask, server, settings):
    """Each drop comes in time; the whole does not."""

    def drip(request):
        request.send_response(200)
        request.end_headers()
        for _ in range(40):
            request.wfile.write(b" ")
            time.sleep(0.05)

    settings.CLEARINGHOUSE = f"http://127.0.0.1:{server(drip).server_port}/"
    settings.CLEARINGHOUSE_TIMEOUT, settings.CLEARINGHOUSE_ATTEMPTS = 0.4, 1
    started = time.monotonic()
    assert exchanges.send(ask("W1")).error == "No answer within 0.4 seconds."
    assert time.monotonic() - started < 1.5


def test_a_retry_sends_the_same_bytes(ask, server, settings):
    """So the other side can tell it from a second question."""
    got = []

    def refuse_once(request):
        body = request.rfile.read(int(request.headers["Content-Length"]))
        got.append(connectivity.read(request.headers["Content-Type"], body))
        if len(got) == 1:
            request.send_error(500)
            return
        content_type, body = connectivity.write(
            Envelope("X12_271_Response_005010X279A1", answers[0], error="Success"), NOW
        )
        request.send_response(200)
        request.send_header("Content-Type", content_type)
        request.end_headers()
        request.wfile.write(body)

    settings.CLEARINGHOUSE = f"http://127.0.0.1:{server(refuse_once).server_port}/"
    settings.CLEARINGHOUSE_USER, settings.CLEARINGHOUSE_PASSWORD = "elm", "river-stone"
    exchange = ask("W1")
    answers = [reply(exchange)]
    assert exchanges.send(exchange).state == "answered"
    assert [each.payload for each in got] == [bytes(exchange.sent.content)] * 2
    assert (got[0].payload_type, got[0].user, got[0].password) == ("X12_270_Request_005010X279A1", "elm", "river-stone")


def test_what_is_answered_is_not_sent_again(ask, sandbox):
    exchange = exchanges.send(ask("W1"))
    assert exchanges.send(exchange).attempts == 1


def test_a_failed_one_is_sent_again_under_its_number(ask, sandbox, settings):
    exchange = ask("W1")
    settings.CLEARINGHOUSE = "http://127.0.0.1:9/"
    assert exchanges.send(exchange).state == "failed"
    settings.CLEARINGHOUSE = sandbox
    again = exchanges.send(exchange)
    assert (again.state, again.attempts, again.error) == ("answered", 3, "")


def test_a_certificate_that_nobody_signed_is_not_spoken_to(ask, server, certificate, settings):
    got = []
    one = server(got.append, certificate)
    settings.CLEARINGHOUSE = f"https://127.0.0.1:{one.server_port}/"
    exchange = exchanges.send(ask("W1"))
    assert (exchange.state, got) == ("failed", [])
    assert "SSLCertVerificationError" in exchange.error


@pytest.mark.parametrize(
    "address",
    ["", "sandbox", "http://payer.example/", "https://me:secret@payer.example/", "ftp://payer.example/", "https://", "http://[",
     "https://payer.example:99999/", "nonsense"],
)  # fmt: skip
def test_a_clearinghouse_that_cannot_be_used_is_refused_in_words(ask, settings, address):
    settings.CLEARINGHOUSE = address
    exchange = ask("W1")
    with pytest.raises(Misconfigured):
        exchanges.send(exchange)
    assert bool(usable_clearinghouse(None)) is (address not in ("", "sandbox"))
    exchange.refresh_from_db()
    assert (exchange.state, exchange.attempts) == ("waiting", 0)


# -- by folder -----------------------------------------------------------------------------------------------------------


def put(folder, name: str, data: bytes):
    (folder / "in").mkdir(parents=True, exist_ok=True)
    (folder / "in" / name).write_bytes(data)


def names(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_by_folder_the_answer_comes_when_it_comes(ask, folder):
    exchange = exchanges.send(ask("W1"))
    assert exchange.state == "sent"
    assert (folder / "out" / f"{exchange.control:09}.270").read_bytes() == bytes(exchange.sent.content)
    assert exchanges.collect(settled=0).exchanges == []
    put(folder, "answer.271", reply(exchange))
    (found,) = exchanges.collect(settled=0).exchanges
    assert (found.pk, found.state) == (exchange.pk, "answered")
    assert (names(folder / "in"), names(folder / "done")) == ([], ["answer.271"])


def test_one_file_answers_many(ask, folder):
    first, second = exchanges.send(ask("W1")), exchanges.send(ask("W2"))
    put(folder, "batch.271", reply(first) + reply(second))
    assert {each.pk: each.state for each in exchanges.collect(settled=0).exchanges} == {
        first.pk: "answered",
        second.pk: "answered",
    }


def test_what_belongs_to_nothing_is_kept_and_listed(ask, folder):
    put(folder, "stray.271", replace_trace(reply(ask("W1"))))
    put(folder, "note.txt", b"hello")
    assert sorted(exchanges.collect(settled=0).unknown) == ["note.txt", "stray.271"]
    assert [path.name for path in clearinghouse.transport().unknown()] == ["note.txt", "stray.271"]
    put(folder, "note.txt", b"hello again")
    exchanges.collect(settled=0)
    assert len(names(folder / "unknown")) == 3


def replace_trace(data: bytes) -> bytes:
    told = x271.read(data).responses
    return x271.write(HEADER, [replace(each, reference="X", traces=()) for each in told])


@pytest.mark.parametrize(("code", "state"), [("R", "refused"), ("A", "sent")], ids=["refused", "accepted"])
def test_an_acknowledgment_refuses_or_changes_nothing(ask, folder, code, state):
    exchange = exchanges.send(ask("W1"))
    put(folder, "a.ta1", writer.acknowledgment(HEADER, f"{exchange.control:09}", code, "000"))
    group = acknowledgments.GroupAcknowledgment(
        "HS", str(exchange.control), x270.eligibility.VERSION, (), code, 1, 1, 1
    )
    put(folder, "b.999", acknowledgments.write(HEADER, [group]))
    found = exchanges.collect(settled=0)
    assert {each.state for each in found.exchanges} == {state}
    assert (found.unknown, names(folder / "done")) == ([], ["a.ta1", "b.999"])


def test_an_answer_that_comes_twice_is_one(ask, folder):
    exchange = exchanges.send(ask("W1"))
    put(folder, "a.271", reply(exchange))
    exchanges.collect(settled=0)
    at = Exchange.objects.get(pk=exchange.pk).answered_at
    put(folder, "a.271", reply(exchange))
    exchanges.collect(settled=0)
    assert Exchange.objects.get(pk=exchange.pk).answered_at == at
    assert len(names(folder / "done")) == 2


def test_what_is_still_coming_in_or_leads_elsewhere_is_not_read(ask, folder, tmp_path):
    answered = reply(exchanges.send(ask("W1")))
    put(folder, "a.271.part", answered)
    put(folder, ".b.271", answered)
    (tmp_path / "secret").write_bytes(answered)
    os.symlink(tmp_path / "secret", folder / "in" / "c.271")
    assert exchanges.collect(settled=0) == exchanges.Collected()
    put(folder, "d.271", answered)
    assert exchanges.collect() == exchanges.Collected()  # two seconds are not over


def test_a_folder_that_cannot_be_written_fails_and_may_be_tried_again(ask, tmp_path, settings):
    (tmp_path / "file").write_text("")
    settings.CLEARINGHOUSE = f"folder:{tmp_path / 'file'}"
    exchange = exchanges.send(ask("W1"))
    assert exchange.state == "failed"
    assert exchange.error.startswith("The clearinghouse's folder cannot be written")


# -- the record ------------------------------------------------------------------------------------------------------------


def test_what_was_sent_stays_as_it_was_sent(ask):
    exchange = ask("W1")
    for change in ("control = 7", "trace = 'x'", "sent_id = answer_id", "payer_id = 1"):
        with pytest.raises(Exception, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE insurance_exchange SET {change} WHERE id = %s", [exchange.pk])
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        exchange.delete()
    assert Blob.objects.get(pk=exchange.sent_id).intact


def test_nothing_a_server_sends_breaks_the_reading_of_its_envelope():
    for content_type in (
        "multipart/form-data",
        "multipart/form-data; boundary=",
        'multipart/x; boundary="\x00"',
        "",
        "text/html",
    ):
        for body in (
            b"",
            b"--\r\n",
            b"\xff" * 50,
            b"--\r\nContent-Disposition: form-data; name*=x''%ff\r\n\r\nx\r\n--",
        ):
            connectivity.read(content_type, body)


def test_an_envelope_is_read_as_it_was_written():
    told = Envelope("X12_270_Request_005010X279A1", b"ISA*~\r\n\x1d--", "ME", "THEM", "u", "p", "1", "Success", "fine")
    assert connectivity.read(*connectivity.write(told, NOW)) == told
