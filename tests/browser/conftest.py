"""A real browser before a real office: chromium, and the demo office served to it."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connections
from django.db.models import Count
from pytest_django.live_server_helper import LiveServer

from accounts.models import (
    Account,
    AccountFlag,
    ContactPoint,
    Document,
    Hold,
    LedgerAccount,
    Message,
    MoneyRule,
    Payer,
    Payment,
    Reason,
    Refund,
    Run,
)
from accounts.sending import RENDER, SEND
from billing_office import schedule
from billing_office.approvals.models import Request
from billing_office.audit.models import Act
from billing_office.desk import demo
from billing_office.lib import dates
from billing_office.outbox import queue
from billing_office.outbox.models import Job
from billing_office.staff.models import User
from dunning.models import ReminderLevel
from insurance.models import AuthorizationRule, CodeLoad, Contract, FeeSchedule
from tests.bank.world import make_banked
from tests.factories import (
    make_advice,
    make_attachment,
    make_authorization,
    make_code,
    make_coverage,
    make_estimates,
    make_fee,
    make_import,
    make_lists,
    make_noted,
    make_office_field,
    make_recurring,
    make_verified,
)

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
SWITCHES = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PLAIN = (str, bytes, int, float, bool, type(None), dict)
SCREEN = {"width": 1280, "height": 800}


class Far:
    """Something of playwright's that lives in the browser's own thread: used like the thing itself, each touch goes there.

    Playwright keeps an event loop running in the thread that started it, in which Django refuses its database; so it gets
    a thread to itself, and tests stay plain functions.
    """

    def __init__(self, thing, thread: ThreadPoolExecutor):
        self._thing, self._thread = thing, thread

    def __getattr__(self, name):
        return self._near(self._thread.submit(getattr, self._thing, name).result())

    def __call__(self, *args, **kwargs):
        args = [arg._thing if isinstance(arg, Far) else arg for arg in args]
        return self._near(self._thread.submit(self._thing, *args, **kwargs).result())

    def _near(self, answer):
        if isinstance(answer, PLAIN):
            return answer
        if isinstance(answer, list):
            return [self._near(each) for each in answer]
        return Far(answer, self._thread)


@pytest.fixture(scope="session")
def playwright_thread() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="browser") as thread:
        yield thread


@pytest.fixture(scope="session")
def chromium(playwright_thread):
    """One browser for the whole run. Skips, in one line, where there is none."""
    api = pytest.importorskip("playwright.sync_api", reason="no playwright: pip install -r requirements-dev.txt")
    if not shutil.which(CHROMIUM):
        pytest.skip("no chromium: apt-get install chromium")
    manager = playwright_thread.submit(api.sync_playwright).result()
    driver = Far(playwright_thread.submit(manager.start).result(), playwright_thread)
    browser = driver.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
    yield browser
    browser.close()
    driver.stop()


@dataclass(frozen=True)
class Office:
    """The demo office in the test database: its address, one thing of each kind, and words to put into addresses."""

    url: str
    things: dict
    words: dict

    account = property(lambda self: self.things["account"])


@pytest.fixture(scope="module")
def office(django_db_setup, django_db_blocker, owner_flush, redis_url, mail_server):
    """The demo office, served; made for a module, gone after it. One mail has gone out."""
    patch = pytest.MonkeyPatch()
    for name, value in {
        "MAIL_SINK": str(mail_server.folder),
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": mail_server.port,
        "EMAIL_USE_TLS": False,
        "OUTBOX_HINT": "",  # no worker stands behind these pages
    }.items():
        patch.setattr(django_settings, name, value)
    with django_db_blocker.unblock():
        demo.load(dates.today())
        _send_one()
        server = LiveServer("127.0.0.1")
        try:
            things = _things()
            mail = max(path.name for path in mail_server.folder.glob("*.eml"))
            yield Office(server.url, things, _words(things, mail))
        finally:  # all of it is committed: left behind, it would make every later test fail
            server.stop()
            for connection in connections.all():
                connection.close()
            call_command("flush", verbosity=0, interactive=False)
            mail_server.empty()
    patch.undo()


def _send_one():
    """Render and send the first e-mail, as the workers do."""
    message = Message.objects.waiting().earliest("id")
    for kind, number in ((RENDER, message.document_id), (SEND, message.pk)):
        schedule.work(queue.claim(Job.objects.get(kind=kind, object_id=number).pk))


def _things() -> dict:
    """One of each kind that an address can name; the account is the one with most charges."""
    account = Account.objects.filter(kind=Account.Kind.CLIENT).alias(n=Count("charges")).order_by("-n", "pk").first()
    stop = {"account": account, "since": dates.today(), "reason": "returned", "set_by": User.objects.service()}
    return {
        "account": account, "client": account.guarantor, "staff": User.objects.people().earliest("pk"),
        "contact": ContactPoint.objects.filter(client=account.guarantor).earliest("pk"),
        "flag": AccountFlag.objects.create(kind="returned_mail", **stop), "hold": Hold.objects.create(kind="review", **stop),
        "invoice": account.invoices.earliest("pk"), "document": Document.objects.filter(blob=None).earliest("pk"),
        "message": Message.objects.earliest("pk"), "payer": Payer.objects.earliest("pk"), "office": account.office,
        "payment": Payment.objects.filter(payer=None).earliest("pk"),
        "outbox": Job.objects.earliest("pk"), "reminder_level": ReminderLevel.objects.earliest("pk"),
        "act": Act.objects.filter(account_id=account.pk).earliest("pk"), "entry": account.entries.latest("pk"),
        "attachment": make_attachment(account, User.objects.service()),
        "account_import": make_import(account.office, User.objects.service()),
        "office_field": make_office_field(account, User.objects.service()),
        "recurring": make_recurring(account, User.objects.service()),
        "charge": account.charges.latest("pk"), "rule": MoneyRule.objects.earliest("pk"), "run": Run.objects.earliest("pk"),
        "refund": Refund.objects.earliest("pk"), "reason": Reason.objects.earliest("pk"), "request": Request.objects.earliest("pk"),
        **make_banked(account.office, User.objects.service()), **make_lists(User.objects.service()),
        **make_noted(account, User.objects.service()),
        "ledger_account": LedgerAccount.objects.earliest("pk"), **_insured(account.guarantor, User.objects.service()),
    }  # fmt: skip


def _insured(client, by) -> dict:
    """One of each kind that insurance knows."""
    covered = make_coverage(client, Payer.objects.earliest("pk"), by, rank=3)
    return {
        "coverage": covered, "plan": covered.plan, "authorization": make_authorization(covered, by), "code": make_code("T-1"),
        **make_verified(covered, by), **make_estimates(covered, by), **make_advice(covered, by),
        "contract": Contract.objects.earliest("pk"),
        "authorization_rule": AuthorizationRule.objects.create(first="99213", since=dates.today(), source="x"),
        "fee_schedule": FeeSchedule.objects.first() or make_fee("99213", 10_000).schedule,
        "code_load": CodeLoad.objects.create(system="local", name="x", effective_on=dates.today(), made_by=by, state="done"),
    }  # fmt: skip


def _words(things: dict, mail: str) -> dict:
    charge = things["account"].charges.latest("service_on")
    return {
        "account": things["account"].pk,
        "client": things["client"].pk,
        "charge": charge.pk,
        "mail": mail,
        "sweep": "small_balance",
    }


@pytest.fixture
def sign_in(chromium, office):
    """sign_in("s.okafor") is a page in a browser of its own, where that member of the demo's staff has signed in."""
    contexts = []

    def enter(username: str, **options):
        context = chromium.new_context(**{"viewport": SCREEN, "base_url": office.url} | options)
        contexts.append(context)
        page = context.new_page()
        page.goto("/")
        page.fill("[name=username]", username)
        page.fill("[name=password]", demo.PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_selector("h1:has-text('My day')")
        page.wait_for_load_state("load")
        return page

    yield enter
    for context in contexts:
        context.close()
