"""The servers of a test run do what the tests rely on."""

import pytest
from django.core import mail
from django.db import ProgrammingError, connection

from billing_office.celery import app
from tests.servers import MailSink


@pytest.mark.django_db
def test_tests_run_as_the_role_of_the_office():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("billing_app", False)


@pytest.mark.django_db
def test_the_office_cannot_switch_a_guard_off():
    with connection.cursor() as cursor, pytest.raises(ProgrammingError, match="permission denied"):
        cursor.execute("SET session_replication_role = replica")


@pytest.mark.django_db(transaction=True)
def test_workers_take_tasks_from_every_queue(celery_workers):
    told = app.control.inspect(timeout=2).active_queues()
    assert {queue["name"] for queues in told.values() for queue in queues} == {"office", "mail", "pdf"}


def test_sent_mail_arrives_as_a_file(mail_sink: MailSink):
    mail.send_mail("Your invoice", "Please see inside.", "billing@office.example", ["jo@client.example"])
    (message,) = mail_sink.messages(1)
    assert message["Subject"] == "Your invoice"
    assert message["Return-Path"] == "<billing@office.example>"
    assert message["Delivered-To"] == "jo@client.example"
    assert message.get_content().strip() == "Please see inside."


def test_the_mail_server_can_refuse_a_recipient(mail_sink: MailSink):
    mail_sink.answer("gone@client.example", "550 5.1.1 no such user")
    with pytest.raises(OSError, match="no such user"):
        mail.send_mail("s", "b", "billing@office.example", ["gone@client.example"])
    assert mail_sink.messages() == []


def test_the_mail_server_can_be_full(mail_sink: MailSink):
    mail_sink.answer("*", {"data": "452 4.2.2 mailbox full"})
    with pytest.raises(OSError, match="mailbox full"):
        mail.send_mail("s", "b", "billing@office.example", ["jo@client.example"])
    assert mail_sink.messages() == []


def test_the_mail_server_can_hang_up_after_keeping_the_message(mail_sink: MailSink):
    mail_sink.answer("lost@client.example", {"cut": True})
    with pytest.raises(OSError):
        mail.send_mail("s", "b", "billing@office.example", ["lost@client.example"])
    assert len(mail_sink.messages()) == 1
