"""An office's own list of accounts: read, looked at, taken over whole or not at all, undone while untouched."""

import io
import uuid
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from openpyxl import Workbook

from accounts import facts, periods
from accounts.models import Account, Charge, Client, Message, OpenItem
from billing_office import schedule
from billing_office.audit.models import Act
from billing_office.intake.lists import layout, reading, taking
from billing_office.intake.models import AccountImport
from billing_office.lib import dates, sheets
from tests.accounts.ledger.conftest import sound
from tests.factories import make_account, make_charge, make_office_field

pytestmark = pytest.mark.django_db

LIST = """Customer number,Last name,First name,Birth date,Phone,E-mail,Consent to e-mail,Street,City,State,ZIP,Balance,Balance since
C-1,Hill,Grace,1980-02-03,(217) 555-0101,grace@example.org,yes,12 Mill Road,Springfield,IL,62704,"1,224.50",2026-03-01
C-2,Nunn,Peter,,,,,,,,,0.00,
C-1,Hill,Owen,2012-05-06,,,,,,,,,
"""


@pytest.fixture(autouse=True)
def _quiet(settings):
    settings.OUTBOX_HINT = ""  # the tests work the jobs off themselves


def send(browser, content: str | bytes, office, name="list.csv"):
    content = content.encode() if isinstance(content, str) else content
    sent = {"office": office.pk, "file": SimpleUploadedFile(name, content)}
    answer = browser.post(reverse("account_import_new"), sent)
    schedule.drain()
    return answer


def newest() -> AccountImport:
    return AccountImport.objects.latest("pk")


def page(browser):
    return browser.get(reverse("account_import", args=[newest().pk])).content.decode()


def act(browser, name, row=None):
    answer = browser.post(reverse(name, args=[(row or newest()).pk]), follow=True)
    schedule.drain()
    return answer.content.decode()


def taken_over(browser, office, content=LIST):
    send(browser, content, office)
    act(browser, "account_import_confirm")
    return newest()


def accounts():
    return Account.objects.filter(kind=Account.Kind.CLIENT)


def test_a_list_with_nul_characters_is_refused_in_words(signed_in, office):
    for content in ("Last name,Bal\x00ance\nHill,3\n".encode("utf-16"), b"\xff\xfeL\x00a\x00s\x00t\x00\n\x00\x00\xd8"):
        answer = send(signed_in("supervisor"), content, office)
        assert answer.status_code == 422
        assert "This is no table." in answer.content.decode()


def test_a_workbook_that_names_a_row_beyond_all_sheets_ends():
    rows = '<row r="1"><c t="inlineStr"><is><t>Last name</t></is></c></row><row r="99999999999"/>'
    sheet = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>'
    plain, hostile = io.BytesIO(), io.BytesIO()
    Workbook().save(plain)
    with zipfile.ZipFile(plain) as whole, zipfile.ZipFile(hostile, "w") as changed:
        for part in whole.namelist():
            changed.writestr(part, sheet if part == "xl/worksheets/sheet1.xml" else whole.read(part))
    assert list(sheets.lines(hostile.getvalue(), {"last_name": "Last name"})) == []


# -- the way through ------------------------------------------------------------------------------------------------------


def test_a_list_is_looked_at_and_taken_over(biller, office):
    send(biller, LIST, office)
    assert not accounts().exists()
    seen = page(biller)
    assert "2 accounts with 3 clients would be opened, 1,224.50 brought forward" in seen
    assert "The first rows, as they are understood" in seen and "Accounts of the list" not in seen
    act(biller, "account_import_confirm")
    hill, nunn = accounts().order_by("pk")
    assert (hill.name, nunn.name, newest().state) == ("Grace Hill", "Peter Nunn", "done")
    assert [client.name for client in hill.clients.order_by("pk")] == ["Grace Hill", "Owen Hill"]
    assert hill.guarantor.birth_date == date(1980, 2, 3)
    assert sorted(point.kind for point in hill.guarantor.contact_points.all()) == ["email", "phone", "postal"]
    assert hill.guarantor.contact_points.get(kind="email").consent_on == dates.today()
    charge = Charge.objects.get()
    assert (charge.cents, charge.service_on, charge.description) == (
        122450,
        date(2026, 3, 1),
        "Balance brought forward",
    )
    assert Act.objects.get(verb="accounts_imported").actor == biller.user
    assert not Message.objects.exists()
    assert sound() == []


def test_a_workbook_is_read_like_a_list(biller, office):
    book = Workbook()
    sheet = book.active
    sheet.append(["Name", "DOB", "Amount due", "Phone"])
    sheet.append(["Hill, Grace", datetime(1980, 2, 3), 12.1, 2175550101])  # noqa: DTZ001  as spreadsheets hold days
    out = io.BytesIO()
    book.save(out)
    taken_over(biller, office, out.getvalue())
    grace = Client.objects.get(last_name="Hill")
    assert (grace.birth_date, OpenItem.objects.get().cents) == (date(1980, 2, 3), 1210)
    assert grace.contact_points.get().value == "2175550101"


def test_the_same_list_again_leaves_out_what_is_there(biller, office):
    taken_over(biller, office)
    send(biller, LIST + "C-9,Reed,Stacy,,,,,,,,,,\n", office)
    assert "3 rows imported before are left out" in page(biller)
    act(biller, "account_import_confirm")
    assert accounts().count() == 3
    send(biller, LIST, office)
    assert "Every row was imported before" in page(biller)


def test_the_columns_are_asked_for_remembered_and_refused_when_they_cannot_be(biller, office):
    send(biller, "Kunde,Wert\nHill,5.00\n", office)
    assert "A client needs a name" in page(biller)
    chosen = {"last_name": "Kunde", "balance": "Wert"}
    address = reverse("account_import", args=[newest().pk])
    twice = biller.post(address, chosen | {"note": "Wert"}).content.decode()
    assert "Wert is “Open balance” already." in twice
    biller.post(address, chosen)
    schedule.drain()
    act(biller, "account_import_confirm")
    send(biller, "Kunde,Wert\nReed,6.00\n", office)
    assert newest().columns == chosen


def test_a_field_of_the_offices_own_takes_its_column(biller, office, account, by):
    field = make_office_field(account, by, "Meter number")
    taken_over(biller, office, "Last name,Meter number\nHill,WM 9\n")
    assert dict(facts.of_account(accounts().get(name="Hill")))[field] == "WM 9"


# -- what is wrong --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "head, cell, words",
    [
        ("Birth date", "31.02.1980", "is no day"),
        ("Birth date", "2190-01-01", "has not come yet"),
        ("E-mail", "grace(at)example", "no e-mail address"),
        ("Phone", "call me", "no phone number"),
        ("Balance", "12,5", "amount"),
        ("Balance", "-5.00", "is owed money"),
        ("Consent to e-mail", "yes", "no e-mail address"),
        ("Street", "12 Mill Road", "needs street and city"),
        ("Class", "gold", "Use one of"),
        ("Language", "Klingon", "Use one of"),
        ("Note", "card 4111 1111 1111 1111", "card"),
    ],
)
def test_a_wrong_cell_is_named_and_nothing_is_taken_over(biller, office, head, cell, words):
    send(biller, f"Last name,{head}\nReed,\nHill,{cell}\n".replace(f",{cell}", f',"{cell}"'), office)
    row = newest()
    assert row.state == "failed"
    [[at, column, value, why]] = row.found["errors"]
    assert at == 3 and column in (head, "City")
    assert words in why
    assert "4111" not in value
    act(biller, "account_import_confirm")
    assert not accounts().exists()


@pytest.mark.parametrize(
    "content, words",
    [
        (b"", "empty"),
        (b"%PDF-1.7", "no table"),
        (b"PK\x03\x04 broken", "cannot be read"),
        (b"\n\n", "does not name the columns"),
    ],
)
def test_what_is_no_list_is_refused_at_the_door(biller, office, content, words):
    answer = send(biller, content, office)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_list_of_too_many_rows_is_refused_in_words(biller, office, monkeypatch):
    monkeypatch.setattr(reading, "MOST_ROWS", 2)
    send(biller, "Last name\n" + "Hill\n" * 3, office)
    assert "more than 2 rows" in page(biller)


def test_who_looks_like_a_client_is_shown(biller, office, by):
    make_account(office, by, "Grace", "Hill", birth_date=date(1980, 2, 3))
    send(biller, LIST, office)
    assert "Looks like Grace Hill" in page(biller)
    assert newest().state == "ready"


# -- once, and by whom ----------------------------------------------------------------------------------------------------


def test_a_worker_that_comes_twice_opens_nothing_twice(biller, office):
    row = taken_over(biller, office)
    taking.work(row.pk)
    assert accounts().count() == 2
    assert "Somebody takes it over already" in act(biller, "account_import_confirm")


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_open_each_account_once(biller, office):
    send(biller, LIST, office)
    AccountImport.objects.filter(pk=newest().pk).update(state="taking", taken_by=biller.user)
    pk = newest().pk

    def work(_):
        try:
            taking.work(pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(3)))
    assert accounts().count() == 2
    assert sound() == []


def test_others_may_not_and_other_offices_are_not_found(clerk, biller, office, other_office, signed_in):
    assert send(clerk, LIST, office).status_code == 403
    assert send(biller, LIST, other_office).status_code == 422
    send(biller, LIST, office)
    stranger = signed_in("supervisor")
    stranger.user.offices.set([other_office])
    assert stranger.get(reverse("account_import", args=[newest().pk])).status_code == 404
    assert "list.csv" not in stranger.get(reverse("account_imports")).content.decode()


# -- undone ---------------------------------------------------------------------------------------------------------------


def test_an_untouched_import_is_undone(biller, office):
    row = taken_over(biller, office)
    biller.get(reverse("account", args=[accounts().first().pk]))  # looking is no touching
    act(biller, "account_import_undo")
    row.refresh_from_db()
    assert row.state == "undone"
    assert not OpenItem.objects.exclude(cents=0).exists()
    assert {account.closed_why for account in accounts()} == {"Import undone"}
    assert sound() == []
    taken_over(biller, office)  # the mended list may come again
    assert accounts().filter(closed_on=None).count() == 2


def test_one_that_was_worked_on_is_not_undone_and_says_where(biller, office):
    row = taken_over(biller, office)
    first = accounts().order_by("pk").first()
    biller.post(reverse("note_new", args=[first.pk]), {"once": uuid.uuid4(), "text": "Called back"})
    assert f"{first.number} were worked on since" in act(biller, "account_import_undo")
    row.refresh_from_db()
    assert row.state == "done"
    assert accounts().filter(closed_on=None).count() == 2


def test_what_is_done_between_the_press_and_the_worker_stops_the_undo(biller, office):
    row = taken_over(biller, office)
    taking.undo(row, biller.user)
    biller.post(reverse("note_new", args=[accounts().first().pk]), {"once": uuid.uuid4(), "text": "Called back"})
    schedule.drain()
    row.refresh_from_db()
    assert (row.state, OpenItem.objects.get(cents__gt=0).cents) == ("done", 122450)
    assert "were worked on since" in page(biller)


# -- small facts ----------------------------------------------------------------------------------------------------------


def test_columns_are_guessed_by_their_names(office):
    heads = [
        "Acct #",
        "Patient Name",
        "DOB",
        "Home phone",
        "E-mail",
        "Address",
        "City",
        "State",
        "Zip",
        "Total balance",
    ]
    assert layout.guess(heads, office) == {
        "name": "Patient Name", "birth_date": "DOB", "phone": "Home phone", "email": "E-mail", "street": "Address",
        "city": "City", "region": "State", "postcode": "Zip", "balance": "Total balance",
    }  # fmt: skip


def test_a_whole_name_is_taken_apart(biller, office):
    taken_over(biller, office, 'Name\n"Hill, Grace"\nPeter Paul Nunn\n')
    assert set(Client.objects.values_list("first_name", "last_name")) == {("Grace", "Hill"), ("Peter Paul", "Nunn")}


def test_a_balance_of_closed_books_is_dated_into_the_open_ones(biller, office, account, by):
    month = dates.today().replace(day=1) - timedelta(days=1)
    make_charge(account, by, days_ago=(dates.today() - month).days)
    periods.close(month, today=dates.today(), by=by)
    row = taken_over(biller, office, f"Last name,Balance,Balance since\nHill,5.00,{month - timedelta(days=40)}\n")
    assert row.state == "done", row.found
    charge = Charge.objects.get(cents=500)
    assert charge.service_on == month - timedelta(days=40)
    assert charge.postings.first().entry.effective_date == dates.today()
    assert sound() == []
