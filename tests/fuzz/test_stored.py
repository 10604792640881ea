"""One account whose every text holds a payload: pages, files, PDF and mail show it and never obey it."""

import csv
import io
import re
import socket
import subprocess
from contextlib import closing

import pytest
from openpyxl import load_workbook

from accounts import notes
from accounts.models import AccountFlag, Hold
from billing_office import schedule
from billing_office.lib import dates
from billing_office.staff import access
from billing_office.staff.models import Office
from invoices import issuing
from tests.factories import make_account, make_address, make_charge, make_client, make_email, make_payer, make_payment
from tests.fuzz import hostile
from tests.house.test_access import ROUTES, address, enter, make_world

pytestmark = pytest.mark.django_db
MARKUP = ["<script>zzfuzz(1)</script>", '"><img src=x onerror=zzfuzz>', "{{7*7}}{% debug %}{0.__class__}"]
FORMULAS = ['=HYPERLINK("http://x")', "+1+1", "-1+1", "@SUM(A1)", ' "=1', "' =1", "\t=1", "\r=1"]
LISTS = [
    "accounts",
    "payers",
    "invoices",
    "messages",
    "print_list",
    "account_export",
    "arrears",
    "arrears_rows",
    "offices",
    "staff",
    "audit",
]


def poison(office, by, text):
    """An office's world in which `text` stands wherever somebody may type one."""
    texts = ["name", "street", "city_line", "phone", "hours", "website", "pay_to", "help_text"]
    Office.objects.filter(pk=office.pk).update(**dict.fromkeys(texts, text[:40]))
    office.refresh_from_db()
    account = make_account(office, by, text, text)
    make_client(account, by, text, text, relation=text[:40])
    make_email(account.guarantor, by)
    make_address(account.guarantor, by, street=text, city=text, region=text[:40], postcode=text[:16], source=text)
    payer = make_payer(by, text, electronic_id=text[:40], street=text, city_line=text, phone=text[:40])
    charge = make_charge(account, by, description=text, code=text[:20], provider=text)
    make_charge(account, by, 9900, description=text, payer=payer)
    make_payment(account, by, 1000, shares={charge: 500})
    notes.write(account, text, by=by, detail={})
    AccountFlag.objects.create(
        account=account, kind="attorney", since=dates.today(), until=dates.today(), reason=text, set_by=by
    )
    hold = Hold.objects.create(account=account, kind="review", since=dates.today(), reason=text, set_by=by)
    Hold.objects.filter(pk=hold.pk).update(until=dates.today())
    return account


@pytest.mark.parametrize("text", MARKUP)
def test_no_page_takes_a_stored_text_for_markup(text, office, by, settings):
    world = make_world(office, by, settings)
    account = poison(office, by, text)
    invoice = issuing.issue(account, on=dates.today(), by=by, key="poisoned")
    world |= {"account": account, "client": account.guarantor, "invoice": invoice, "document": invoice.document}
    seen, wrong = 0, []
    for role in ("supervisor", "admin", "auditor", "collector"):
        browser = enter(role, office)
        for name, pattern in ROUTES.items():
            if name == "sign_out" or not access.may(browser.user, pattern.callback.may):
                continue
            response = browser.get(address(pattern, world))
            page = "" if response.streaming else response.content.decode(errors="replace")
            seen += "zzfuzz" in page or "{{7*7}}" in page
            wrong += [f"{role} {name}: {mark}" for mark in hostile.RAW if mark in page]
            if response.status_code >= 500 or "debug" in text and "49{" in page:
                wrong.append(f"{role} {name}: {response.status_code}")
    assert not wrong, "\n".join(wrong)
    assert seen > 10, "the payload stands on the pages, as text"


@pytest.mark.parametrize("text", FORMULAS)
def test_no_file_of_any_list_holds_a_formula(text, office, by, settings):
    settings.OUTBOX_HINT = ""
    account = poison(office, by, text)
    issuing.issue(account, on=dates.today(), by=by, key="poisoned")
    people = {role: enter(role, office) for role in ("supervisor", "auditor", "admin")}
    for name in LISTS:
        browser = next(one for one in people.values() if access.may(one.user, ROUTES[name].callback.may))
        url = address(ROUTES[name], {"account": account})
        for cell in cells_of_csv(browser.get(url, {"as": "csv"})):
            bare = cell.lstrip(' "\x00')
            runs = bare[:1] in tuple("=+-@\t\r") and not re.fullmatch(r"-\d+(\.\d\d)?", cell)
            assert not runs, f"{name}: {cell!r}"  # a text that would begin so begins with ' instead
        for cell in cells_of_xlsx(browser.get(url, {"as": "xlsx"})):
            assert cell.data_type != "f", f"{name}: {cell.value!r}"


def cells_of_csv(response):
    if "csv" not in response["Content-Type"]:
        return []
    text = b"".join(response.streaming_content).decode()
    return [cell for line in csv.reader(io.StringIO(text, newline="")) for cell in line]


def cells_of_xlsx(response):
    if "sheet" not in response["Content-Type"]:
        return []
    book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    return [cell for sheet in book for line in sheet.iter_rows() for cell in line]


@pytest.fixture
def listener():
    """Somebody on this machine who waits to be asked."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.settimeout(0.3)
        yield server


FETCHING = [
    '<img src="{}">', '<link rel=stylesheet href="{}">', "<style>@import url({});</style>", '<object data="{}"></object>',
    '<a rel=attachment href="{}">', '<svg><image href="{}"/></svg>', '<iframe src="file:///etc/passwd">',
]  # fmt: skip


def test_a_document_fetches_nothing_that_a_text_names(office, by, settings, listener):
    settings.OUTBOX_HINT = ""
    place = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    account = make_account(office, by, "<img src=x>", "White")
    make_email(account.guarantor, by)
    for tag in FETCHING:
        make_charge(account, by, description=tag.format(place))
    row = issuing.issue(account, on=dates.today(), by=by, key="fetching")
    schedule.work(schedule.queue.claim(schedule.queue.Job.objects.get(kind="render_document").pk))
    row.document.refresh_from_db()
    text = text_of(bytes(row.document.blob.content))
    assert "<img src=" in text, "it stands there as text"
    assert "root:" not in text
    with pytest.raises(TimeoutError):
        listener.accept()


def text_of(pdf: bytes) -> str:
    return subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()


NAMES = [
    'Elm \\ Street "Clinic", <evil@x.org>',
    "Elm, Street; Clinic\\",
    "Elm\r\nBcc: evil@x.org",
    "=?utf-8?q?Elm?= 王 Clinic",
    "{{7*7}}",
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", NAMES)
def test_no_name_adds_a_header_or_a_recipient_to_a_mail(name, office, by, settings, mail_sink):
    settings.OUTBOX_HINT = ""
    Office.objects.filter(pk=office.pk).update(name=name)
    office.refresh_from_db()
    account = make_account(office, by, email="robert@example.org")
    make_charge(account, by)
    issuing.issue(account, on=dates.today(), by=by, key="mail")
    schedule.drain()
    (mail,) = mail_sink.messages()
    assert mail["To"] == "robert@example.org"
    assert mail["Bcc"] is None
    assert [one.addr_spec for one in mail["From"].addresses] == [settings.DEFAULT_FROM_EMAIL]
    assert mail["From"].addresses[0].display_name == " ".join(name.split())
    assert mail["Subject"] == f"Your bill from {' '.join(name.split())}"
