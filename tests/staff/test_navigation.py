import re

import pytest
from django.urls import reverse

from billing_office.staff.models import Role


def bar_of(browser):
    page = browser.get(reverse("own_password")).content.decode()
    bars = re.findall(r'<nav class="(?:nav|menu by)".*?</nav>', page, re.S)  # in sight, and behind "More"
    return {word.strip() for bar in bars for word in re.findall(r"<a [^>]*>([^<>]+)<", bar)}


@pytest.mark.parametrize(
    ("role", "shown", "hidden"),
    [
        (Role.ADMIN, {"Staff", "Offices"}, {"Accounts", "Arrears", "Payers"}),
        (Role.CLERK, set(), {"Staff", "Offices", "Arrears"}),
        (Role.SUPERVISOR, {"Offices"}, {"Staff"}),
    ],
)
def test_the_bar_shows_what_the_role_may_open(signed_in, role, shown, hidden):
    bar = bar_of(signed_in(role))
    assert shown <= bar
    assert not hidden & bar


def test_pages_need_no_inline_script_or_style(admin):
    for name in ("own_password", "staff", "staff_new", "offices", "office_new"):
        page = admin.get(reverse(name)).content.decode()
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:", page), name


def test_a_page_that_does_not_exist_says_so_in_the_offices_words(admin):
    response = admin.get("/no/such/page/")
    assert response.status_code == 404
    assert "nothing at this address" in response.content.decode()


def test_a_refusal_says_what_was_kept_and_whom_to_ask(signed_in):
    page = signed_in(Role.CLERK).get(reverse("staff")).content.decode()
    assert "Nothing was changed" in page
    assert "ask an admin" in page
