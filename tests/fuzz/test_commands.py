"""Commands told nonsense: one clear line, exit code 1 or 2, nothing done, no traceback.

Django turns CommandError and bad options into that line and code; anything else would be a traceback at the terminal.
"""

import io

import pytest
from django.core.management import CommandError, call_command, get_commands

from accounts.models import Account, JournalEntry
from billing_office.launch import commands
from billing_office.launch.trouble import Trouble
from billing_office.staff.models import Office, User
from tests.factories import make_account
from tests.intake.practice import Books

pytestmark = pytest.mark.django_db
DAYS = [
    "tomorrow",
    "2026-02-30",
    "2026-13-01",
    "0001-01-01",
    "9999-12-31",
    "12/31/26",
    "1e9",
    "NaN",
    "\u0662\u0660\u0662\u0666-01-01",
    "x" * 500,
    "-1",
    "a\nb",
]
ODD = ["' OR 1=1--", "x" * 300, "\u202e", "-1", "../../etc", "{0.__class__}", "%s"]


@pytest.fixture(autouse=True)
def place(settings, tmp_path, office):
    settings.MAIL_SINK, settings.OUTBOX_HINT = str(tmp_path), ""
    return tmp_path


def refused(*line: str) -> str:
    """What the command said; it must have refused."""
    before = User.objects.count(), Account.objects.count(), JournalEntry.objects.count()
    with pytest.raises((CommandError, SystemExit)) as told:
        call_command(*line, stdout=io.StringIO(), stderr=io.StringIO())
    if isinstance(told.value, SystemExit):
        assert told.value.code in (1, 2)
    assert (User.objects.count(), Account.objects.count(), JournalEntry.objects.count()) == before
    words = str(told.value)
    assert len(words) < 800, "one line, not a page"
    return words


@pytest.mark.parametrize("day", DAYS)
def test_a_day_is_not_run_that_is_none(day):
    assert refused("run_day", f"--date={day}")


@pytest.mark.parametrize("day", DAYS)
def test_books_are_not_moved_to_a_day_that_is_none(day, tmp_path):
    assert refused("import_practice", str(folder(tmp_path)), "--books=charges", f"--until={day}")


@pytest.mark.parametrize("path", [*ODD, "/dev/null", "/etc/passwd", "/nonexistent", "http://x/y", ""])
def test_books_that_are_nowhere_are_refused(path):
    assert refused("import_practice", "--books=all", "--", path)


@pytest.mark.parametrize("text", ODD)
def test_an_office_that_is_not_known_gets_no_books_and_no_staff(text, tmp_path):
    assert refused("import_practice", str(folder(tmp_path)), "--books=all", f"--office={text}")
    assert refused("add_staff", "a.ng", "--name=Ada", "--role=clerk", f"--office={text}", "--password-stdin")


@pytest.mark.parametrize("mode", ["", "ALL", "both", "' OR 1=1--", "\x00"])
def test_books_are_taken_in_one_of_two_ways(mode, tmp_path):
    assert refused("import_practice", str(folder(tmp_path)), f"--books={mode}")


BYTES = {
    "nothing": b"", "NULs": b"\x00" * 100, "UTF-16": "Id,NAME\n1,x\n".encode("utf-16"), "Latin-1": b"Id,NAME\n1,Mu\xf1oz\n",
    "one endless cell": b"Id,NAME\n1," + b"x" * 300_000 + b"\n", "an open quote": b'Id,NAME\n1,"never closed\n' * 3,
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "a zip": b"PK\x03\x04" + b"\x00" * 60, "a header alone": b"Id,NAME\n",
    "markup": b"<html>404</html>", "XML with entities": b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><l>&x;</l>',
}  # fmt: skip


@pytest.mark.parametrize("name", ["payers.csv", "patients.csv", "claims_transactions.csv", "providers.csv"])
@pytest.mark.parametrize("kind", BYTES)
def test_a_file_that_is_no_table_is_named_or_its_rows_refused(name, kind, tmp_path):
    """Either the books are refused as a whole and nothing is taken over, or rows are left out and told."""
    books = folder(tmp_path)
    (books / name).write_bytes(BYTES[kind])
    out = io.StringIO()
    try:
        call_command("import_practice", str(books), "--books=all", "--json", stdout=out, stderr=io.StringIO())
    except CommandError as told:
        assert len(str(told).splitlines()) == 1
        assert not JournalEntry.objects.exists()
    else:
        assert "root:" not in out.getvalue()


def folder(tmp_path):
    """Small sound books."""
    books = Books()
    claim = books.claim(books.patient(), books.payer("Aetna"))
    claim.charge("80.00", service=("1", "First"))
    place = tmp_path / "books"
    place.mkdir(exist_ok=True)
    return books.write(place) or place


@pytest.mark.parametrize(
    "more",
    [
        ["--role=root"],
        ["--role=service"],
        ["--role="],
        ["--email=a@b.c,evil@x", "--role=admin"],
        ["--email=a@b.org\nBcc: x@y.org", "--role=admin"],
    ],
)
def test_nobody_is_added_with_a_role_or_address_that_is_none(more, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("four plain words here\n"))
    assert refused("add_staff", "a.ng", "--name=Ada Ng", "--password-stdin", *more)


@pytest.mark.parametrize("username", ["", "x" * 300, "a\nb", "\u202ea"])
def test_nobody_is_added_under_a_name_that_is_none(username, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("four plain words here\n"))
    assert refused("add_staff", "--name=Ada Ng", "--role=admin", "--password-stdin", "--", username)


@pytest.mark.parametrize("name", ["", "x" * 300, "a\nb", "\u202ea"])
def test_nobody_is_added_with_a_name_that_is_no_line(name, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("four plain words here\n"))
    assert refused("add_staff", "a.ng", f"--name={name}", "--role=admin", "--password-stdin")


@pytest.mark.parametrize("password", ["", "short", "x" * 500])
def test_a_password_that_is_none_adds_nobody(password, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
    assert refused("add_staff", "a.ng", "--name=Ada Ng", "--role=admin", "--password-stdin")


@pytest.mark.parametrize("head", ODD)
def test_a_head_that_no_chain_has_is_told(head):
    out = io.StringIO()
    with pytest.raises((SystemExit, CommandError)):
        call_command("verify_audit", f"--contains={head}", stdout=out)
    assert not out.getvalue() or "NOT whole" in out.getvalue()


@pytest.mark.parametrize("username", ODD)
def test_nobody_loses_a_factor_under_a_name_that_nobody_has(username):
    assert refused("reset_second_factor", "--", username)


@pytest.mark.parametrize(
    "name", ["run_day", "import_practice", "add_staff", "demo", "check_money", "verify_audit", "reset_second_factor"]
)
def test_an_option_that_a_command_does_not_have_is_refused(name):
    assert name in get_commands()
    assert refused(name, "--no-such-option=1")


def test_an_argument_that_is_no_text_is_refused_before_anything_starts():
    """Bytes of another encoding come as lone surrogates."""
    with pytest.raises(Trouble, match="not UTF-8"):
        commands.run(["manage.py", "add_staff", "\udcff"])


def test_the_demo_is_not_laid_over_an_office_at_work(office, by):
    make_account(office, by)
    before = Office.objects.count(), User.objects.count()
    out = io.StringIO()
    try:
        call_command("demo", stdout=out)
    except CommandError as told:
        assert str(told)
    assert (Office.objects.count(), User.objects.count()) == before, out.getvalue()
