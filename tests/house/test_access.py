"""Who may: every route of the product, by enumeration, for every role and nobody; and objects of another office."""

import pytest
from django.test import Client as Browser
from django.urls import URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter

from accounts.models import AccountFlag, Hold, LedgerAccount, Message, MoneyRule, Payer, Reason
from billing_office import schedule
from billing_office.audit.gate import Gate
from billing_office.audit.models import Act
from billing_office.lib import dates
from billing_office.outbox.models import Job
from billing_office.staff import access
from billing_office.staff.models import Role
from dunning.models import ReminderLevel
from insurance.models import AuthorizationRule, Code, CodeLoad, Contract, FeeSchedule, PayerProfile
from invoices import issuing, voiding
from tests.bank.world import make_banked
from tests.factories import (
    make_account,
    make_address,
    make_advice,
    make_attachment,
    make_authorization,
    make_charge,
    make_code,
    make_coverage,
    make_email,
    make_estimates,
    make_fee,
    make_import,
    make_lists,
    make_noted,
    make_office_field,
    make_payer,
    make_payment,
    make_recurring,
    make_refund,
    make_request,
    make_run,
    make_user,
    make_verified,
)

pytestmark = pytest.mark.django_db
ROLES = [role for role in Role.values if role != Role.SERVICE]


def routes(resolver=None):
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern)
        else:
            yield pattern


ROUTES = {pattern.name: pattern for pattern in routes()}


def test_every_route_names_a_right_that_exists():
    for name, pattern in ROUTES.items():
        right = getattr(pattern.callback, "may", None)
        assert right in {access.PUBLIC, access.ANY_STAFF, *access.RIGHTS}, f"{name} declares {right!r}"


def test_names_of_routes_are_not_used_twice():
    assert len(ROUTES) == len(list(routes()))


def test_only_signing_in_and_health_are_public():
    public = {name for name, pattern in ROUTES.items() if pattern.callback.may == access.PUBLIC}
    assert public == {"sign_in", "sign_out", "healthz", "readyz", "preferences"} & set(ROUTES)


@pytest.fixture
def world(office, by, settings):
    """One object of every kind that a route can name, in the signed-in people's office."""
    return make_world(office, by, settings)


def make_world(office, by, settings):
    settings.OUTBOX_HINT = ""
    account = make_account(office, by)
    point = make_email(account.guarantor, by)
    make_address(account.guarantor, by)
    make_charge(account, by)
    invoice = issuing.issue(account, on=dates.today(), by=by, key=f"world{account.pk}")
    employer = make_payer(by, f"Lone Star {account.pk}", Payer.Class.EMPLOYER, email="ap@lonestar.example")
    make_charge(account, by, payer=employer)
    issuing.issue_to_payer(employer, office, on=dates.today(), by=by, key=f"employer{account.pk}")
    make_charge(account, by)
    void = issuing.issue(account, on=dates.today(), by=by, key=f"void{account.pk}")
    voiding.void(void, on=dates.today(), by=by, reason="x")
    schedule.work(schedule.queue.claim(Job.objects.get(kind="render_document", object_id=invoice.document_id).pk))
    flag = AccountFlag.objects.create(account=account, kind="returned_mail", since=dates.today(), reason="x", set_by=by)
    hold = Hold.objects.create(account=account, kind="review", since=dates.today(), reason="x", set_by=by)
    message = Message.objects.get(document=invoice.document)
    return {
        "account": account, "client": account.guarantor, "contact": point, "flag": flag, "hold": hold, "invoice": invoice,
        "document": invoice.document, "message": message, "payer": make_payer(by),
        "payment": make_payment(account, by), "staff": make_user("clerk", office),
        "office": office, "outbox": Job.objects.latest("id"), "reminder_level": ReminderLevel.objects.first(),
        "act": Act.objects.filter(account_id=account.pk).latest("id"),
        "charge": make_charge(account, by), "rule": MoneyRule.objects.first(), "run": make_run(account, by),
        "recurring": make_recurring(account, by), "office_field": make_office_field(account, by), "account_import": make_import(office, by),
        "refund": make_refund(make_payment(account, by), by), "entry": account.entries.latest("id"),
        "reason": Reason.objects.first(), "request": make_request(account, by),
        "ledger_account": LedgerAccount.objects.first(),
        **make_banked(office, by), **make_lists(by),
        "code": Code.objects.first() or make_code(),
        "coverage": (covered := make_coverage(account.guarantor, make_payer(by, "Covering Co"), by)),
        **make_verified(covered, by),
        "plan": covered.plan,
        "profile": PayerProfile.objects.create(payer=covered.plan.payer),
        "fee_schedule": FeeSchedule.objects.first() or make_fee("99213", 10_000).schedule,
        "authorization": make_authorization(covered, by),
        "attachment": make_attachment(account, by),
        **make_noted(account, by),
        **make_estimates(covered, by),
        **make_advice(covered, by),
        "authorization_rule": AuthorizationRule.objects.create(first="99213", since=dates.today(), source="x"),
        "contract": Contract.objects.create(payer=covered.plan.payer, name="2026", since=dates.today()),
        "code_load": CodeLoad.objects.create(system="local", name="x", effective_on=dates.today(), made_by=by, state="done"),
    }  # fmt: skip


# Which object a route's number means, where its own address does not say it by its first word.
NAMED = {
    "accounts": "account", "clients": "client", "contacts": "contact", "flags": "flag", "holds": "hold", "invoices": "invoice",
    "documents": "document", "messages": "message", "payers": "payer", "payments": "payment", "staff": "staff", "offices": "office",
    "outbox": "outbox", "charges": "charge", "rules": "rule", "runs": "run", "recurring": "recurring", "refunds": "refund",
    "ladder": "reminder_level", "audit": "act", "entries": "entry", "reasons": "reason", "approvals": "request",
    "ledger-accounts": "ledger_account",
    "deposits": "deposit",
    "clearings": "clearing",
    "bank-accounts": "bank_account",
    "bank-imports": "bank_import",
    "bank-lines": "bank_line",
    "codes": "code",
    "coverages": "coverage",
    "verifications": "verification",
    "verification-batches": "verification_batch",
    "visits": "visit",
    "plans": "plan",
    "fee-schedules": "fee_schedule",
    "authorizations": "authorization",
    "attachments": "attachment",
    "authorization-rules": "authorization_rule",
    "estimates": "estimate",
    "estimate-lines": "estimate_line",
    "advices": "advice",
    "cheaper-ways": "cheaper_way",
    "duties": "duty",
    "holidays": "holiday",
    "my-day": "follow_up",
    "notes": "note",
    "mentions": "mention",
    "follow-ups": "follow_up",
    "contracts": "contract",
    "code-loads": "code_load",
    "office-fields": "office_field",
    "account-imports": "account_import",
    "saved-lists": "saved_list",
    "list-runs": "list_run",
}  # fmt: skip


def address(pattern, world) -> str:
    route, kwargs = str(pattern.pattern), {}
    for name, converter in pattern.pattern.converters.items():
        if isinstance(converter, IntConverter):
            kwargs[name] = world[NAMED[route.split("/")[0]]].pk
        else:
            kwargs[name] = {
                "owner": "client",
                "column": "all",
                "book": "cash",
                "side": "front",
                "sweep": "small_balance",
                "kind": "follow_up",
            }.get(name, "none.eml")
    return reverse(pattern.name, kwargs=kwargs)


def enter(role, office) -> Browser:
    browser = Browser(raise_request_exception=False)
    browser.user = make_user(role, office)
    browser.force_login(browser.user)
    return browser


@pytest.mark.parametrize("role", ROLES)
def test_a_role_reaches_what_its_rights_name_and_nothing_else(role, office, world):
    browser = enter(role, office)
    for name, pattern in ROUTES.items():
        if name == "sign_out":
            continue
        right, url = pattern.callback.may, address(pattern, world)
        for method in (browser.get, browser.post):
            status = method(url).status_code
            if access.may(browser.user, right):
                assert status < 500, f"{role} {method.__name__} {url}: {status}"
                may_not = status == 403 and not (name == "document" and role == Role.COLLECTOR)
                assert not may_not, f"{role} was refused {url}"
            else:
                assert status == 403, f"{role} {method.__name__} {url}: {status}"


def test_a_refusal_is_recorded(office, world):
    browser = enter(Role.CLERK, office)
    browser.get(reverse("arrears"))
    act = Act.objects.get(verb="access_refused")
    assert (act.actor, act.detail) == (browser.user, {"route": "arrears", "right": "read_board"})


def test_nobody_reaches_anything_but_what_is_public(world):
    browser = Browser(raise_request_exception=False)
    for name, pattern in ROUTES.items():
        url = address(pattern, world)
        for method in (browser.get, browser.post):
            response = method(url)
            if pattern.callback.may == access.PUBLIC:
                assert response.status_code < 500, url
            else:
                assert response.status_code == 302, f"{method.__name__} {url}: {response.status_code}"
                assert response.headers["Location"].startswith(reverse("sign_in")), name


# Of the house, or for those who keep all offices.
SHARED = {
    "office_field",
    "payer",
    "staff",
    "office",
    "outbox",
    "reminder_level",
    "reason",
    "rule",
    "ledger_account",
    "code",
    "code_load",
    "plan",
    "contract",
    "authorization_rule",
    "fee_schedule",
    "cheaper_way",
    "duty",
    "holiday",
}


@pytest.mark.parametrize("role", ROLES)
def test_an_object_of_another_office_is_not_there(role, office, other_office, by, settings):
    """Not 403: that would tell that it exists."""
    theirs = make_world(other_office, by, settings)
    browser = enter(role, office)
    for pattern in ROUTES.values():
        kind = NAMED.get(str(pattern.pattern).split("/")[0])
        named = any(isinstance(c, IntConverter) for c in pattern.pattern.converters.values())
        if not named or kind in SHARED or not access.may(browser.user, pattern.callback.may):
            continue
        for method in (browser.get, browser.post):
            status = method(address(pattern, theirs)).status_code
            assert status in (404, 405), f"{role} {method.__name__} {pattern.name}: {status}"


@pytest.mark.parametrize("role", ["clerk", "biller", "collector", "supervisor", "auditor"])
@pytest.mark.parametrize(
    "name, args",
    [("accounts", []), ("invoices", []), ("messages", []), ("print_list", []), ("arrears_rows", ["client", "all"])],
)
def test_lists_and_files_name_nobody_of_another_office(role, name, args, office, other_office, by, settings):
    make_world(other_office, by, settings)["account"].guarantor.save()
    browser = enter(role, office)
    for query in ("", "?q=White", "?as=csv"):
        response = browser.get(reverse(name, args=args) + query, follow=True)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        assert b"A-100" not in body


def test_a_view_without_a_declared_right_is_refused(rf, office):
    request = rf.get("/")
    request.user, request.resolver_match = make_user("supervisor", office), None
    with pytest.raises(Exception, match="none declared"):
        Gate(lambda r: None).process_view(request, lambda r: None, (), {})


def test_who_is_disabled_is_out_at_once(office, world):
    browser = enter(Role.CLERK, office)
    assert browser.get(reverse("accounts")).status_code == 200
    browser.user.is_active = False
    browser.user.save()
    assert browser.get(reverse("accounts")).status_code == 302


def test_a_role_taken_away_counts_at_once(office, world):
    browser = enter(Role.SUPERVISOR, office)
    browser.user.role = Role.CLERK
    browser.user.save()
    assert browser.get(reverse("arrears")).status_code == 403


def test_pages_with_client_data_are_not_stored_by_the_browser(office, world):
    browser = enter(Role.CLERK, office)
    assert browser.get(reverse("account", args=[world["account"].pk]))["Cache-Control"] == "no-store"


def test_a_collector_reads_reminders_but_no_invoice(office, world):
    browser = enter(Role.COLLECTOR, office)
    assert browser.get(reverse("document", args=[world["document"].pk])).status_code == 403
    page = browser.get(reverse("account", args=[world["account"].pk])).content.decode()
    assert "MRI of the lower back" not in page
    assert "224.00" in page
