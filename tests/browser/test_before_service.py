"""A client phones before a visit: found, verified by the payer's machine, asked for, advised, mailed. By keyboard."""

import re
import subprocess
from datetime import timedelta

import pytest

from accounts.sending import RENDER, SEND
from billing_office import schedule
from billing_office.lib import dates
from billing_office.outbox import queue
from billing_office.outbox.models import Job
from insurance import verification
from insurance.models import Advice, Authorization, Coverage

pytestmark = pytest.mark.django_db(transaction=True)  # what the workers do is seen by the pages
MEMBER, CODE = "AUTH33871", "29881"


def work_off(*kinds: str):
    """As the workers do, which do not stand behind these pages."""
    for kind in kinds:
        for job in Job.objects.filter(kind=kind, state="queued"):
            schedule.work(queue.claim(job.pk))


def test_from_the_call_to_the_mail(sign_in, office, sandbox, mail_sink):
    coverage = Coverage.objects.select_related("client__account").get(member_number=MEMBER)
    account, page = coverage.client.account, sign_in("m.reyes")
    page.keyboard.press("/")
    page.keyboard.type(account.number)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/accounts/{account.pk}/")
    page.keyboard.press("v")
    page.wait_for_url(f"**/accounts/{account.pk}/advice/")
    page.wait_for_selector("#id_code:focus")
    page.keyboard.type(CODE)
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/advice/?estimate=*")
    assert "Covered on" in page.locator("section[aria-label=Coverage]").inner_text()

    page.keyboard.press("m")
    page.wait_for_selector("text=being asked")
    work_off(verification.JOB)
    page.wait_for_selector("text=More is known now")
    page.keyboard.press("u")
    page.wait_for_selector("text=Do not confirm")

    page.keyboard.press("a")
    page.wait_for_url("**/authorizations/*/")
    page.keyboard.press("e")
    page.wait_for_selector("#id_number")
    page.select_option("#id_state", "approved")
    page.fill("#id_number", "PA-7741")
    page.fill("#id_valid_from", str(dates.today()))
    page.fill("#id_valid_to", str(dates.today() + timedelta(30)))
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("h1:has-text('Authorization PA-7741')")
    assert Authorization.objects.get(number="PA-7741").coverage == coverage

    page.goto(f"/accounts/{account.pk}/advice/")
    page.wait_for_selector("text=Authorization PA-7741")
    told = page.locator(".owed .big").inner_text()
    for at in range(page.locator("input[name=duties]").count()):
        page.locator("input[name=duties]").nth(at).check()
    page.keyboard.press("s")
    page.wait_for_url("**/advices/*/")
    advice = Advice.objects.get(client=coverage.client)
    assert all(one["told"] for one in advice.told)

    work_off(RENDER, SEND)
    sent = next(one for one in mail_sink.messages() if advice.number in one.get_body(("plain",)).get_content())
    pdf = next(sent.iter_attachments()).get_content()
    text = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    text = re.sub(r"\s+", " ", text)
    assert told in text and "Authorization PA-7741" in text and "Bring your insurance card" in text
    page.goto(f"/accounts/{account.pk}/")
    assert advice.number in page.locator("#timeline").inner_text()
