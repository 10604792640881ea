"""import_practice --books all: everything stands in the ledger as the books have it."""

from collections import Counter
from contextlib import closing
from decimal import Decimal

import pytest
from django.core.management.base import CommandError
from django.db import connection
from django.db.models import Sum

from accounts import ledger
from accounts.models import (
    Account,
    Charge,
    Client,
    ContactPoint,
    JournalEntry,
    Kind,
    OpenItem,
    Payer,
    Payment,
    Posting,
)
from billing_office.audit.models import Act
from billing_office.intake.importing import LOCK
from billing_office.intake.models import Known
from billing_office.staff.models import User

from . import recount
from .practice import SERVICES, Books, some_practice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books_are_sound")]


def entries(kind) -> list[int]:
    """Amounts in cents of the entries of a kind, in posting order: the sum of what they debit."""
    found = JournalEntry.objects.filter(kind=kind, postings__cents__gt=0).annotate(sum=Sum("postings__cents"))
    return [entry.sum for entry in found.order_by("pk")]


def open_at(payer: str | None) -> int:
    return OpenItem.objects.filter(payer__name=payer).aggregate(sum=Sum("cents"))["sum"] or 0


@pytest.fixture
def books():
    return Books()


@pytest.fixture
def aetna(books):
    return books.payer("Aetna")


@pytest.mark.parametrize("seed", range(1, 9))
def test_sums_are_those_of_a_second_count(import_books, tmp_path, seed):
    folder = some_practice(seed, patients=6).write(tmp_path)
    told = import_books(folder)
    assert told["refused"] == []
    assert {name: told[name] for name in recount.whole(folder)} == recount.whole(folder)
    assert told["charges"] == sum(sums["charges"] for sums in recount.by_patient(folder).values())
    assert (told["accounts"], told["clients"], told["payers"]) == (6, 6, 3)


@pytest.mark.parametrize("seed", range(11, 15))
def test_each_patients_account_is_that_of_a_second_count(import_books, tmp_path, seed):
    folder = some_practice(seed).write(tmp_path)
    import_books(folder)
    sums = recount.by_patient(folder)
    payers = dict(Known.objects.filter(account=None).values_list("payer", "external_id"))
    for known in Known.objects.filter(payer=None).select_related("account"):
        wanted = sums[known.external_id]
        receivable, unapplied = ledger.balance(known.account)
        assert Decimal(receivable - unapplied) / 100 == wanted["outstanding"] - wanted["credits"]
        at = Counter()
        for item in OpenItem.objects.filter(account=known.account, cents__gt=0):
            at[payers.get(item.payer_id, recount.CLIENT)] += Decimal(item.cents) / 100
        assert at == {key[1]: cents for key, cents in wanted.items() if key[0] == "open" and cents}


def test_what_payers_paid_too_much_stands_on_their_house_accounts(import_books, tmp_path):
    folder = some_practice(3, patients=12).write(tmp_path)
    import_books(folder)
    too_much = sum(sums["houses"] for sums in recount.by_patient(folder).values())
    unapplied = sum(ledger.balance(house)[1] for house in Account.objects.filter(kind=Account.Kind.HOUSE))
    assert too_much > 0
    assert Decimal(unapplied) / 100 == too_much


def test_a_second_run_changes_nothing_and_prints_the_same(import_books, tmp_path):
    folder = some_practice(2).write(tmp_path)
    first = import_books(folder)
    rows = [model.objects.count() for model in (Account, Client, Charge, Payment, JournalEntry, Posting, Act, Payer)]
    assert import_books(folder) == first
    assert [m.objects.count() for m in (Account, Client, Charge, Payment, JournalEntry, Posting, Act, Payer)] == rows


def test_what_the_office_posts_itself_is_not_in_the_sums(import_books, tmp_path, books):
    books.claim(books.patient()).charge("80.00")
    first = import_books(books.write(tmp_path))
    charge = Charge.objects.get()
    by = User.objects.service()
    ledger.adjust(Kind.DISCOUNT, charge, 500, on=charge.service_on, key="ours", by=by)
    assert import_books(tmp_path) == first


def test_what_the_office_undid_is_not_posted_again(import_books, tmp_path, books):
    claim = books.claim(books.patient())
    claim.charge("80.00")
    claim.pay("30.00")
    import_books(books.write(tmp_path))
    entry = JournalEntry.objects.get(kind=Kind.CLIENT_PAYMENT)
    ledger.reverse(entry, on=entry.effective_date, by=User.objects.service(), memo="no such payment")
    import_books(tmp_path)
    assert open_at(None) == 8000


def test_books_that_have_grown_bring_in_what_is_new(import_books, tmp_path, books, aetna):
    claim = books.claim(books.patient(), aetna)
    claim.charge("80.00")
    import_books(books.write(tmp_path))
    claim.pay("50.00", "ECHECK")
    claim.transfer("30.00")
    books.claim(books.patient("Ben5")).charge("12.00")
    told = import_books(books.write(tmp_path))
    assert (told["accounts"], told["charged"], told["paid"], told["outstanding"]) == (2, "92.00", "50.00", "42.00")
    assert (open_at("Aetna"), open_at(None)) == (0, 4200)


def test_new_rows_go_on_from_what_stands_in_the_ledger(import_books, tmp_path, books):
    claim = books.claim(books.patient())
    claim.charge("80.00")
    import_books(books.write(tmp_path))
    charge = Charge.objects.get()
    ledger.adjust(Kind.CHARITY, charge, 6000, on=charge.service_on, key="help", by=User.objects.service())
    claim.pay("50.00")
    import_books(books.write(tmp_path))
    assert ledger.balance(charge.account) == (0, 3000)


def test_a_copy_elsewhere_is_the_same_books(import_books, tmp_path):
    books = some_practice(4)
    assert import_books(books.write(tmp_path / "a")) == import_books(books.write(tmp_path / "b"))


def test_one_import_at_a_time(import_books, tmp_path):
    folder = some_practice(4).write(tmp_path)
    other = connection.copy()
    with closing(other), other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        with pytest.raises(CommandError, match="Another import is running"):
            import_books(folder)
    assert import_books(folder)["refused"] == []


def test_two_practices_share_their_payers(import_books, tmp_path):
    import_books(some_practice(5).write(tmp_path / "a"))
    told = import_books(some_practice(6, patients=4).write(tmp_path / "b"))
    assert (told["accounts"], told["payers"], Payer.objects.count()) == (4, 3, 3)


def test_no_insurance_is_the_client_under_each_of_its_names(import_books, tmp_path, books):
    for name in ("0", "", books.nobody):
        books.claim(books.patient(), name).charge("10.00")
    told = import_books(books.write(tmp_path))
    assert (told["payers"], open_at(None), Payer.objects.count()) == (0, 3000, 0)


def test_a_transfer_from_no_insurance_to_the_client_moves_nothing(import_books, tmp_path, books):
    claim = books.claim(books.patient())
    claim.charge("10.00", TRANSFERTYPE="1")
    claim.transfer("10.00")
    told = import_books(books.write(tmp_path))
    assert (told["transferred"], told["refused"], open_at(None)) == ("0.00", [], 1000)


@pytest.mark.parametrize(
    ("method", "kind", "how"),
    [
        ("COPAY", Kind.CLIENT_PAYMENT, "other"),
        ("CASH", Kind.CLIENT_PAYMENT, "cash"),
        ("CHECK", Kind.CLIENT_PAYMENT, "cheque"),
        ("CC", Kind.CLIENT_PAYMENT, "card"),
        ("ECHECK", Kind.PAYER_PAYMENT, "transfer"),
    ],
)
def test_who_paid_follows_from_the_method(import_books, tmp_path, books, aetna, method, kind, how):
    claim = books.claim(books.patient(), aetna)
    claim.charge("80.00")
    claim.pay("30.00", method)
    import_books(books.write(tmp_path))
    assert entries(kind) == [3000]
    assert Payment.objects.get().method == how
    assert (open_at("Aetna"), open_at(None)) == (5000, 0)


def test_an_echeck_without_insurance_is_the_clients(import_books, tmp_path, books):
    claim = books.claim(books.patient())
    claim.charge("80.00")
    claim.pay("30.00", "ECHECK")
    import_books(books.write(tmp_path))
    assert entries(Kind.CLIENT_PAYMENT) == [3000]


def test_an_echeck_after_a_transfer_to_the_secondary_is_the_secondarys(import_books, tmp_path, books, aetna):
    cigna = books.payer("Cigna")
    claim = books.claim(books.patient(), aetna, cigna)
    claim.charge("80.00")
    claim.pay("50.00", "ECHECK")
    claim.transfer("30.00", to="2")
    claim.pay("20.00", "ECHECK")
    claim.transfer("10.00")
    import_books(books.write(tmp_path))
    paid = Payment.objects.order_by("pk").values_list("payer__name", "cents")
    assert list(paid) == [("Aetna", 5000), ("Cigna", 2000)]
    assert (open_at("Aetna"), open_at("Cigna"), open_at(None)) == (0, 0, 1000)


def test_a_copay_is_the_clients_part_though_the_books_do_not_transfer_it(import_books, tmp_path, books, aetna):
    claim = books.claim(books.patient(), aetna)
    claim.charge("77.49")
    claim.pay("60.00", "COPAY")
    told = import_books(books.write(tmp_path))
    assert (open_at("Aetna"), open_at(None)) == (1749, 0)
    assert entries(Kind.TRANSFER_RESPONSIBILITY) == [6000]
    assert told["transferred"] == "0.00"


def test_a_clients_payment_above_its_charge_is_unapplied_on_the_account(import_books, tmp_path, books, aetna):
    claim = books.claim(books.patient(), aetna)
    claim.charge("21.26")
    claim.pay("75.00", "COPAY")
    told = import_books(books.write(tmp_path))
    assert (told["paid"], told["outstanding"], told["credits"]) == ("75.00", "0.00", "53.74")
    assert ledger.balance(Account.objects.get(kind="client")) == (0, 5374)


def test_a_payers_payment_above_its_charge_is_unapplied_on_its_house_account(import_books, tmp_path, books, aetna):
    claim = books.claim(books.patient(), aetna)
    claim.charge("20.00")
    claim.pay("20.00", "ECHECK")
    claim.pay("5.00", "ECHECK")
    told = import_books(books.write(tmp_path))
    assert (told["paid"], told["credits"]) == ("20.00", "0.00")
    assert ledger.balance(Payer.objects.get().house_account) == (0, 500)


def test_an_adjustment_of_an_insured_charge_is_the_agreed_discount(import_books, tmp_path, books, aetna):
    claim = books.claim(books.patient(), aetna)
    claim.charge("80.00")
    claim.adjust("30.00")
    told = import_books(books.write(tmp_path))
    assert (told["adjusted"], entries(Kind.CONTRACTUAL_WRITEOFF), open_at("Aetna")) == ("30.00", [3000], 5000)


def test_an_adjustment_without_insurance_is_a_discount(import_books, tmp_path, books):
    claim = books.claim(books.patient())
    claim.charge("80.00")
    claim.adjust("30.00")
    import_books(books.write(tmp_path))
    assert (entries(Kind.DISCOUNT), open_at(None)) == ([3000], 5000)


def test_an_adjustment_above_what_is_open_leaves_a_credit(import_books, tmp_path, books, aetna):
    claim = books.claim(books.patient(), aetna)
    claim.charge("80.00")
    claim.pay("60.00", "COPAY")
    claim.adjust("30.00")
    told = import_books(books.write(tmp_path))
    assert (told["adjusted"], told["outstanding"], told["credits"]) == ("30.00", "0.00", "10.00")


def test_a_transfer_back_makes_the_payer_responsible_again(import_books, tmp_path, books, aetna):
    claim = books.claim(books.patient(), aetna)
    claim.charge("80.00")
    claim.transfer("80.00")
    claim.transfer("25.00", to="1")
    told = import_books(books.write(tmp_path))
    assert (open_at("Aetna"), open_at(None), told["transferred"]) == (2500, 5500, "105.00")


def test_a_transfer_of_a_cent_too_much_moves_what_is_there(import_books, tmp_path, books, aetna):
    claim = books.claim(books.patient(), aetna)
    claim.charge("250.46")
    claim.pay("206.60", "ECHECK")
    claim.transfer("43.87")
    claim.pay("43.87", "CHECK")
    told = import_books(books.write(tmp_path))
    assert (told["refused"], told["transferred"], told["outstanding"], told["credits"]) == ([], "43.86", "0.00", "0.01")


def test_a_zero_charge_is_a_row_without_entry(import_books, tmp_path, books):
    books.claim(books.patient()).charge("0.00")
    told = import_books(books.write(tmp_path))
    assert (told["charges"], told["accounts"], told["refused"]) == (0, 1, [])
    assert not JournalEntry.objects.exists()


def test_rows_link_by_their_number_wherever_they_stand(import_books, tmp_path):
    books = some_practice(7)
    books.random.shuffle(books.transactions)
    folder = books.write(tmp_path)
    told = import_books(folder)
    assert told["refused"] == []
    assert {name: told[name] for name in recount.whole(folder)} == recount.whole(folder)


def test_numbers_that_begin_anew_within_a_claim_go_by_the_files_order(import_books, tmp_path, books):
    claim = books.claim(books.patient())
    for amount in ("80.00", "50.00"):
        books.number = -1
        claim.charge(amount)
        claim.pay(amount)
    told = import_books(books.write(tmp_path))
    assert (told["outstanding"], told["credits"]) == ("0.00", "0.00")


def test_a_transfer_without_its_number_answers_the_last_that_waits(import_books, tmp_path, books, aetna):
    claim = books.claim(books.patient(), aetna)
    claim.charge("80.00")
    claim.transfer("80.00")[1]["TRANSFEROUTID"] = ""
    assert import_books(books.write(tmp_path))["refused"] == []
    assert open_at(None) == 8000


def test_a_charge_says_what_was_done_in_plain_words(import_books, tmp_path, books):
    books.claim(books.patient(), on="2024-03-04").charge("80.00", service=SERVICES[1])
    import_books(books.write(tmp_path))
    charge = Charge.objects.get()
    assert (charge.description, charge.code) == ("Assessment of substance use", "428211000124100")
    assert (charge.provider, str(charge.service_on)) == ("Jodie811 Núñez220", "2024-03-04")
    assert charge.client.name == "Anna12 Kowalski34"


def test_the_code_system_is_told_by_the_file_where_the_code_is_at_home(import_books, tmp_path, books):
    claim = books.claim(books.patient())
    claim.charge("80.00")
    claim.charge("5.00", service=("140", "Influenza"))
    import_books(books.write(tmp_path))
    assert dict(Charge.objects.values_list("code", "code_system")) == {"185345009": "SNOMED-CT", "140": ""}


def test_an_account_has_its_address_unverified_and_no_other_contact(import_books, tmp_path, books):
    books.patient()
    import_books(books.write(tmp_path))
    point = ContactPoint.objects.get()
    assert str(point) == "784 Stamm Lock Unit 46, Somerville, Massachusetts 02155"
    assert (point.source, point.verified_on) == ("imported books", None)


def test_a_deceased_patient_is_known_as_deceased(import_books, tmp_path, books):
    books.patient(DEATHDATE="2020-05-06")
    import_books(books.write(tmp_path))
    assert str(Client.objects.get().deceased_on) == "2020-05-06"


def test_nothing_of_the_identity_papers_is_kept(import_books, tmp_path, books):
    books.claim(books.patient()).charge("80.00")
    import_books(books.write(tmp_path))
    for model in (Account, Client, ContactPoint, Act, Charge, Known, JournalEntry):
        kept = str(list(model.objects.values()))
        assert not any(secret in kept for secret in ("999-55-1234", "S99912345", "X87654321X"))


def test_public_schemes_are_government_others_insurers(import_books, tmp_path, books, aetna):
    for name in ("Medicare", "Medicaid", "Dual Eligible"):
        books.payer(name)
    books.patient()
    import_books(books.write(tmp_path))
    classes = dict(Payer.objects.values_list("name", "payer_class"))
    assert classes == {"Aetna": "insurer"} | dict.fromkeys(("Medicare", "Medicaid", "Dual Eligible"), "government")


def test_the_opening_of_accounts_and_payers_and_the_import_are_recorded(import_books, tmp_path, books, aetna):
    books.claim(books.patient(), aetna).charge("80.00")
    import_books(books.write(tmp_path))
    verbs = ["account_opened", "books_imported", "payer_opened"]
    assert sorted(Act.objects.values_list("verb", flat=True)) == verbs
