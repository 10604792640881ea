"""A client phones before a visit: covered, asked for, estimated, advised, in writing; the office's worked example to the cent.

Then the same for one who has no insurance, up to the bill that is 400.00 above what was told.
"""

import re
import uuid
from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.models import OpenItem
from billing_office import schedule
from billing_office.lib import dates
from billing_office.outbox.models import Job
from insurance.models import Advice, Authorization, Contract, Estimate, PayerProfile
from invoices.models import Invoice
from tests.factories import make_charge, make_coverage, make_fee
from tests.insurance.test_estimates import LEFT_OF_IT, YEAR, row, tell

pytestmark = pytest.mark.django_db
TODAY = dates.today()
ON = TODAY + timedelta(9)


def new_form(account, **more) -> dict:
    return {
        "once": str(uuid.uuid4()), "code": "29827", "units": "1", "service_on": str(ON), "in_network": "on",
        "client": account.guarantor_id,
    } | more  # fmt: skip


def acknowledged(page: str) -> dict:
    """What the form of the advice page sends when everything was told."""
    form = page[page.index('id="advice"') :]
    values = {name: re.search(rf'name="{name}" value="([^"]*)"', form)[1] for name in ("once", "shown", "told_to")}
    duties = re.findall(r'name="duties" value="(\d+)"', form)
    return values | {"duties": duties, "standing": "client", "way": "phone", "by": "email"}


def work_off(*kinds: str):
    for kind in kinds:
        for job in Job.objects.filter(kind=kind, state="queued"):
            schedule.work(schedule.queue.claim(job.pk))


def told_by_phone(coverage, by):
    """2,000.00 of deductible, 500.00 of it met; 20 %; 1,600.00 left of the own maximum; the plan pays 1,000.00 more."""
    tell(
        coverage, by, row("C", 2_000_00, period=YEAR), row("C", 1_500_00, period=LEFT_OF_IT),
        row("A", percent="0.2", says=["AFTER DEDUCTIBLE"]), row("G", 1_600_00, period=LEFT_OF_IT),
        row("F", 1_000_00, period=LEFT_OF_IT), row("CB", types=["2"], authorization="Y"), on=TODAY, days_ago=0,
    )  # fmt: skip


def test_from_the_call_to_the_mail(clerk, account, payer, by, settings, mail_sink):
    settings.OUTBOX_HINT = ""
    PayerProfile.objects.create(payer=payer, phone="(800) 555-0134")
    contract = Contract.objects.create(payer=payer, name="Agreement", since=date(TODAY.year, 1, 1))
    make_fee("29827", 4_000_00)
    make_fee("29827", 2_800_00, contract=contract)
    coverage = make_coverage(account.guarantor, payer, by)
    told_by_phone(coverage, by)

    begun = clerk.post(reverse("advise_estimate", args=[account.pk]), new_form(account), follow=True)
    page, made = begun.content.decode(), Estimate.objects.get()
    figures = {one.name: one.cents for one in made.lines.get().figures.all()}
    assert figures == {
        "allowed": 2_800_00, "copay": 0, "deductible": 1_500_00, "coinsurance": 100_00, "over": 200_00, "insurer": 1_000_00,
    }  # fmt: skip
    assert (made.writeoff_cents, made.client_cents) == (1_200_00, 1_800_00)
    assert "$1,800.00" in page and "Do not confirm" in page

    asked = {"code": "29827", "units": "1", "service_on": str(ON)}
    clerk.post(reverse("authorization_ask", args=[coverage.pk]), asked)
    leave = Authorization.objects.get()
    granted = {
        "state": "approved", "number": "PA-7741", "valid_from": str(TODAY), "valid_to": str(ON), "codes": "29827 1",
        "lock_version": leave.lock_version,
    }  # fmt: skip
    clerk.post(reverse("authorization_edit", args=[leave.pk]), granted)
    page = clerk.get(reverse("advise", args=[account.pk])).content.decode()
    assert "Authorization PA-7741" in page and "Do not confirm" not in page

    clerk.post(reverse("advise_save", args=[made.pk]), acknowledged(page))
    advice = Advice.objects.get()
    assert all(one["told"] for one in advice.told) and advice.estimate.state == "given"
    work_off("render_document", "send_message")
    assert advice.document.messages.get().state == "sent"
    sent = mail_sink.messages()[-1]
    assert sent["to"] == "robert@example.org"
    assert next(sent.iter_attachments()).get_content().startswith(b"%PDF")
    assert advice.number in clerk.get(reverse("account", args=[account.pk])).content.decode()


def test_without_insurance_up_to_the_bill_that_stops(clerk, biller, signed_in, account, by):
    make_fee("29827", 1_000_00)
    clerk.post(
        reverse("visit_new", args=[account.guarantor_id]),
        {"once": str(uuid.uuid4()), "on": str(TODAY), "what": "Repair"},
    )
    clerk.post(
        reverse("good_faith_new", args=[account.guarantor_id]),
        {"once": str(uuid.uuid4()), "service_on": str(TODAY), "asked_on": str(TODAY), "what": "Repair"},
    )
    assert "3 business days left" in clerk.get(reverse("good_faith")).content.decode()
    answer = clerk.post(
        reverse("advise_estimate", args=[account.pk]), new_form(account, service_on=str(TODAY)), follow=True
    )
    clerk.post(
        reverse("advise_save", args=[Estimate.objects.get().pk]),
        acknowledged(answer.content.decode()) | {"by": "print"},
    )
    assert "None is due" in clerk.get(reverse("good_faith")).content.decode()

    make_charge(account, by, 1_400_00, days_ago=0, code="29827")
    to, key = reverse("invoice_new", args=[account.pk]), {"key": uuid.uuid4().hex}
    assert "A supervisor has to look at it first." in biller.post(to, key, follow=True).content.decode()
    assert not Invoice.objects.exists()
    why = {"once": str(uuid.uuid4()), "shown": "140000", "reason": "A second tear, repaired at once"}
    look = f"{reverse('good_faith_let_go', args=[account.guarantor_id])}?service_on={TODAY}"
    signed_in("supervisor").post(look, why)
    biller.post(to, key)
    assert Invoice.objects.get().cents == 1_400_00 == OpenItem.objects.get(account=account, payer=None).cents
