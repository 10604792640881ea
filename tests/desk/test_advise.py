"""Advice through the front door: from the account, verified, a cheaper way used, told, kept, mailed."""

import uuid

import pytest
from django.urls import reverse

from accounts.models import Document
from billing_office import schedule
from billing_office.lib import dates
from billing_office.outbox.models import Job
from insurance.models import Advice, AuthorizationRule, Duty, Estimate, PayerProfile, Verification
from tests.factories import make_fee
from tests.insurance.advised import ON, draft, make_advised, way
from tests.insurance.test_estimates import DEDUCTIBLE, TWENTY, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def covered(account, payer, by):
    return make_advised(account, payer, by)


def page(browser, account, **query) -> str:
    return browser.get(reverse("advise", args=[account.pk]), query).content.decode()


def save(browser, estimate, send="", **more):
    first = Duty.objects.filter(applies="always").first()
    given = {
        "once": str(uuid.uuid4()), "shown": estimate.client_cents, "duties": [str(first.pk)], "told_to": "Jan White",
        "standing": "other", "way": "phone", "by": send,
    }  # fmt: skip
    return browser.post(reverse("advise_save", args=[estimate.pk]), given | more, follow=True)


def test_two_keys_lead_from_the_account_and_a_service_begins_it(clerk, account, covered):
    assert 'data-key="v">Advise' in clerk.get(reverse("account", args=[account.pk])).content.decode()
    assert "what is planned, and when?" in page(clerk, account)
    given = {
        "once": str(uuid.uuid4()), "code": "29827", "units": "1", "service_on": str(ON), "in_network": "on",
        "client": account.guarantor_id,
    }  # fmt: skip
    again = given | {"once": str(uuid.uuid4()), "code": "?"}
    answer = clerk.post(reverse("advise_estimate", args=[account.pk]), given, follow=True)
    assert "$224.00" in answer.content.decode()
    assert clerk.post(reverse("advise_estimate", args=[account.pk]), again).status_code == 422


def test_one_sight_shows_coverage_leave_cost_ways_and_duties(clerk, account, covered, by):
    way(condition="if your physician agrees")
    AuthorizationRule.objects.create(first="29827", since="2026-01-01", source="Provider manual, section 4")
    draft(account, by)
    text = page(clerk, account)
    for said in (
        "Primary:", "Active", "Provider manual, section 4", "Do not confirm", "$224.00", "at the surgery center", "16.00",
        "Bring your insurance card", "Wait until we tell you",
    ):  # fmt: skip
        assert said in text, said


def test_a_page_for_who_is_not_insured_says_so(clerk, account, by):
    make_fee("29827", 500_00)
    draft(account, by)
    text = page(clerk, account)
    assert "Not insured" in text and "You may dispute a bill" in text and "Verify now" not in text


def test_a_cheaper_way_is_used_with_one_press(clerk, account, covered, by):
    rule, made = way(), draft(account, by)
    use = {"line": made.lines.get().pk, "way": rule.pk}
    for _ in range(2):
        clerk.post(reverse("advise_use", args=[made.pk]), use)
    made.refresh_from_db()
    assert (made.client_cents, made.lines.get().modifier) == (208_00, "SG")


def test_what_became_known_since_is_said_and_worked_in(clerk, account, covered, by):
    made = draft(account, by)
    assert "More is known now" not in page(clerk, account)
    tell(covered, by, *DEDUCTIBLE[:1], TWENTY, on=dates.today(), days_ago=0)
    assert "More is known now" in page(clerk, account)
    clerk.post(reverse("advise_renew", args=[made.pk]))
    assert "More is known now" not in page(clerk, account)


def test_verify_now_asks_the_payer_by_machine(clerk, account, covered, by, settings):
    settings.OUTBOX_HINT = ""
    made = draft(account, by)
    clerk.post(reverse("advise_verify", args=[made.pk]))
    assert not Verification.objects.filter(state="waiting").exists()
    covered.plan.payer.electronic_id = "60054"
    covered.plan.payer.save()
    PayerProfile.objects.create(payer=covered.plan.payer, check_by="electronic")
    answer = clerk.post(reverse("advise_verify", args=[made.pk]), follow=True)
    assert Verification.objects.get(state="waiting").service_on == ON
    assert "being asked" in answer.content.decode()


def test_saving_gives_the_estimate_and_keeps_the_advice_once(clerk, account, covered, by):
    made, once = draft(account, by), str(uuid.uuid4())
    for _ in range(2):
        text = save(clerk, made, once=once).content.decode()
    advice = Advice.objects.get()
    assert advice.estimate.state == "given" and not advice.document.messages.exists()
    assert "Jan White, who speaks for the client" in text and "By phone" in text and "not told" in text
    assert advice.number in clerk.get(reverse("account", args=[account.pk])).content.decode()


def test_it_is_mailed_as_a_paper(clerk, account, covered, by, settings, mail_sink):
    settings.OUTBOX_HINT = ""
    save(clerk, draft(account, by), "email")
    document = Document.objects.get(kind="advice")
    for kind in ("render_document", "send_message"):
        schedule.work(schedule.queue.claim(Job.objects.filter(kind=kind).latest("id").pk))
    sent = mail_sink.messages()[-1]
    assert "before your visit" in sent["subject"] and document.number in sent.get_body(("plain",)).get_content()
    assert clerk.get(reverse("document", args=[document.pk])).content.startswith(b"%PDF")


def test_a_form_that_says_nothing_is_refused(clerk, account, covered, by):
    made = draft(account, by)
    assert save(clerk, made, told_to="").status_code == 422
    assert save(clerk, made, duties=["999999"]).status_code == 422
    assert "Tick what you told." in save(clerk, made, duties=[]).content.decode()
    assert not Advice.objects.exists()


def test_what_somebody_did_not_see_is_not_given(clerk, account, covered, by):
    text = save(clerk, draft(account, by), shown="100").content.decode()
    assert "the client pays $224.00 now, not $1.00" in text
    assert not Advice.objects.exists() and Estimate.objects.get().is_draft


def test_an_auditor_reads_it_and_changes_nothing(signed_in, account, covered, by):
    made, auditor = draft(account, by), signed_in("auditor")
    text = page(auditor, account)
    assert "To be told" in text and "Save advice" not in text
    assert save(auditor, made).status_code == 403


def test_the_page_takes_few_queries(clerk, account, covered, by, django_assert_max_num_queries):
    draft(account, by)
    with django_assert_max_num_queries(45):
        page(clerk, account, service_on=str(ON))
