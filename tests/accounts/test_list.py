"""The list of accounts: what stands on it, how it is narrowed and found, whose it is."""

import csv
import io

import pytest
from django.urls import reverse

from accounts import ledger
from accounts.ledger import Entry, Leg
from accounts.models import Account, Book, Kind
from billing_office.audit.models import Act
from billing_office.lib import dates
from billing_office.staff.models import Role
from tests.factories import (
    make_account,
    make_charge,
    make_client,
    make_due,
    make_email,
    make_payer,
    make_payment,
    make_phone,
    make_user,
)

LIST = "/accounts/"


def names(reader, query=""):
    return [row["Name"] for row in rows(reader, query)]


def rows(reader, query=""):
    """What the list shows, read from its file: the same columns and filter."""
    answer = reader.get(f"{LIST}?{query}&as=csv" if query else f"{LIST}?as=csv")
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode())))


def test_a_line_says_what_the_client_and_others_owe_and_since_when(clerk, owing, by, payer):
    make_charge(owing, by, 5000, payer=payer)
    make_payment(owing, by, 3000, shares={owing.charge: 1000}, days_ago=2)
    line = rows(clerk)[0]
    assert (line["Account"], line["Name"]) == (owing.number, "Robert White")
    assert (line["Client owes"], line["Others owe"], line["Unapplied"]) == ("214.00", "50.00", "20.00")
    assert line["Past due"] == "10"
    assert line["Last payment"]
    page = clerk.get(LIST).content.decode()
    assert "214.00" in page and "10 d" in page


def test_a_payment_taken_back_is_no_last_payment(clerk, account, by):
    make_payment(account, by)
    ledger.reverse(account.entries.get(), on=dates.today(), by=by, memo="bounced check")
    assert rows(clerk)[0]["Last payment"] == ""


def test_a_credit_does_not_hide_what_is_owed(clerk, owing, by):
    over = make_charge(owing, by, 1000)
    legs = (Leg(Book.DISCOUNT, 3000, charge=over.pk), Leg(Book.RECEIVABLE, -3000, charge=over.pk))
    ledger.post(Entry(owing.pk, Kind.DISCOUNT, dates.today(), legs, "test:over"), by)
    assert rows(clerk)[0]["Client owes"] == "224.00"


@pytest.mark.parametrize(
    ("show", "found"),
    [
        ("", ["Closed", "Due", "Insured", "Late", "New", "Spare"]),
        ("owing", ["Due", "Insured", "Late"]),
        ("overdue", ["Late"]),
        ("unapplied", ["Spare"]),
        ("no-consent", ["Due", "Insured", "New", "Spare"]),
        ("closed", ["Closed"]),
        ("nonsense", ["Closed", "Due", "Insured", "Late", "New", "Spare"]),
    ],
)
def test_chips_narrow_the_list(clerk, office, by, payer, show, found):
    cast = {name: make_account(office, by, "", name) for name in ["New", "Late", "Due", "Insured", "Spare", "Closed"]}
    make_email(cast["Late"].guarantor, by)
    make_email(cast["Due"].guarantor, by, consents=False)
    make_due(make_charge(cast["Late"], by), 1)
    make_due(make_charge(cast["Due"], by), -1)
    make_due(make_charge(cast["Insured"], by, payer=payer), 5, payer)
    make_payment(cast["Spare"], by)
    Account.objects.filter(pk=cast["Closed"].pk).update(closed_on="2026-11-01")
    assert names(clerk, f"show={show}") == found


@pytest.mark.parametrize(
    "q", ["white", "robert white", "WHITE rob", "555-0199", "5125550199", "robert@example", "emma", "wh"]
)
def test_an_account_is_found_by_name_phone_and_email(clerk, office, account, by, q):
    make_phone(account.guarantor, by)
    make_client(account, by)
    make_account(office, by, "Luis", "Ortega")
    assert names(clerk, f"q={q}") == ["Robert White"]


@pytest.mark.parametrize("q", ["nunez", "Núñez", "NUÑEZ ana", "ana n"])
def test_accents_do_not_matter(clerk, office, by, q):
    make_account(office, by, "Ana", "Núñez")
    assert names(clerk, f"q={q}") == ["Ana Núñez"]


@pytest.mark.parametrize("q", ["%", "_", "\\", "%25", "a%00b", "' OR 1=1", "🦊", "0" * 500, "@", "٣"])
def test_odd_searches_find_nothing_and_break_nothing(clerk, account, q):
    assert clerk.get(LIST, {"q": q}).status_code == 200
    assert names(clerk, f"q={q}") in ([], ["Robert White"])
    assert names(clerk, "q=%25") == []


def test_part_of_a_number_finds(clerk, account):
    assert names(clerk, f"q={account.number[2:]}") == ["Robert White"]


def test_an_exact_number_opens_the_account(clerk, account):
    answer = clerk.get(LIST, {"q": f" {account.number.lower()} "})
    assert answer["Location"] == reverse("account", args=[account.pk])


def test_an_exact_number_of_another_office_opens_nothing(clerk, foreign):
    answer = clerk.get(LIST, {"q": foreign.number})
    assert answer.status_code == 200
    assert "Nobody found" in answer.content.decode()


def test_other_offices_are_not_on_the_list_nor_in_the_files(clerk, account, foreign):
    assert names(clerk) == ["Robert White"]
    assert "Ortega" not in clerk.get(LIST).content.decode()
    assert names(clerk, "q=ortega") == []


def test_the_office_is_a_column_for_those_who_have_several(signed_in, account, office, other_office):
    one, two = signed_in(Role.CLERK), signed_in(Role.CLERK)
    two.user.offices.add(other_office)
    assert "Office" not in rows(one)[0]
    assert rows(two)[0]["Office"] == office.name


def test_accounts_of_one_payer(clerk, office, account, by, payer):
    make_charge(account, by, payer=payer)
    other = make_account(office, by, "Luis", "Ortega")
    make_charge(other, by, payer=make_payer(by, "Aetna"))
    assert names(clerk, f"payer={payer.pk}") == ["Robert White"]
    assert clerk.get(LIST, {"payer": "9" * 40}).status_code == 200


def test_the_file_holds_what_the_list_holds_and_is_recorded_without_what_was_searched(clerk, office, account, by):
    make_account(office, by, "Luis", "Ortega")
    answer = clerk.get(LIST, {"q": "white", "as": "xlsx"})
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    act = Act.objects.get(verb="accounts_exported")
    assert act.detail == {"as": "xlsx", "show": "", "searched": True}
    assert act.actor == clerk.user


def test_looking_at_the_list_is_no_export(clerk, account):
    clerk.get(LIST)
    clerk.get(LIST, {"as": "pdf"})
    assert not Act.objects.filter(verb="accounts_exported").exists()


def test_pages_go_on_and_back_without_losing_an_account(clerk, office, by):
    for n in range(53):
        make_account(office, by, "Ann", f"Same {n:02}")
    first = clerk.get(LIST)
    second = clerk.get(LIST, {"after": first.context["table"].page.next})
    assert [line.account.name for line in second.context["table"].rows] == ["Ann Same 50", "Ann Same 51", "Ann Same 52"]
    assert second.context["table"].page.previous


def test_fifty_accounts_take_at_most_six_queries(clerk, office, by, payer, django_assert_max_num_queries):
    for n in range(52):
        account = make_account(office, by, "Ann", f"Late {n}")
        make_due(make_charge(account, by), 4)
    with django_assert_max_num_queries(6):
        assert clerk.get(LIST).status_code == 200
    with django_assert_max_num_queries(8):  # and which names begin so, and the record of whom the search found
        assert clerk.get(LIST, {"show": "overdue", "q": "late 5"}).status_code == 200


@pytest.mark.parametrize(
    ("role", "words"),
    [
        (Role.CLERK, "Open the first one"),
        (Role.AUDITOR, "A clerk or biller opens them"),
    ],
)
def test_an_empty_list_says_what_to_do(signed_in, role, words):
    page = signed_in(role).get(LIST).content.decode()
    assert words in page
    assert (reverse("account_new") in page) == (role == Role.CLERK)


def test_who_has_no_office_is_told_so(client, db):
    client.force_login(make_user(Role.CLERK))
    assert "You have no office yet" in client.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("show", "words"),
    [
        ("owing", "Nobody owes anything"),
        ("overdue", "Nothing is past due"),
        ("unapplied", "No unapplied money"),
        ("closed", "No closed accounts"),
    ],
)
def test_nothing_under_a_chip_is_good_news(clerk, account, show, words):
    assert words in clerk.get(LIST, {"show": show}).content.decode()


def test_an_admin_reads_no_accounts(signed_in):
    assert signed_in(Role.ADMIN).get(LIST).status_code == 403
