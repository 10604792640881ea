"""import_practice --books charges: an office takes over charges that nobody has worked."""

from decimal import Decimal

import pytest
from django.core.management.base import CommandError
from django.db.models import Max, Sum

from accounts.models import Account, Charge, JournalEntry, Kind, OpenItem
from billing_office.intake.models import Books as Taken

from . import recount
from .practice import Books, some_practice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books_are_sound")]


@pytest.fixture
def books():
    return Books()


@pytest.fixture
def aetna(books):
    return books.payer("Aetna")


def owed() -> dict:
    found = OpenItem.objects.exclude(cents=0).values("payer__name").annotate(sum=Sum("cents"))
    return {row["payer__name"]: row["sum"] for row in found}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_only_charges_are_posted(import_books, tmp_path, seed):
    folder = some_practice(seed).write(tmp_path)
    told = import_books(folder, "charges")
    charged = recount.whole(folder)["charged"]
    nothing = dict.fromkeys(("paid", "adjusted", "transferred", "credits"), "0.00")
    assert told | nothing | {"charged": charged, "outstanding": charged, "refused": []} == told
    assert set(JournalEntry.objects.values_list("kind", flat=True)) == {Kind.CHARGE}


def test_what_the_transfers_moved_is_the_clients_and_the_rest_the_payers(import_books, tmp_path, books, aetna):
    claim = books.claim(books.patient(), aetna)
    claim.charge("129.16")
    claim.pay("122.70", "ECHECK")
    claim.transfer("6.46")
    claim.pay("6.46", "CC")
    import_books(books.write(tmp_path), "charges")
    assert owed() == {"Aetna": 12270, None: 646}
    assert JournalEntry.objects.count() == 1


def test_a_copay_is_a_payment_and_leaves_the_charge_with_the_payer(import_books, tmp_path, books, aetna):
    claim = books.claim(books.patient(), aetna)
    claim.charge("77.49")
    claim.pay("60.00", "COPAY")
    import_books(books.write(tmp_path), "charges")
    assert owed() == {"Aetna": 7749}


def test_a_transfer_to_the_secondary_makes_it_responsible(import_books, tmp_path, books, aetna):
    claim = books.claim(books.patient(), aetna, books.payer("Cigna"))
    claim.charge("80.00")
    claim.transfer("30.00", to="2")
    claim.transfer("10.00")
    import_books(books.write(tmp_path), "charges")
    assert owed() == {"Aetna": 5000, "Cigna": 2000, None: 1000}


def test_without_insurance_the_client_owes_it(import_books, tmp_path, books):
    books.claim(books.patient()).charge("80.00")
    import_books(books.write(tmp_path), "charges")
    assert owed() == {None: 8000}


def test_the_newest_service_falls_on_until_and_the_others_keep_their_distance(import_books, tmp_path, books):
    patient = books.patient()
    books.claim(patient, on="2024-02-20").charge("10.00")
    books.claim(patient, on="2024-03-01").charge("20.00")
    import_books(books.write(tmp_path), "charges", until="2026-11-20")
    days = Charge.objects.order_by("cents").values_list("service_on", flat=True)
    assert [str(day) for day in days] == ["2026-11-10", "2026-11-20"]
    assert str(OpenItem.objects.aggregate(since=Max("since"))["since"]) == "2026-11-20"
    assert str(Account.objects.get().opened_on) == "2026-11-10"


def test_rows_that_are_refused_or_cost_nothing_do_not_decide_the_day(import_books, tmp_path, books):
    patient = books.patient()
    books.claim(patient, on="2024-03-01").charge("20.00")
    books.claim(patient, on="2024-05-01").charge("0.00")
    books.claim(patient, on="2150-01-01").charge("much")
    import_books(books.write(tmp_path), "charges", until="2026-11-20")
    assert str(Charge.objects.get().service_on) == "2026-11-20"


def test_without_until_days_stay(import_books, tmp_path, books):
    books.claim(books.patient(), on="2024-03-01").charge("20.00")
    import_books(books.write(tmp_path), "charges")
    assert str(Charge.objects.get().service_on) == "2024-03-01"


def test_a_second_run_changes_nothing_and_keeps_the_days(import_books, tmp_path):
    folder = some_practice(4).write(tmp_path)
    first = import_books(folder, "charges", until="2026-11-20")
    days = list(Charge.objects.order_by("pk").values_list("pk", "service_on"))
    assert import_books(folder, "charges") == first
    assert import_books(folder, "charges", until="2026-11-20") == first
    assert list(Charge.objects.order_by("pk").values_list("pk", "service_on")) == days


def test_what_was_taken_over_is_not_moved_by_later_transfers_of_the_books(import_books, tmp_path, books, aetna):
    claim = books.claim(books.patient(), aetna)
    claim.charge("80.00")
    import_books(books.write(tmp_path), "charges")
    claim.transfer("80.00")
    import_books(books.write(tmp_path), "charges")
    assert owed() == {"Aetna": 8000}


def test_a_line_that_leaves_the_calendar_is_refused(import_books, tmp_path, books):
    patient = books.patient()
    books.claim(patient, on="2199-12-31").charge("20.00")
    old = books.claim(patient, on="1900-01-05").charge("10.00")
    told = import_books(books.write(tmp_path), "charges", until="2024-01-01")
    assert [(row["line"], told["charged"]) for row in told["refused"]] == [(books.line_of(old), "20.00")]


@pytest.mark.parametrize(("first", "then"), [("all", "charges"), ("charges", "all")])
def test_the_same_books_in_the_other_mode_are_refused(import_books, tmp_path, first, then):
    folder = some_practice(5).write(tmp_path)
    told = import_books(folder, first)
    entries = JournalEntry.objects.count()
    with pytest.raises(CommandError, match=rf"were imported on .* with --books {first}") as refusal:
        import_books(folder, then)
    assert "\n" not in str(refusal.value)
    assert JournalEntry.objects.count() == entries
    assert import_books(folder, first) == told


def test_a_copy_in_the_other_mode_is_refused_too(import_books, tmp_path):
    books = some_practice(5)
    import_books(books.write(tmp_path / "a"), "all")
    with pytest.raises(CommandError, match="a second time"):
        import_books(books.write(tmp_path / "b"), "charges")


def test_other_days_for_the_same_books_are_refused(import_books, tmp_path):
    folder = some_practice(5).write(tmp_path)
    import_books(folder, "charges", until="2026-11-20")
    with pytest.raises(CommandError, match="--until 2026-11-20"):
        import_books(folder, "charges", until="2026-11-21")


def test_whole_books_keep_their_days(import_books, tmp_path):
    with pytest.raises(CommandError, match="--until"):
        import_books(some_practice(5).write(tmp_path), "all", until="2026-11-20")
    assert not Taken.objects.exists()


def test_another_practice_in_a_used_directory_is_other_books(import_books, tmp_path):
    import_books(some_practice(5).write(tmp_path), "all")
    told = import_books(some_practice(6, patients=3).write(tmp_path), "charges")
    assert (told["accounts"], Taken.objects.count()) == (3, 2)
    assert Decimal(told["charged"]) > 0
