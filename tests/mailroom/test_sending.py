"""Sending over real SMTP: once, with its PDF, to one addressee; refused, put off or failed in words."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts.models import AccountFlag, ContactPoint, Document, Message
from billing_office import schedule
from billing_office.lib import dates
from billing_office.outbox import queue
from billing_office.outbox.models import Job
from dunning.models import ContactEvent
from invoices import issuing
from tests.accounts.ledger.conftest import sound
from tests.factories import make_account, make_address, make_charge

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def by_hand(settings):
    """Jobs are worked by the test itself, so that it decides when."""
    settings.OUTBOX_HINT = ""


@pytest.fixture
def invoice(account, by):
    make_charge(account, by)
    return issuing.issue(account, on=dates.today(), by=by, key="one")


def message():
    return Message.objects.get()


def test_the_client_gets_one_mail_with_the_pdf(invoice, mail_sink):
    schedule.drain()
    (mail,) = mail_sink.messages(1)
    (pdf,) = mail.iter_attachments()
    assert mail["To"] == "robert@example.org"
    assert mail["Message-ID"] == message().message_id
    assert pdf.get_filename() == "ELM-INV-000001.pdf"
    assert pdf.get_content() == bytes(
        invoice.document.blob.content if invoice.document.blob else Document.objects.get().blob.content
    )
    assert (message().state, message().sent_at is not None) == ("sent", True)
    assert sound() == []


def test_neither_subject_nor_body_names_a_service(invoice, mail_sink):
    schedule.drain()
    (mail,) = mail_sink.messages(1)
    told = mail["Subject"] + mail.get_body(("plain",)).get_content()
    assert "MRI" not in told
    assert "Robert" not in told
    assert "$224.00" in told


def test_the_contact_log_says_what_was_set_out_and_how_it_ended(invoice, mail_sink):
    schedule.drain()
    stages = list(ContactEvent.objects.order_by("id").values_list("stage", "to"))
    assert stages == [("sending", "robert@example.org"), ("sent", "robert@example.org")]
    assert "DECEASED v1" in ContactEvent.objects.earliest("id").rules


def test_working_the_same_jobs_again_sends_nothing_more(invoice, mail_sink):
    schedule.drain()
    Job.objects.update(state="queued", done_at=None)
    schedule.drain()
    assert len(mail_sink.messages()) == 1


@pytest.mark.parametrize("kind", ["bankruptcy", "attorney", "cease", "deceased", "do_not_contact"])
def test_a_stop_set_while_it_waits_holds_it_back(invoice, mail_sink, by, kind):
    AccountFlag.objects.create(account=invoice.account, kind=kind, since=dates.today(), reason="told us", set_by=by)
    schedule.drain()
    assert mail_sink.messages() == []
    assert message().state == "failed"
    assert message().error


def test_an_address_gone_bad_while_it_waits_is_not_written_to(invoice, mail_sink):
    ContactPoint.objects.update(bad_since=dates.today(), bad_reason="bounced")
    schedule.drain()
    assert mail_sink.messages() == []
    assert "no working address" in message().error


def test_consent_taken_back_while_it_waits_is_honoured(invoice, mail_sink):
    ContactPoint.objects.update(consent_on=None)
    schedule.drain()
    assert mail_sink.messages() == []
    assert "not consented" in message().error


def test_a_recipient_the_server_does_not_know_fails_and_marks_the_address(invoice, mail_sink):
    mail_sink.answer("robert@example.org", "550 no such user")
    schedule.drain()
    assert message().state == "failed"
    assert "no such user" in message().error
    assert ContactPoint.objects.get(kind="email").bad_since
    assert Job.objects.get(kind="send_message").state == "done"


def test_not_now_is_tried_again_later_with_the_same_message_id(invoice, mail_sink):
    mail_sink.answer("robert@example.org", "450 greylisted")
    schedule.drain()
    first = message()
    assert (first.state, mail_sink.messages()) == ("queued", [])
    assert "greylisted" in first.waits_for
    mail_sink.empty()
    Job.objects.filter(state="queued").update(not_before=dates.now())
    schedule.drain()
    (mail,) = mail_sink.messages(1)
    assert mail["Message-ID"] == first.message_id


def test_no_mail_server_is_no_failure_yet(invoice, mail_sink, settings):
    settings.EMAIL_PORT = 1
    schedule.drain()
    assert message().state == "queued"
    assert "did not answer" in message().waits_for
    job = Job.objects.get(kind="send_message")
    assert (job.state, job.attempts) == ("queued", 1)


def test_a_vanished_worker_is_recovered_and_the_mail_goes_once(invoice, mail_sink, settings):
    schedule.work(queue.claim(Job.objects.get().pk))
    lost = queue.claim(Job.objects.get(kind="send_message").pk)
    Job.objects.filter(pk=lost.id).update(lease_until=dates.now() - timedelta(seconds=1))
    assert queue.recover() == [(lost.id, "send_message")]
    schedule.drain()
    with pytest.raises(queue.Fenced):
        schedule.work(lost)
    assert len(mail_sink.messages()) == 1


def test_what_kills_its_worker_twice_is_parked(invoice):
    job = Job.objects.get()
    for _ in range(2):
        queue.claim(job.pk)
        Job.objects.update(lease_until=dates.now() - timedelta(seconds=1))
        queue.recover()
    job.refresh_from_db()
    assert job.state == "parked"


def test_an_invoice_leaves_at_night_and_a_reminder_does_not(invoice, mail_sink, by):
    night = dates.office_time(dates.today(), 23)
    document = Document.objects.create(
        account=invoice.account,
        kind="reminder",
        number="ELM-REM-1",
        template="reminder",
        context=invoice.document.context | {"rows": [], "columns": ["x"]},
    )
    document.keep_rendered(b"%PDF-")
    make_address(invoice.account.guarantor, by)
    reminder = Message.objects.create(
        document=document,
        account=invoice.account,
        action="reminder",
        channel="email",
        to="robert@example.org",
        message_id="<r@x>",
    )
    queue.put("send_message", reminder.pk, f"send:{reminder.pk}")
    schedule.work(queue.claim(Job.objects.get(kind="render_document").pk))
    with time_machine.travel(night, tick=False):
        schedule.drain()
    reminder.refresh_from_db()
    assert [mail["Subject"] for mail in mail_sink.messages(1)] == ["Your bill from Elm Street Clinic"]
    assert reminder.state == "queued"
    assert "outside the hours" in reminder.waits_for
    assert Job.objects.get(object_id=reminder.pk, kind="send_message").not_before > night


def test_send_again_is_a_new_message_with_its_own_id(invoice, mail_sink, clerk):
    schedule.drain()
    clerk.post(reverse("send_again", args=[invoice.document_id]), {"by": "email"})
    schedule.drain()
    ids = {mail["Message-ID"] for mail in mail_sink.messages(2)}
    assert len(ids) == 2
    assert list(Message.objects.order_by("copy").values_list("copy", flat=True)) == [1, 2]


def test_pressing_send_again_twice_queues_one(invoice, mail_sink, clerk):
    schedule.drain()
    for _ in range(2):
        clerk.post(reverse("send_again", args=[invoice.document_id]), {"by": "email"})
    assert Message.objects.count() == 2


def test_a_letter_is_marked_printed_once_and_logged(office, by, clerk):
    account = make_account(office, by)
    make_address(account.guarantor, by)
    make_charge(account, by)
    issuing.issue(account, on=dates.today(), by=by, key="one")
    schedule.drain()
    for _ in range(2):
        clerk.post(reverse("print_message", args=[message().pk]))
    assert message().state == "sent"
    assert ContactEvent.objects.get().stage == "printed"


def test_a_letter_without_an_address_is_not_marked_printed(office, by, clerk):
    account = make_account(office, by)
    make_charge(account, by)
    issuing.issue(account, on=dates.today(), by=by, key="one")
    schedule.drain()
    response = clerk.post(reverse("print_message", args=[message().pk]), follow=True)
    assert "There is no working address for it." in response.content.decode()
    assert message().state == "queued"
