"""A clerk's day without the mouse; and the same office in a browser that runs no script."""

import pytest

from billing_office.lib import money

pytestmark = pytest.mark.django_db

CLERK, SUPERVISOR = "m.reyes", "s.okafor"


def press(page, *keys: str):
    for key in keys:
        page.keyboard.press(key)


def current(page) -> str:
    return page.locator("tr.cur").inner_text()


def test_a_payment_from_the_search_to_the_toast(sign_in, office):
    page, owed = sign_in(CLERK), office.account.balance.receivable_cents
    press(page, "/")
    page.keyboard.type(office.account.number)
    press(page, "Enter")
    page.wait_for_url(f"**/accounts/{office.account.pk}/")
    press(page, "p")
    page.wait_for_url("**/payments/new/")
    page.wait_for_selector("#id_amount:focus")
    page.keyboard.type("25.00")
    press(page, "Enter")
    page.wait_for_selector("button:has-text('Post $25.00')")
    press(page, "Control+Enter")
    page.wait_for_url(f"**/accounts/{office.account.pk}/")
    assert "25.00" in page.locator(".toast").inner_text()
    assert page.locator(".owed .big").inner_text() == f"${money.show(owed - 2500)}"
    assert "Client payment $25.00" in page.locator("#timeline").inner_text()


def test_a_cheque_for_a_known_account_takes_six_keystrokes_and_the_amount_from_anywhere(sign_in, office):
    page, pressed = sign_in(CLERK), []

    def keys(*names: str):
        pressed.extend(part for name in names for part in name.split("+"))
        press(page, *names)

    keys("g", "n")
    page.wait_for_selector("input[name=q][aria-label='Who paid']:focus")
    page.keyboard.type(office.account.number)  # which account it is for: known, so its number is
    keys("Enter")
    page.wait_for_selector("#id_amount:focus")
    page.keyboard.type("12.00")
    keys("Enter")
    page.wait_for_selector("button:has-text('Post $12.00')")
    keys("Control+Enter")
    page.wait_for_url(f"**/accounts/{office.account.pk}/")
    assert "Posted $12.00" in page.locator(".toast").inner_text()
    assert pressed == ["g", "n", "Enter", "Enter", "Control", "Enter"]
    page.click(".toast >> text=See it")
    page.wait_for_url("**/payments/*/")


def test_lists_are_walked_and_opened_by_letters(sign_in):
    page = sign_in(CLERK)
    press(page, "g", "c")
    page.wait_for_url("**/accounts/")
    names = page.locator("tr[data-href]").all_inner_texts()
    press(page, "j", "j", "k", "j")
    assert current(page) == names[1]
    press(page, "Enter")
    page.wait_for_url("**/accounts/*/")
    assert page.locator("h1").inner_text() in names[1]


def test_letters_are_letters_while_typing(sign_in):
    page = sign_in(CLERK)
    press(page, "/")
    page.keyboard.type("jp?")
    assert page.locator("#find").input_value() == "jp?"
    assert not page.locator("dialog#keys").is_visible()
    press(page, "Escape", "?")
    assert page.locator("dialog#keys").is_visible()


def test_the_help_names_what_this_page_can_do(sign_in, office):
    page = sign_in(CLERK)
    page.goto(f"/accounts/{office.account.pk}/")
    press(page, "?")
    words = page.locator("dialog#keys").inner_text()
    assert "Post payment" in words
    assert "Invoice" not in words.replace("Invoices", "")  # a clerk issues none
    press(page, "Escape")
    assert not page.locator("dialog#keys").is_visible()


def test_single_letters_can_be_switched_off(sign_in):
    page = sign_in(CLERK)
    page.click("button.me")
    page.click("button:has-text('Single-letter keys')")
    page.wait_for_selector("html[data-keys=off]")
    press(page, "?")
    assert not page.locator("dialog#keys").is_visible()


def test_the_chosen_colours_stay(sign_in):
    page = sign_in(CLERK, color_scheme="light")
    page.click("button.me")
    page.click("#me-menu button:has-text('Dark')")
    page.wait_for_selector("html[data-theme=dark]")
    page.goto("/accounts/")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(16, 19, 22)"


def test_a_refused_form_keeps_what_was_typed_and_takes_the_keyboard_to_the_fault(sign_in, office):
    page = sign_in(SUPERVISOR)
    page.goto(f"/accounts/{office.account.pk}/notes/new/")
    press(page, "Control+Enter")
    page.wait_for_selector(".errors")
    press(page, "Tab", "Enter")
    assert page.evaluate("document.activeElement.name") == "text"


def test_a_payment_without_script(sign_in, office):
    page = sign_in(CLERK, java_script_enabled=False)
    page.goto(f"/accounts/{office.account.pk}/payments/new/")
    page.fill("[name=amount]", "10.00")
    page.click("button:has-text('Show where it goes')")
    page.click("button:has-text('Post $10.00')")
    assert "10.00" in page.locator(".toast").inner_text()
    assert page.locator("a:has-text('Ask the contact rules')").is_visible()


def test_a_call_is_logged_by_four_keys_from_the_account(sign_in, office):
    """c opens the line, a letter says what came of it, enter keeps it: no mouse, no other page."""
    page = sign_in(CLERK)
    page.goto(f"{page.url.rstrip('/')}/accounts/{office.account.pk}/")
    press(page, "c")
    page.wait_for_selector("#log [type=radio]:focus")
    press(page, "m", "Tab", "Tab", "Tab")
    page.keyboard.type("asked for a call back")
    press(page, "Enter")
    page.wait_for_selector(".toast:has-text('Call: left message logged.')")
    assert "asked for a call back" in page.locator("#timeline").inner_text()
