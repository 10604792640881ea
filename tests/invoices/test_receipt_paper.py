"""A payment's page and its receipt: rendered, mailed with consent or printed, sent again as a new message."""

import pytest
from django.urls import reverse

from accounts import ledger
from accounts.models import Document, JournalEntry, Message
from billing_office import schedule
from billing_office.audit.models import Act
from billing_office.lib import dates
from billing_office.staff.models import Role
from invoices.receipts import documents
from tests.factories import make_account, make_charge, make_payment


@pytest.fixture(autouse=True)
def by_hand(settings):
    settings.OUTBOX_HINT = ""


@pytest.fixture
def paid(owing, by):
    """100.00 received, 60.00 of it on the charge of 224.00."""
    return make_payment(owing, by, 10000, shares={owing.charge: 6000})


def ask(browser, payment, by="email"):
    return browser.post(reverse("payment_receipt", args=[payment.pk]), {"by": by}, follow=True)


def test_after_posting_the_way_to_the_receipt_is_offered(clerk, owing, paid):
    page = clerk.get(reverse("account", args=[owing.pk])).content.decode()
    assert reverse("payment", args=[paid.pk]) in page  # from the payment's line in the timeline
    assert "E-mail the receipt" in clerk.get(reverse("payment", args=[paid.pk])).content.decode()


def test_the_page_shows_where_the_money_went(clerk, paid):
    text = clerk.get(reverse("payment", args=[paid.pk])).content.decode()
    assert "MRI of the lower back" in text and "60.00" in text and "164.00" in text
    assert "$40.00 is on no charge yet" in text


def test_a_collector_reads_amounts_and_no_service(signed_in, paid):
    text = signed_in(Role.COLLECTOR).get(reverse("payment", args=[paid.pk])).content.decode()
    assert "MRI of the lower back" not in text and "60.00" in text


def test_accounts_of_other_offices_are_a_sum_without_names(biller, owing, foreign, payer, by):
    mine, theirs = make_charge(owing, by, 6000, payer=payer), make_charge(foreign, by, 3000, payer=payer)
    shares = {owing.pk: [ledger.Share(mine.pk, 6000)], foreign.pk: [ledger.Share(theirs.pk, 3000)]}
    both = ledger.receive_payer_payment(
        payer, cents=9000, received_on=dates.today(), method="eft", shares=shares, key="t", by=by
    )
    text = biller.get(reverse("payment", args=[both.pk])).content.decode()
    assert "Luis Ortega" not in text and "$30.00 more stands on accounts of other offices" in text


@pytest.mark.django_db(transaction=True)
def test_with_consent_the_receipt_goes_out_by_mail_as_a_pdf(clerk, paid, mail_sink):
    assert "goes out by e-mail to robert@example.org" in ask(clerk, paid).content.decode()
    schedule.drain()
    (mail,) = mail_sink.messages(1)
    (pdf,) = mail.iter_attachments()
    told = mail["Subject"] + mail.get_body(("plain",)).get_content()
    assert "MRI" not in told and "White" not in told and "$100.00" in told
    assert pdf.get_content().startswith(b"%PDF")
    text = str(Document.objects.get().context)
    for words in ("Receipt", "$100.00", "MRI of the lower back", "−60.00", "164.00", "$40.00", "Check"):
        assert words in text
    message = Message.objects.get()
    assert (message.action, message.state, message.document.kind) == ("receipt", "sent", "receipt")


def test_it_is_made_once_and_recorded(clerk, owing, paid):
    ask(clerk, paid)
    ask(clerk, paid)
    assert (Document.objects.count(), Message.objects.count()) == (1, 1)
    act = Act.objects.get(verb="receipt_issued")
    assert (act.account_id, act.actor) == (owing.pk, clerk.user)


def test_what_went_out_goes_out_again_as_a_new_message(clerk, paid):
    ask(clerk, paid)
    Message.objects.update(state="sent", sent_at=dates.now())
    ask(clerk, paid)
    assert sorted(Message.objects.values_list("copy", flat=True)) == [1, 2]
    assert len(set(Message.objects.values_list("message_id", flat=True))) == 2


def test_without_consent_it_goes_on_the_print_list(clerk, office, by):
    account = make_account(office, by, "Luis", "Ortega", email="luis@example.org", consents=False)
    assert "on the print list (no consent to e-mail)" in ask(clerk, make_payment(account, by)).content.decode()


def test_on_paper_when_asked_for(clerk, paid):
    assert "on the print list (asked for on paper)" in ask(clerk, paid, "print").content.decode()
    assert Message.objects.get().channel == "print"


def test_what_paid_for_another_account_is_a_sum_without_service(owing, office, by):
    other = make_account(office, by, "Luis", "Ortega")
    charge = make_charge(other, by, 3000, description="Hearing test")
    payment = make_payment(owing, by, 10000, shares={owing.charge: 6000})
    ledger.allocate(payment, other, [ledger.Share(charge.pk, 3000)], on=dates.today(), key="t", by=by)
    words = documents.words(payment, owing, on=dates.today())
    assert "Hearing" not in str(words)
    assert {row["label"]: row["amount"] for row in words["settle"]} == {
        "Due now": "$164.00",
        "Not used yet, kept for you": "$10.00",
        "Used for other accounts": "$30.00",
    }


def test_there_is_none_for_what_was_undone_or_came_from_a_payer(biller, owing, paid, payer, by):
    theirs = ledger.receive_payer_payment(
        payer, cents=100, received_on=dates.today(), method="eft", shares={}, key="t", by=by
    )
    assert "A payer has its own remittance" in ask(biller, theirs).content.decode()
    ledger.reverse(JournalEntry.objects.get(kind="client_payment"), on=dates.today(), by=by, memo="x")
    answer = ask(biller, paid).content.decode()
    assert "The payment was undone" in answer and "Undone" in answer
    assert not Document.objects.exists()


@pytest.mark.parametrize("role", [Role.COLLECTOR, Role.AUDITOR, Role.ADMIN])
def test_other_roles_send_none(signed_in, paid, role):
    assert signed_in(role).post(reverse("payment_receipt", args=[paid.pk])).status_code == 403


def test_a_collector_opens_no_receipt(signed_in, clerk, paid):
    ask(clerk, paid)
    assert signed_in(Role.COLLECTOR).get(reverse("document", args=[Document.objects.get().pk])).status_code == 403


# -- the list ---------------------------------------------------------------------------------------------------------------------


def test_receipts_are_listed_newest_first_found_by_reference_and_a_file(clerk, owing, by, foreign, paid):
    make_payment(foreign, by, 999)
    page = clerk.get(reverse("receipts"))
    assert b"Robert White" in page.content and b"Luis Ortega" not in page.content
    assert b"None has" in clerk.get(reverse("receipts"), {"q": "no such"}).content
    assert b"Robert White" in clerk.get(reverse("receipts"), {"as": "csv"}).getvalue()


def test_the_list_takes_few_queries_however_long(clerk, owing, by, django_assert_max_num_queries):
    for n in range(12):
        make_payment(owing, by, 100 + n)
    with django_assert_max_num_queries(6):
        clerk.get(reverse("receipts"))
