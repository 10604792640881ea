"""Fields are edited where they stand on the account page, with the history of the record one press away; and what stops
contact stands at the head of every act with money."""

import pytest
from django.urls import reverse

from accounts import closing
from accounts.models import AccountFlag
from billing_office.lib import dates
from tests.factories import make_client

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize(
    "name, of", [("account_edit", "account"), ("client_edit", "client"), ("contact_edit", "contact")]
)
def test_the_form_alone_comes_where_it_is_asked_for_in_place(clerk, account, name, of):
    rows = {"account": account, "client": account.guarantor, "contact": account.guarantor.contact_points.get()}
    href = reverse(name, args=[rows[of].pk])
    text = clerk.get(href, headers=HTMX).content.decode()
    assert "<html" not in text
    assert f'<form method="post" action="{href}"' in text
    assert "<html" in clerk.get(href).content.decode()


def test_where_nothing_may_be_changed_the_whole_page_is_asked_for_anew(clerk, account, by):
    closing.close(account, dates.today(), "x", by=by)
    answer = clerk.get(reverse("account_edit", args=[account.pk]), headers=HTMX)
    assert answer["HX-Redirect"] == reverse("account", args=[account.pk])


def test_what_is_wrong_is_said_on_the_forms_own_page(clerk, account):
    answer = clerk.post(reverse("client_edit", args=[account.guarantor_id]), {"last_name": ""}, headers=HTMX)
    assert answer.status_code in (409, 422)
    assert "<html" in answer.content.decode()


def test_the_history_of_one_record_is_one_press_away(signed_in, account, by):
    supervisor, emma = signed_in("supervisor"), make_client(account, by)
    text = supervisor.get(reverse("client_edit", args=[emma.pk]), headers=HTMX).content.decode()
    href = f"{reverse('account_history', args=[account.pk])}?of=client-{emma.pk}"
    assert href in text
    assert [row.row_id for row in supervisor.get(href).context["table"].page.rows] == [emma.pk]


def test_a_clerk_is_offered_no_history(clerk, account):
    text = clerk.get(reverse("client_edit", args=[account.guarantor_id]), headers=HTMX).content.decode()
    assert "history" not in text


@pytest.mark.parametrize("name", ["charge_new", "account_adjust", "account_move", "payment_new"])
def test_a_flag_stands_at_the_head_of_each_act_with_money(biller, owing, by, name):
    AccountFlag.objects.create(account=owing, kind="bankruptcy", since=dates.today(), reason="Case 12-345", set_by=by)
    assert "Bankruptcy: Case 12-345" in biller.get(reverse(name, args=[owing.pk])).content.decode()
