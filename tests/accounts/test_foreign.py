"""Nobody reaches what is another office's, nor what is not there; and each page refuses the roles it is not for."""

import pytest
from django.urls import reverse

from accounts.models import AccountFlag, Hold
from billing_office.audit.models import Act
from billing_office.lib import dates
from billing_office.staff.models import Role
from tests.factories import make_email

OF_ACCOUNT = ["account_edit", "client_new", "note_new", "flag_new", "hold_new", "charge_new", "payment_new"]
OF_ITS_ROWS = ["client_edit", "contact_new", "contact_edit", "flag_end", "hold_end"]


def pages(account, by) -> dict[str, str]:
    """The address of every page about this account or something of it."""
    stop = {"account": account, "since": dates.today(), "reason": "letter", "set_by": by}
    rows = {
        "client_edit": account.guarantor,
        "contact_new": account.guarantor,
        "contact_edit": make_email(account.guarantor, by, "x@example.org"),
        "flag_end": AccountFlag.objects.create(kind="attorney", **stop),
        "hold_end": Hold.objects.create(kind="dispute", **stop),
    }
    return {name: reverse(name, args=[row.pk]) for name, row in rows.items()} | {
        name: reverse(name, args=[account.pk]) for name in OF_ACCOUNT
    }


@pytest.mark.parametrize("name", OF_ACCOUNT + OF_ITS_ROWS)
def test_what_is_another_offices_is_not_there(signed_in, foreign, by, name):
    page, supervisor = pages(foreign, by)[name], signed_in(Role.SUPERVISOR)
    before = Act.objects.count()
    assert supervisor.get(page).status_code == 404
    assert supervisor.post(page, {"once": "x"}).status_code == 404
    assert Act.objects.count() == before


@pytest.mark.parametrize("name", OF_ACCOUNT + OF_ITS_ROWS)
def test_what_is_not_there_is_not_found(signed_in, name):
    supervisor = signed_in(Role.SUPERVISOR)
    for pk in [0, 10**30]:
        assert supervisor.get(reverse(name, args=[pk])).status_code == 404


@pytest.mark.parametrize("name", OF_ACCOUNT + OF_ITS_ROWS)
def test_a_house_account_has_no_such_pages(signed_in, payer, name):
    if name in OF_ACCOUNT:
        assert signed_in(Role.SUPERVISOR).get(reverse(name, args=[payer.house_account.pk])).status_code == 404


@pytest.mark.parametrize("name", OF_ACCOUNT + OF_ITS_ROWS)
def test_who_only_reads_changes_nothing(signed_in, account, by, name):
    auditor, page = signed_in(Role.AUDITOR), pages(account, by)[name]
    assert [auditor.get(page).status_code, auditor.post(page, {}).status_code] == [403, 403]


@pytest.mark.parametrize("name", OF_ACCOUNT + OF_ITS_ROWS)
def test_the_supervisor_opens_each_page(signed_in, account, by, name):
    assert signed_in(Role.SUPERVISOR).get(pages(account, by)[name]).status_code == 200


@pytest.mark.parametrize("name", OF_ACCOUNT + OF_ITS_ROWS)
def test_an_empty_or_absurd_form_is_answered_in_words(signed_in, account, by, name):
    page, supervisor = pages(account, by)[name], signed_in(Role.SUPERVISOR)
    fields = supervisor.get(page).context["form"].fields
    for absurd in ["", "a\x00b", "9" * 400, "<script>alert(1)</script>", "🦊"]:
        answer = supervisor.post(page, dict.fromkeys(fields, absurd) | {"x": "1"})
        assert answer.status_code in (200, 409, 422)
        assert "<script>alert" not in answer.content.decode()
