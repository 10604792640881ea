"""Finding and doing from one field: whatever a clerk types, whom it may mean, and nobody of another office."""

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.urls import reverse

from accounts import finding
from accounts.models import Account, Client, ContactPoint, NameBearer, NameWord
from billing_office.audit.models import Act
from billing_office.lib import dates
from invoices import issuing
from tests.factories import (
    make_account,
    make_charge,
    make_client,
    make_coverage,
    make_email,
    make_payer,
    make_payment,
    make_phone,
)

pytestmark = pytest.mark.django_db


def find(browser, text: str, **more) -> dict[str, list[str]]:
    """What the palette shows: heading → labels."""
    answer = browser.get(reverse("search_found"), {"q": text} | more)
    assert answer.status_code == 200
    return {group.title: [hit.label for hit in group.hits] for group in answer.context["groups"]}


@pytest.fixture
def people(office, by):
    """Robert White with his wife Emma, Luis Ortega-Núñez, Sean O'Brien and some Johnsons."""
    for first, last in [("Robert", "White"), ("Luis", "Ortega-Núñez"), ("Sean", "O'Brien"), ("Ann", "Johnson")]:
        account = make_account(office, by, first, last)
        if last == "White":
            make_client(account, by, "Emma", "White")
            make_phone(account.guarantor, by, "+1 (512) 555-0199")
            make_email(account.guarantor, by, "Robert@Example.org")
    return office


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("white rob", "Robert White"),
        ("ROBERT WHITE", "Robert White"),
        ("emma", "Emma White"),
        ("nunez", "Luis Ortega-Núñez"),
        ("obrien", "Sean O'Brien"),
        ("o’brien s", "Sean O'Brien"),
        ("512.555.0199", "Robert White"),
        ("1 512 555 0199", "Robert White"),
        ("0199", "Robert White"),
        ("512555", "Robert White"),
        ("robert@ex", "Robert White"),
    ],
)
def test_a_client_is_found(clerk, people, text, name):
    assert find(clerk, text)["Accounts"] == [name]


@pytest.mark.parametrize("text", ["jonson", "jhonson", "johnsen ann", "johnsonn", "Joohnson", "kohnson"])
def test_a_slip_finds_names_like_it(clerk, people, text):
    found = find(clerk, text)
    assert "Accounts" not in found
    assert found["Names like it"] == ["Ann Johnson"]


def test_a_name_that_changed_is_found_by_the_new_one(clerk, people):
    client = Client.objects.get(last_name="Johnson")
    client.last_name = "Quillfeather"
    client.save()
    for typed in ("quilfeather", "quilfether"):  # the latter is two slips away
        assert find(clerk, typed)["Names like it"] == ["Ann Quillfeather"]
    assert find(clerk, "johnson").get("Accounts") is None


def test_who_leaves_is_found_no_more(clerk, people):
    client = Client.objects.get(first_name="Emma")
    client.contact_points.all().delete()
    client.delete()
    assert find(clerk, "emma").get("Accounts") is None


def test_an_account_that_goes_to_another_office_is_found_there_alone(clerk, people, other_office):
    account = Account.objects.get(name="Ann Johnson")
    account.office = other_office
    account.save()
    assert find(clerk, "johnson").get("Accounts") is None
    clerk.user.offices.add(other_office)
    assert find(clerk, "johnson")["Accounts"] == ["Ann Johnson"]


@pytest.mark.parametrize("shared", ["5125550", "+1 512 555 0"])
def test_a_phone_that_many_of_another_office_share_the_beginning_of_is_found(clerk, people, foreign, by, shared):
    """More than are looked at before the office is asked."""
    ContactPoint.objects.bulk_create(
        ContactPoint(client=foreign.guarantor, kind="phone", value=f"512 555 0{n:03}") for n in range(300)
    )
    assert find(clerk, shared)["Accounts"] == ["Robert White"]


def test_each_word_is_kept_once_however_many_bear_it(people, by):
    make_account(people, by, "Ann", "Johnson")
    assert NameWord.objects.filter(word="johnson").count() == 1


@pytest.mark.parametrize("typed", ["{0}", " a-{1} ", "{1}"])
def test_a_whole_number_opens_its_account_at_once(clerk, account, typed):
    typed = typed.format(account.number, account.number[2:])
    assert clerk.get(reverse("search"), {"q": typed})["Location"] == reverse("account", args=[account.pk])


def test_the_only_one_found_opens_at_once(clerk, people):
    answer = clerk.get(reverse("search"), {"q": "nunez"})
    assert answer["Location"] == reverse("account", args=[Account.objects.get(name="Luis Ortega-Núñez").pk])


def test_several_are_shown_to_choose_from(clerk, people, by):
    make_account(people, by, "Emma", "White")
    answer = clerk.get(reverse("search"), {"q": "white"})
    assert answer.status_code == 200
    assert b"Emma White" in answer.content


def test_a_member_number_finds_the_client(clerk, account, payer, by):
    make_coverage(account.guarantor, payer, by, member_number="XYZ123456")
    assert find(clerk, "xyz123456")["Accounts"] == ["Robert White"]


def test_an_invoice_a_receipt_and_a_payer_are_found(clerk, account, office, by, settings):
    settings.OUTBOX_HINT = ""
    make_charge(account, by)
    invoice = issuing.issue(account, on=dates.today(), by=by, key="x")
    payment = make_payment(account, by)
    make_payer(by, "Lone Star Health")
    sequence = invoice.number.rsplit("-", 1)[1].lstrip("0")
    for typed in [invoice.number, invoice.number.lower(), f"inv-{sequence}"]:
        assert find(clerk, typed)["Invoices"] == ["Invoice"]
    assert clerk.get(reverse("search"), {"q": f"{office.code}-RCT-{payment.pk:06d}"})["Location"] == reverse(
        "payment", args=[payment.pk]
    )
    assert find(clerk, "star lone")["Payers"] == ["Lone Star Health"]


@pytest.mark.parametrize(
    ("text", "heading", "label"),
    [("post pay", "Acts", "Post a payment"), ("new acc", "Acts", "New account"), ("verif", "Pages", "Verification")],
)
def test_acts_and_pages_are_found_by_their_words(clerk, office, text, heading, label):
    assert label in find(clerk, text)[heading]


def test_what_the_open_account_offers_comes_first(clerk, account):
    found = find(clerk, "post pay", account=account.pk)
    assert next(iter(found)) == f"On Robert White, {account.number}"
    page = clerk.get(reverse("account", args=[account.pk])).content.decode()
    assert f'<input type="hidden" name="account" value="{account.pk}">' in page


@pytest.mark.parametrize("role", ["clerk", "biller", "collector", "supervisor", "auditor", "admin"])
def test_everything_offered_may_be_opened(signed_in, account, role):
    browser = signed_in(role)
    for group in browser.get(reverse("search_found"), {"account": account.pk}).context["groups"]:
        for hit in group.hits:
            assert browser.get(hit.href).status_code in (200, 302), hit


def test_who_reads_no_accounts_finds_none(signed_in, people, account):
    found = find(signed_in("admin"), "white", account=account.pk)
    assert found == {}
    assert find(signed_in("admin"), account.number) == {}


@pytest.mark.parametrize("text", ["ortega", "{number}", "0177", "luis@", "MEM77", "ortegga"])
def test_another_offices_client_is_not_there(clerk, office, foreign, by, payer, text):
    make_phone(foreign.guarantor, by, "512 555 0177")
    make_email(foreign.guarantor, by, "luis@example.org")
    make_coverage(foreign.guarantor, payer, by, member_number="MEM77")
    assert find(clerk, text.format(number=foreign.number), account=foreign.pk) == {}


def test_a_number_that_is_nobodys_names_the_nearest(clerk, account):
    page = clerk.get(reverse("search"), {"q": f"{account.number[:-1]}x9"}).content.decode()
    assert f"No account with {account.number[:-1]}x9" in page
    assert account.number in page


def test_nothing_found_says_what_can_be_looked_for(clerk, office):
    assert "a phone number" in clerk.get(reverse("search"), {"q": "zzzzzz"}).content.decode()


def test_whom_it_showed_is_recorded_and_not_what_was_typed(clerk, account):
    find(clerk, "whtie")
    act = Act.objects.get(verb="accounts_searched")
    assert act.detail == {"found": [account.pk]}
    find(clerk, "new account")
    assert Act.objects.filter(verb="accounts_searched").count() == 1


@pytest.mark.parametrize(
    "text", ["%", "_", "\\", "a\0b", "' OR 1=1 --", "🦊", "0" * 500, "@", "٣", "-", "’", "a " * 60]
)
def test_nothing_typed_breaks_it(clerk, people, text):
    for name in ("search", "search_found"):
        assert clerk.get(reverse(name), {"q": text, "account": text}).status_code in (200, 302)


def test_a_name_with_a_slip_takes_at_most_eighteen_queries(clerk, people, django_assert_max_num_queries):
    with django_assert_max_num_queries(18):
        find(clerk, "jonson ann")


# -- by indexes alone -----------------------------------------------------------------------------------------------------


def plan(rows: QuerySet) -> str:
    """How it is found, whatever the planner last heard of how many accounts there are: where it believes in one, it
    would walk from that one account to its clients."""
    with finding.by_index(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off")
        return rows.explain()


@pytest.fixture
def crowd(office):
    """Enough people that reading all of them would be the longer way."""
    key = "q{0} p{0}".format
    Account.objects.bulk_create(
        Account(number=f"A-9{n:05}", name=f"P{n}", sort_key=key(n), office=office, opened_on="2026-01-05")
        for n in range(400)
    )
    Client.objects.bulk_create(
        Client(account=each, last_name="x", sort_key=each.sort_key) for each in Account.objects.all()
    )
    for client in Client.objects.all():
        phone = ContactPoint(client=client, kind="phone", value=f"512 55{client.pk:07}")
        ContactPoint.objects.bulk_create(
            [phone, ContactPoint(client=client, kind="email", value=f"p{client.pk}@x.example")]
        )


def test_every_way_of_finding_goes_by_its_index(clerk, crowd):
    mine = NameBearer.objects.for_staff(clerk.user)
    begin, also, end = (way.values_list("pk") for way in finding.points("0000199"))
    phones = begin.union(also, end, all=True)
    ways = [
        ("name_bearer_by_word", finding.named(["q7", "p1"], None, mine)),
        ("name_bearer_by_word", finding.named(["q7"], [{"q8": 0.9}], mine).filter(leads=True)[:8]),
        ("phone_by_beginning", phones),
        ("phone_by_end", phones),
        ("email_by_beginning", finding.points("p19@")[0]),
        ("name_word_by_trigram", finding._alike("quillfeather")),
        # Of so few words PostgreSQL 15 takes the other index, of likeness, for equality too; of many it takes this one.
        ("name_word_by_", NameWord.objects.filter(word__in=finding._one_slip_away("quillfeather"))),
        ("accounts_account_number_", finding.numbered(Account.objects.for_staff(clerk.user), "A-90001")),
    ]
    for index, rows in ways:
        told = plan(rows)
        assert index in told, told
        for table in ("account", "client", "contactpoint", "namebearer", "nameword"):
            assert f"Seq Scan on accounts_{table}" not in told, told
