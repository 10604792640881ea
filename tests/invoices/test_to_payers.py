"""An employer's invoice over its people: what is ready, what it says and hides, once; paid by its number; void."""

import csv
import io
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import ledger, why
from accounts.models import Document, Due, Message, OpenItem, Payer
from billing_office.audit.models import Act
from billing_office.lib import dates
from invoices import balances, issuing
from invoices.models import Invoice
from tests.accounts.ledger.conftest import sound
from tests.factories import make_account, make_charge, make_payer


@pytest.fixture
def employer(by):
    return make_payer(
        by, "Lone Star Freight", Payer.Class.EMPLOYER, billed_by_invoice=True, terms_days=20, email="ap@lonestar.example",
        contact="Accounts payable", street="9 Depot Road", city_line="Austin, TX 78701",
    )  # fmt: skip


@pytest.fixture
def crew(office, by, employer):
    """Three of its people: 85.00 and 15.00, 70.00, 30.00."""
    people = [make_account(office, by, first, "Crew") for first in ("Ann", "Bob", "Cy")]
    for account, sums in zip(people, [(8500, 1500), (7000,), (3000,)], strict=True):
        account.made = [
            make_charge(account, by, cents, payer=employer, description="Work fitness exam", code="99455") for cents in sums
        ]  # fmt: skip
    return people


def press(browser, employer, key=None):
    return browser.post(reverse("payer_invoice_new", args=[employer.pk]), {"key": key or uuid.uuid4().hex})


@pytest.fixture
def issued(crew, employer, office, by):
    return issuing.issue_to_payer(employer, office, on=dates.today(), by=by, key="to employer")


def test_one_invoice_over_three_accounts(biller, crew, employer):
    answer = press(biller, employer)
    invoice = Invoice.objects.get()
    assert answer["Location"] == reverse("invoice", args=[invoice.pk])
    assert (invoice.number, invoice.cents, invoice.payer, invoice.account) == ("ELM-INV-000001", 20000, employer, None)
    assert invoice.due_on == dates.today() + timedelta(days=20)
    assert set(Due.objects.values_list("due_on", flat=True)) == {invoice.due_on}
    assert invoice.lines.count() == 4
    assert sound() == []


def test_it_is_grouped_by_client_with_subtotals_and_mailed_to_the_billing_contact(issued):
    words = issued.document.context
    groups = [(visit["who"], len(visit["lines"]), visit["subtotal"][-1:]) for visit in words["visits"]]
    assert groups == [("Ann Crew", 2, ["100.00"]), ("Bob Crew", 1, []), ("Cy Crew", 1, [])]
    assert words["to"] == "Lone Star Freight\nAccounts payable\n9 Depot Road\nAustin, TX 78701"
    message = Message.objects.get()
    assert (message.payer, message.to, message.channel) == (issued.payer, "ap@lonestar.example", "email")


def test_it_names_no_code_and_where_asked_no_service(crew, employer, office, by):
    Payer.objects.filter(pk=employer.pk).update(names_services=False)
    words = str(issuing.issue_to_payer(employer, office, on=dates.today(), by=by, key="k").document.context)
    assert "99455" not in words
    assert "fitness" not in words
    assert "Service" in words


def test_it_does_not_say_who_insures_its_people(account, employer, office, by, payer):
    charge = make_charge(account, by, 50000, payer=payer)
    ledger.receive_payer_payment(
        payer, cents=9600, received_on=dates.today(), method="eft", key="r", by=by,
        shares={account.pk: [ledger.Share(charge.pk, 9600)]},
    )  # fmt: skip
    ledger.transfer_responsibility(charge, 40400, source=payer, target=employer, on=dates.today(), key="t", by=by)
    words = issuing.issue_to_payer(employer, office, on=dates.today(), by=by, key="k").document.context
    assert payer.name not in str(words)
    assert words["lead"] == (
        "We billed $500.00. Another payer paid $96.00. Another payer left $404.00 to you. That leaves $404.00 for you to pay."
    )
    assert words["columns"] == ["Price", "Paid by others", "You owe"]
    story = why.stories([charge.pk], employer.pk)[charge.pk]
    assert story.owed == 40400
    assert "Blue Cross TX paid $96.00." in story.sentence


def test_what_the_client_paid_and_still_owes_is_told_to_the_payer(account, employer, office, by):
    charge = make_charge(account, by, 10000)
    ledger.receive_client_payment(
        account, cents=1000, received_on=dates.today(), method="cash", key="c", by=by, shares=[ledger.Share(charge.pk, 1000)]
    )  # fmt: skip
    ledger.transfer_responsibility(charge, 6000, source=None, target=employer, on=dates.today(), key="t", by=by)
    words = issuing.issue_to_payer(employer, office, on=dates.today(), by=by, key="k").document.context
    assert "The client paid $10.00. The client left $60.00 to you. Still asked of the client: $30.00." in words["lead"]


def test_the_ready_list_counts_by_payer_and_exports(biller, crew, employer, account, by, payer):
    make_charge(account, by, payer=payer)  # an insurer, not billed by invoice
    text = biller.get(reverse("invoices_ready")).content.decode()
    assert "Issue all 1, $200.00" in text
    rows = list(csv.DictReader(io.StringIO(biller.get(reverse("invoices_ready"), {"as": "csv"}).getvalue().decode())))
    assert [(r["Payer"], r["Accounts"], r["Services"], r["To be invoiced"]) for r in rows] == [
        ("Lone Star Freight", "3", "4", "200.00")
    ]


def test_all_are_issued_with_one_press_and_two_presses_issue_once(biller, crew, employer, account, by):
    county = make_payer(by, "Sangamon County", Payer.Class.GOVERNMENT, billed_by_invoice=True)
    make_charge(account, by, 500, payer=county)
    key = uuid.uuid4().hex
    for _ in range(2):
        biller.post(reverse("invoices_ready"), {"key": key, "all": "1"})
    assert sorted(Invoice.objects.values_list("payer__name", "cents")) == [
        ("Lone Star Freight", 20000),
        ("Sangamon County", 500),
    ]
    assert sound() == []


def test_only_the_ticked_are_issued(biller, crew, employer, office, account, by):
    county = make_payer(by, "Sangamon County", Payer.Class.GOVERNMENT, billed_by_invoice=True)
    make_charge(account, by, 500, payer=county)
    biller.post(reverse("invoices_ready"), {"key": uuid.uuid4().hex, "row": f"{county.pk}-{office.pk}"})
    assert Invoice.objects.get().payer == county


def test_a_double_press_on_the_preview_is_one(biller, crew, employer):
    key = uuid.uuid4().hex
    assert press(biller, employer, key)["Location"] == press(biller, employer, key)["Location"]
    assert Invoice.objects.count() == 1


def test_other_offices_clients_are_neither_shown_nor_asked_for(biller, crew, employer, foreign, by, other_office):
    make_charge(foreign, by, 4000, payer=employer)
    page = reverse("payer_invoice_new", args=[employer.pk])
    assert foreign.name not in biller.get(page).content.decode()
    assert biller.get(page, {"office": other_office.pk}).status_code == 404
    press(biller, employer)
    assert Invoice.objects.get().cents == 20000


def test_an_invoice_of_another_office_is_not_found(biller, foreign, employer, by, other_office):
    make_charge(foreign, by, 4000, payer=employer)
    theirs = issuing.issue_to_payer(employer, other_office, on=dates.today(), by=by, key="k")
    for name, pk in [("invoice", theirs.pk), ("document", theirs.document_id), ("document_page", theirs.document_id)]:
        assert biller.get(reverse(name, args=[pk])).status_code == 404
    assert theirs.number not in biller.get(reverse("invoices")).content.decode()
    assert theirs.number not in biller.get(reverse("messages")).content.decode()


def test_what_is_more_than_one_invoice_holds_goes_on_the_next(crew, employer, office, by, monkeypatch):
    monkeypatch.setattr(issuing, "LINES", 3)
    sums = [issuing.issue_to_payer(employer, office, on=dates.today(), by=by, key=k).lines.count() for k in "ab"]
    assert sums == [3, 1]
    assert sound() == []


@pytest.mark.parametrize("role", ["clerk", "collector", "auditor", "admin"])
def test_other_roles_may_not(signed_in, crew, employer, role):
    assert press(signed_in(role), employer).status_code == 403
    assert not Invoice.objects.exists()


def test_its_pages_show_it(biller, issued):
    for name in ("invoice", "invoice_why", "invoice_void"):
        assert "Lone Star" in biller.get(reverse(name, args=[issued.pk])).content.decode() or name == "invoice_why"
    assert "Lone Star Freight" in biller.get(reverse("invoices"), {"q": "lone star"}).content.decode()
    assert "Lone Star Freight" in biller.get(reverse("messages")).content.decode()


def test_a_remittance_that_names_the_invoice_pays_its_lines_on_three_accounts(biller, issued, employer, crew, once):
    """155.00 of 200.00: the oldest lines first, nothing on the last, and the invoice says what is left."""
    facts = {
        "received_on": dates.today(), "method": "cheque", "reference": "77", "amount": "155.00", "stub": issued.number, "once": once,
    }  # fmt: skip
    page = reverse("payer_payment_new", args=[employer.pk])
    shown = biller.post(page, facts | {"act": "due"})
    given = proposed(shown.context["form"])
    assert biller.post(page, facts | given | {"act": "post"}).status_code == 302
    assert list(OpenItem.objects.order_by("charge_id").values_list("cents", flat=True)) == [0, 0, 1500, 3000]
    assert balances.of_invoices([issued]) == {issued.pk: 4500}
    assert sound() == []


def proposed(form) -> dict:
    return {name: value for name, value in form.data.items() if value not in (None, "")}


def test_the_act_is_recorded(biller, crew, employer):
    press(biller, employer)
    act = Act.objects.get(verb="invoice_issued")
    assert (act.actor, act.detail["payer"], act.detail["cents"]) == (biller.user, employer.pk, 20000)


def test_a_person_who_did_not_agree_to_e_mail_gets_paper(account, office, by):
    aunt = make_payer(by, "Aunt May", Payer.Class.PERSON, billed_by_invoice=True, email="may@example.org")
    make_charge(account, by, 500, payer=aunt)
    issuing.issue_to_payer(aunt, office, on=dates.today(), by=by, key="k")
    message = Message.objects.get()
    assert (message.channel, message.why_print) == ("print", "No consent to e-mail")
    assert Document.objects.get().office == office
