"""Every page of the office in a real browser: it answers, keeps its policy, fits its screen, and can be used by all."""

import os
import re
from contextlib import contextmanager

import pytest

from billing_office.desk import demo
from billing_office.staff.access import may
from billing_office.staff.models import User
from tests.house.test_access import ROUTES, address

from .conftest import SCREEN

Axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="no axe: pip install -r requirements-dev.txt"
).Axe
pytestmark = pytest.mark.django_db

SUPERVISOR = "s.okafor"
LARGE = os.environ.get("OFFICE_LARGE") == "1"
PHONE = {"width": 390, "height": 844}
WEIGHT = 100_000  # bytes of one page, without its style and script, which are kept by the browser
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
EVERYTHING = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
TARGETS = {
    "runOnly": {"type": "rule", "values": ["target-size", "scrollable-region-focusable"]},
    "resultTypes": ["violations"],
}


FEWER = """() => document.querySelectorAll('tbody > tr:nth-child(n+7), ol.line > li:nth-child(n+7)').forEach(each => each.remove())"""
VIEWS = [  # other faces of pages that the routes name: the right, the address
    ("read_accounts", "/accounts/{account}/?view=entries"),
    ("read_accounts", "/accounts/{account}/?why={charge}"),
    ("read_accounts", "/accounts/{account}/?show=message"),
    ("read_accounts", "/accounts/?show=overdue"),
    ("read_accounts", "/accounts/?q=nobody-of-this-name"),
    ("read_accounts", "/invoices/?show=void"),
    ("read_messages", "/messages/?state=failed"),
    ("read_messages", "/sink/{mail}/"),
    ("edit_accounts", "/clients/{client}/contacts/new/?kind=postal"),
    ("read_board", "/arrears/all/credit/"),
    ("read_staff", "/staff/?show=left"),
]


def allowed(username: str, office) -> list[str]:
    """The addresses of all routes and views that this person's rights open, whatever they answer with."""
    user = User.objects.get(username=username)
    names = [name for name, pattern in ROUTES.items() if name != "sign_out" and may(user, pattern.callback.may)]
    views = [path.format(**office.words) for right, path in VIEWS if may(user, right)]
    return [*(address(ROUTES[name], office.things) for name in names), *views]


def pages(page, addresses: list[str]) -> list[str]:
    """Those of the addresses that answer with a page."""
    return [each for each in addresses if _is_page(page.request.get(each, max_redirects=0))]


def _is_page(answer) -> bool:
    """Neither a form's target, a file, a part of a page, nor an address that leads on."""
    return answer.status not in (204, 302, 405) and answer.text().startswith("<!doctype html>")


@contextmanager
def listening(page):
    """What the browser complains of meanwhile: console errors and warnings, the policy's refusals, failed requests."""
    heard = []

    def console(message):
        if message.type in ("error", "warning"):
            heard.append(message.text)

    def failure(error):
        heard.append(str(error))

    page.on("console", console)
    page.on("pageerror", failure)
    yield heard
    page.remove_listener("console", console)
    page.remove_listener("pageerror", failure)


def open_page(page, path: str) -> list[str]:
    """Open it as a person would and say what is wrong with it, on the wide screen and on the phone."""
    with listening(page) as wrong:
        answer = page.goto(path)
        page.wait_for_load_state("load")
        _settled(page)
        if answer.status not in (200, 202):
            wrong.append(f"answers {answer.status}")
        if (size := len(answer.body())) > WEIGHT:
            wrong.append(f"weighs {size} bytes")
        for screen in (SCREEN, PHONE):
            page.set_viewport_size(screen)
            if (width := page.evaluate("document.documentElement.scrollWidth")) > screen["width"]:
                wrong.append(f"scrolls sideways at {screen['width']}: {width}")
    return [f"{path}: {what}" for what in wrong]


def _settled(page):
    """Parts that the page fetches after it opened have come."""
    page.wait_for_selector("[hx-trigger=load]", state="detached")


@pytest.fixture(scope="session")
def axe(chromium):
    """axe(page, options): what the page lacks for people who see, hear or point otherwise. Rows repeat: six stand for all."""

    def run(page, options: dict) -> list[str]:
        page.evaluate(f"window.axe || (() => {{ {Axe().axe_script} }})()")
        page.evaluate(FEWER)
        found = page.evaluate("options => axe.run(document, options)", options)["violations"]
        return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"][:2]]

    return run


def bar(page) -> list[str]:
    return page.eval_on_selector_all("nav.nav a", "links => links.map(link => link.getAttribute('href'))")


def test_every_page_opens_clean_and_can_be_used_by_all_in_light_and_dark(sign_in, office, axe):
    page, wrong = sign_in(SUPERVISOR), []
    found = pages(page, allowed(SUPERVISOR, office))
    assert set(bar(page)) <= set(found)
    for at, each in enumerate(found):  # one third is also looked at on the phone, another in the dark
        wrong += open_page(page, each)  # ends on the phone
        if LARGE or at % 3 == 0:
            wrong += [f"{each} phone {said}" for said in axe(page, TARGETS)]
        page.set_viewport_size(SCREEN)
        wrong += [f"{each} {said}" for said in axe(page, EVERYTHING)]
        if LARGE or at % 3 == 1:
            page.emulate_media(color_scheme="dark")
            wrong += [f"{each} dark {said}" for said in axe(page, COLOURS)]
            page.emulate_media(color_scheme="light")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("username", [username for username, _, _ in demo.STAFF if username != SUPERVISOR])
def test_every_page_of_another_role_opens_clean(username, sign_in, office):
    """Of what the supervisor opens as well, the bar's pages and the account's are enough."""
    page = sign_in(username)
    known = set(allowed(SUPERVISOR, office)) - {*bar(page), f"/accounts/{office.account.pk}/"}
    found = pages(page, [each for each in allowed(username, office) if LARGE or each not in known])
    assert set(bar(page)) <= set(found)
    wrong = [said for each in found for said in open_page(page, each)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path, status", [("/accounts/99999999/", 404), ("/staff/", 403), ("/no-such-page/", 404)])
def test_a_failure_is_a_page_like_any_other(path, status, sign_in, axe):
    page = sign_in(SUPERVISOR)
    assert page.goto(path).status == status
    assert page.locator("nav.nav a").count() > 3
    assert not axe(page, EVERYTHING)


def test_the_page_before_signing_in_can_be_used_by_all(chromium, office, axe):
    context = chromium.new_context(base_url=office.url, viewport=PHONE)
    page = context.new_page()
    page.goto("/")
    assert not axe(page, EVERYTHING)
    page.press("[name=password]", "Enter")
    page.wait_for_selector(".errors")
    assert not axe(page, EVERYTHING)
    context.close()


def test_a_refused_form_says_what_to_do_to_all(sign_in, office, axe):
    page = sign_in(SUPERVISOR)
    page.goto(f"/accounts/{office.account.pk}/charges/new/")
    page.click("button:has-text('Post charge')")
    page.wait_for_selector(".errors")
    assert page.evaluate("document.activeElement.className") == "errors"
    assert not axe(page, EVERYTHING)


def test_dialog_and_menus_can_be_used_by_all(sign_in, office, axe):
    page = sign_in(SUPERVISOR)
    page.goto(f"/accounts/{office.account.pk}/")
    _settled(page)
    page.click("button.me")
    assert not axe(page, EVERYTHING)
    page.keyboard.press("Escape")
    page.click("[aria-label='More actions']")
    assert not axe(page, EVERYTHING)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.locator("dialog#keys").is_visible()
    assert not axe(page, EVERYTHING)


def test_pages_may_run_our_own_files_alone(sign_in):
    page = sign_in(SUPERVISOR)
    policy = page.goto("/").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert not re.search(r"unsafe-(inline|eval)", policy)
