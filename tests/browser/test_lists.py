"""A list by the keyboard: walked, ticked by ranges, acted on, and found again where one left it."""

import pytest

from .test_keyboard import SUPERVISOR, current, press

pytestmark = pytest.mark.django_db


def test_a_range_is_ticked_and_a_letter_asks_for_the_act(sign_in):
    page = sign_in(SUPERVISOR)
    page.goto("/accounts/")
    press(page, "j", "x", "j", "j", "Shift+X")
    assert page.locator("[data-selected]").inner_text() == "3 selected"
    press(page, "h")
    page.wait_for_selector("h1:has-text('Set a hold: 3 accounts')")


def test_going_back_finds_the_row_and_the_keyboard_stands_on_it(sign_in):
    page = sign_in(SUPERVISOR)
    page.goto("/accounts/")
    press(page, "j", "j", "j")
    stood = current(page)
    press(page, "Enter")
    page.wait_for_url("**/accounts/*/")
    page.go_back()
    page.wait_for_selector("tr.cur")
    assert current(page) == stood
    assert page.evaluate("document.activeElement.closest('tr').matches('.cur')")


def test_columns_are_chosen_without_script(sign_in):
    page = sign_in(SUPERVISOR, java_script_enabled=False)
    page.goto("/accounts/")
    page.click("summary:has-text('Columns')")
    page.uncheck("[name=column][value=state]")
    page.click("button:has-text('Show these')")
    assert "State" not in page.locator("thead").inner_text()
