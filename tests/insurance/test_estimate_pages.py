"""Estimates through the front door: made from an account, changed, given, mailed; codes found while typing."""

import uuid
from datetime import date

import pytest
from django.urls import reverse

from accounts.models import Document, Message
from billing_office import schedule
from billing_office.lib import dates
from billing_office.outbox.models import Job
from insurance.models import AuthorizationRule, Contract, Estimate
from tests.factories import make_code, make_coverage, make_fee

from .test_estimates import DEDUCTIBLE, TWENTY, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def covered(account, payer, by):
    row = make_coverage(account.guarantor, payer, by)
    contract = Contract.objects.create(payer=payer, name="2026", since=date(2026, 1, 1))
    make_fee("29827", 50_000)
    make_fee("29827", 32_000, contract=contract)
    make_code("29827", "Arthroscopy, shoulder, surgical; with rotator cuff repair", "cpt", plain="Shoulder repair")
    tell(row, by, *DEDUCTIBLE, TWENTY, on=dates.today())
    return row


def form(account, **more) -> dict:
    given = {
        "once": str(uuid.uuid4()), "code": "29827", "units": "1", "service_on": str(dates.today()), "in_network": "on",
        "client": account.guarantor_id,
    }  # fmt: skip
    return given | more


def made(browser, account, **more) -> Estimate:
    answer = browser.post(reverse("estimate_new", args=[account.pk]), form(account, **more))
    assert answer.status_code == 302, answer.content.decode()
    return Estimate.objects.latest("id")


def page(browser, row) -> str:
    return browser.get(reverse("estimate", args=[row.pk])).content.decode()


def test_a_clerk_makes_one_and_reads_why(clerk, account, covered):
    text = page(clerk, made(clerk, account))
    assert "$224.00" in text
    assert "Agreed in 2026: $320.00." in text
    assert "$200.00 goes to your deductible" in text
    assert "So your part is about $224.00. Most of that is the deductible" in text


def test_a_second_press_makes_no_second_one(clerk, account, covered):
    given = form(account)
    for _ in range(2):
        clerk.post(reverse("estimate_new", args=[account.pk]), given)
    assert Estimate.objects.count() == 1


def test_a_code_without_a_fee_is_asked_for_its_price(clerk, account, covered):
    answer = clerk.post(reverse("estimate_new", args=[account.pk]), form(account, code="99999"))
    assert answer.status_code == 422
    assert "no fee for 99999" in answer.content.decode()


def test_more_services_stand_beside_each_other_and_can_be_taken_out(clerk, account, covered):
    row = made(clerk, account)
    clerk.post(reverse("estimate_line_new", args=[row.pk]), form(account, code="97110", fee="100.00"))
    text = page(clerk, row)
    assert "All services" in text and "$244.00" in text
    clerk.post(reverse("estimate_line_out", args=[row.lines.get(code="97110").pk]))
    assert "$224.00" in page(clerk, row)


def test_a_figure_is_put_in_with_a_reason_and_taken_out(clerk, account, covered):
    row = made(clerk, account)
    cell = reverse("estimate_figure", args=[row.lines.get().pk]) + "?payer=1&figure=deductible"
    assert clerk.post(cell, {"amount": "0.00", "reason": ""}).status_code == 422
    clerk.post(cell, {"amount": "0.00", "reason": "Met on Monday"})
    text = page(clerk, row)
    assert "$64.00" in text and "Put in: Met on Monday." in text and "instead of 200.00" in text
    clerk.post(cell, {"take_out": "1"})
    assert "$224.00" in page(clerk, row)


@pytest.mark.parametrize("query", ["", "?payer=1&figure=over", "?payer=7&figure=copay", "?payer=x&figure=fee"])
def test_a_figure_that_is_none_is_not_there(clerk, account, covered, query):
    row = made(clerk, account)
    assert clerk.get(reverse("estimate_figure", args=[row.lines.get().pk]) + query).status_code == 404


def test_it_warns_of_an_authorization_that_is_missing(clerk, account, covered):
    AuthorizationRule.objects.create(first="29827", since=date(2026, 1, 1), source="Provider manual, section 4")
    text = page(clerk, made(clerk, account))
    assert "wants to be asked about 29827 first" in text and "Provider manual, section 4" in text


def test_given_it_is_mailed_as_a_paper_that_says_what_it_is(clerk, account, covered, settings, mail_sink):
    settings.OUTBOX_HINT = ""
    row = made(clerk, account)
    clerk.post(reverse("estimate_give", args=[row.pk]), {"shown": "22400", "by": "email"})
    row.refresh_from_db()
    assert row.state == "given"
    words = row.document.context
    assert words["ask"]["amount"] == "$224.00" and words["ask"]["by"] == "This is not a bill"
    assert ["Good until", dates.long(row.good_until)] in words["facts"]
    for kind in ("render_document", "send_message"):
        schedule.work(schedule.queue.claim(Job.objects.filter(kind=kind).latest("id").pk))
    assert Message.objects.get(document=row.document).state == "sent"
    sent = mail_sink.messages()[-1]
    assert "houlder" not in sent["subject"] + sent.get_body(("plain",)).get_content()
    pdf = clerk.get(reverse("document", args=[row.document_id]))
    assert pdf.content.startswith(b"%PDF")


def test_what_somebody_did_not_see_is_not_given(clerk, account, covered):
    row = made(clerk, account)
    answer = clerk.post(reverse("estimate_give", args=[row.pk]), {"shown": "100", "by": "none"}, follow=True)
    assert "the client pays $224.00 now, not $1.00" in answer.content.decode()
    row.refresh_from_db()
    assert row.state == "draft"


def test_its_paper_is_made_once(clerk, account, covered):
    row = made(clerk, account)
    clerk.post(reverse("estimate_give", args=[row.pk]), {"shown": "22400", "by": "print"})
    clerk.post(reverse("estimate_send", args=[row.pk]), {"by": "print"})
    assert Document.objects.filter(kind="estimate").count() == 1
    assert Message.objects.filter(document__kind="estimate").count() == 1


def test_a_collector_may_not_open_the_paper(clerk, signed_in, account, covered):
    row = made(clerk, account)
    clerk.post(reverse("estimate_give", args=[row.pk]), {"shown": "22400", "by": "print"})
    row.refresh_from_db()
    assert signed_in("collector").get(reverse("document", args=[row.document_id])).status_code == 403


def test_the_list_and_its_file_take_few_queries(clerk, account, covered, django_assert_max_num_queries):
    made(clerk, account)
    with django_assert_max_num_queries(6):
        text = clerk.get(reverse("account_estimates", args=[account.pk])).content.decode()
    assert "EST-000001" in text
    assert b"224.00" in clerk.get(reverse("estimates") + "?as=csv").getvalue()


# -- codes found while typing ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["29827", "298", "shoulder", "rotator cuff"])
def test_a_code_is_found_by_number_and_words_with_its_fee(biller, covered, text):
    found = biller.get(reverse("codes_found"), {"q": text, "units": "2"}).content.decode()
    assert 'data-code="29827" data-description="Shoulder repair" data-amount="1,000.00"' in found


def test_a_diagnosis_is_no_charge(biller, covered):
    make_code("M25511", "Pain in right shoulder", "icd10")
    assert "M25" not in biller.get(reverse("codes_found"), {"q": "shoulder"}).content.decode()


def test_charging_says_our_fee_and_what_the_payer_allows(biller, account, covered):
    answer = biller.get(reverse("charge_hints", args=[account.pk]), {"code": "29827"}).content.decode()
    assert "Our fee is $500.00 a unit. Agreed in 2026: $320.00." in answer
