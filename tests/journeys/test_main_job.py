"""The office's main job from end to end: real PostgreSQL, Redis, Celery workers, SMTP; people act through the browser's requests."""

import json
import re
import uuid
from datetime import timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.models import Account, Message
from billing_office import tasks
from billing_office.lib import dates
from dunning.models import Reminder
from invoices import issuing
from invoices.models import Invoice
from tests.factories import make_account, make_address, make_charge
from tests.intake.practice import some_practice

pytestmark = pytest.mark.django_db(transaction=True)


def ran(command, *args, **options) -> dict:
    out = StringIO()
    call_command(command, *args, json=True, stdout=out, **options)
    return json.loads(out.getvalue())


def fields(page) -> dict[str, str]:
    """What a form sends when nothing is changed: its inputs with their values, the first option that is chosen."""
    text = page.content.decode()
    found = re.findall(r"<input[^>]*>", text)
    values = {}
    for tag in found:
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and 'type="checkbox"' not in tag:
            values[name.group(1)] = value.group(1) if value else ""
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', text, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        values[name] = chosen.group(1) if chosen else ""
    return values


def daytime() -> str:
    """A zone where reminders may leave now, whenever the suite runs."""
    now = dates.now()
    zones = [
        "America/Chicago",
        "Europe/Berlin",
        "Asia/Tokyo",
        "Pacific/Auckland",
        "America/Los_Angeles",
        "Asia/Kolkata",
    ]
    return next(zone for zone in zones if 9 <= now.astimezone(ZoneInfo(zone)).hour < 20)


def test_books_come_in_and_the_money_comes_home(signed_in, office, celery_workers, mail_sink, tmp_path):
    clerk, biller, supervisor = signed_in("clerk"), signed_in("biller"), signed_in("supervisor")

    # A practice's unworked accounts are taken over.
    some_practice(seed=7, patients=4).write(tmp_path)
    brought = ran(
        "import_practice", str(tmp_path), books="charges", until=dates.today().isoformat(), office=office.code
    )
    assert brought["refused"] == []
    account = Account.objects.for_staff(clerk.user).filter(open_items__payer=None, open_items__cents__gt=0).first()

    # The clerk writes down the client's address and consent.
    page = clerk.get(reverse("contact_new", args=[account.guarantor_id]))
    sent = fields(page) | {"kind": "email", "value": "anna@example.org", "consent": "on", "consents": "on"}
    assert clerk.post(reverse("contact_new", args=[account.guarantor_id]), sent).status_code == 302

    # The biller issues; workers render the PDF and send it.
    biller.post(reverse("invoice_new", args=[account.pk]), {"key": uuid.uuid4().hex})
    invoice = Invoice.objects.get(account=account)
    (mail,) = mail_sink.messages(1, seconds=40)
    (pdf,) = mail.iter_attachments()
    assert (mail["To"], pdf.get_filename()) == ("anna@example.org", f"{invoice.number}.pdf")
    assert pdf.get_content().startswith(b"%PDF-")
    shown = clerk.get(reverse("document", args=[invoice.document_id]))
    assert shown.content == pdf.get_content()

    # A part payment is proposed, looked at, posted.
    page = reverse("payment_new", args=[account.pk])
    asked = fields(clerk.get(page)) | {"amount": "1.00", "method": "cash", "received_on": dates.today().isoformat()}
    proposed = clerk.post(page, asked | {"act": "propose"})
    posted = clerk.post(page, fields(proposed) | {"act": "post"})
    assert posted.status_code == 302, proposed.content.decode()[-3000:]
    assert account.payments.get().cents == 100

    # Forty days later it is overdue; the day runs, and the reminder names what is left.
    late = dates.today() + timedelta(days=40)
    counts = ran("run_day", date=late.isoformat())
    assert counts["steps"]["reminders"]["sent"] == 1
    reminder = mail_sink.messages(2, seconds=40)[-1]
    assert reminder["Subject"] == f"A reminder from {office.name}"
    assert ran("run_day", date=late.isoformat())["steps"]["reminders"] == {}
    assert Reminder.objects.get().cents == invoice.cents - 100

    # The supervisor's board equals the ledger, and the books are sound.
    board = supervisor.get(reverse("arrears")).content.decode()
    assert "Clients" in board
    assert "Equals the ledger" in supervisor.get(reverse("arrears_proof")).content.decode()
    assert ran("check_money")["ok"]


def test_the_scheduled_day_reminds_by_itself(office, by, celery_workers, mail_sink):
    """No hand touches it: the clock's task starts the day in a worker, which reminds, renders and sends."""
    office.terms_days = 0
    office.save()
    account = make_account(office, by, email="late@example.org", time_zone=daytime())
    make_address(account.guarantor, by)
    make_charge(account, by)
    issuing.issue(account, on=dates.today(), by=by, key="today")
    mail_sink.messages(1, seconds=40)
    tasks.day.delay()
    tasks.day.delay()
    reminder = mail_sink.messages(2, seconds=40)[-1]
    assert reminder["Subject"] == f"A reminder from {office.name}"
    assert Message.objects.filter(action="reminder").count() == 1
    assert ran("check_money")["ok"]
