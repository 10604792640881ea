"""What is broken in some books is refused with file, line and reason; the rest stands. Books that cannot be read change nothing."""

import pytest
from django.core.management.base import CommandError

from accounts.models import Account, JournalEntry, OpenItem, Payer
from billing_office.intake.models import Books as Taken

from . import recount
from .practice import Books, some_practice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books_are_sound")]

ROWS = "claims_transactions.csv"


@pytest.fixture
def books():
    return Books()


@pytest.fixture
def claim(books):
    """A claim with one sound line before whatever the test adds."""
    claim = books.claim(books.patient(), books.payer("Aetna"), books.payer("Cigna"))
    claim.charge("80.00", service=("1", "First"))
    claim.pay("80.00", "ECHECK")
    claim.service = ("2", "Second")
    return claim


@pytest.mark.parametrize(
    "cell", ["NaN", "-5.00", "1e3", "ten", "12.345", "Infinity", "", "٣.00", "99999999999999", "1,5"]
)
def test_a_charge_with_a_bad_amount_is_refused_with_what_hangs_on_it(import_books, tmp_path, books, claim, cell):
    bad = claim.charge("50.00", service=("2", "Second"), AMOUNT=cell)
    paid = claim.pay("50.00", "ECHECK")
    told = import_books(books.write(tmp_path))
    assert [(row["file"], row["line"]) for row in told["refused"]] == [
        (ROWS, books.line_of(row)) for row in (bad, paid)
    ]
    assert "AMOUNT" in told["refused"][0]["why"]
    assert str(books.line_of(bad)) in told["refused"][1]["why"]
    assert (told["charged"], told["paid"]) == ("80.00", "80.00")


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"PAYMENTS": "-5.00"}, "below zero"),
        ({"PAYMENTS": "x"}, "no amount"),
        ({"METHOD": "BARTER"}, "METHOD"),
        ({"METHOD": ""}, "METHOD"),
        ({"FROMDATE": "2024-02-30"}, "no day"),
        ({"FROMDATE": "1066-10-14"}, "outside 1900"),
        ({"FROMDATE": ""}, "FROMDATE"),
        ({"PATIENTID": "nobody"}, "PATIENTID"),
        ({"CLAIMID": "none"}, "claim none is not in claims.csv"),
        ({"CHARGEID": "four"}, "CHARGEID"),
        ({"TYPE": "GIFT"}, "TYPE"),
        ({"ID": ""}, "ID is empty"),
        ({"PROCEDURECODE": "9"}, "PROCEDURECODE"),
    ],
)
def test_a_broken_payment_is_refused_and_the_rest_stands(import_books, tmp_path, books, claim, cells, why):
    claim.charge("50.00", service=("2", "Second"))
    bad = claim.pay("20.00", "CASH", **cells)
    claim.pay("10.00", "CASH")
    told = import_books(books.write(tmp_path))
    assert [(row["file"], row["line"]) for row in told["refused"]] == [(ROWS, books.line_of(bad))]
    assert why in told["refused"][0]["why"]
    assert (told["charged"], told["paid"], told["outstanding"]) == ("130.00", "90.00", "40.00")


def test_the_second_row_of_an_id_is_refused(import_books, tmp_path, books, claim):
    claim.charge("50.00", service=("2", "Second"))
    first = claim.pay("20.00")
    again = claim.pay("20.00", ID=first["ID"])
    told = import_books(books.write(tmp_path))
    assert [row["line"] for row in told["refused"]] == [books.line_of(again)]
    assert told["outstanding"] == "30.00"


@pytest.mark.parametrize("spoil", [{"TYPE": "CHARGED"}, {"CLAIMID": "none"}, {"CHARGEID": "x"}, {"FROMDATE": "soon"}])
def test_no_charge_gets_the_payments_of_a_refused_one(import_books, tmp_path, books, claim, spoil):
    claim.charge("50.00", service=("2", "Second"), **spoil)
    claim.transfer("30.00")
    claim.pay("30.00", "CASH")
    told = import_books(books.write(tmp_path))
    assert [row["line"] for row in told["refused"]] == [4, 5, 6, 7]
    assert (told["charged"], told["paid"], told["transferred"]) == ("80.00", "80.00", "0.00")


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        ({"TRANSFERTYPE": "x"}, "TRANSFERTYPE"),
        ({"TRANSFEROUTID": "999"}, "answers no TRANSFEROUT"),
        ({"AMOUNT": "31.00"}, "differ"),
        ({"AMOUNT": "31.00", "TRANSFERS": "31.00"}, "not that of its TRANSFEROUT"),
    ],
)
def test_a_broken_transfer_is_refused_and_moves_nothing(import_books, tmp_path, books, claim, spoil, why):
    claim.charge("50.00", service=("2", "Second"))
    _, bad = claim.transfer("30.00")
    bad |= spoil
    told = import_books(books.write(tmp_path))
    whys = {row["line"]: row["why"] for row in told["refused"]}
    assert why in whys[books.line_of(bad)]
    assert told["transferred"] == "0.00"
    assert OpenItem.objects.filter(payer=None).count() == 0


def test_a_transfer_of_more_than_there_is_is_refused(import_books, tmp_path, books, claim):
    claim.charge("50.00", service=("2", "Second"))
    _, bad = claim.transfer("50.06")
    told = import_books(books.write(tmp_path))
    assert [row["line"] for row in told["refused"]] == [books.line_of(bad)]


def test_a_transfer_to_a_secondary_that_the_claim_has_not_is_refused(import_books, tmp_path, books):
    claim = books.claim(books.patient(), books.payer("Aetna"))
    claim.charge("50.00")
    claim.transfer("20.00", to="2")
    told = import_books(books.write(tmp_path))
    assert "no secondary" in told["refused"][1]["why"]


def test_a_transfer_out_that_nothing_answers_is_refused(import_books, tmp_path, books, claim):
    lost = claim.row("TRANSFEROUT", TRANSFERS="30.00", PROCEDURECODE="")
    told = import_books(books.write(tmp_path))
    assert [row["line"] for row in told["refused"]] == [books.line_of(lost)]


def test_a_row_before_any_charge_is_refused(import_books, tmp_path, books):
    claim = books.claim(books.patient())
    claim.pay("5.00")
    claim.charge("50.00")
    told = import_books(books.write(tmp_path))
    assert [(row["line"], row["why"]) for row in told["refused"]] == [(2, "no charge comes before it in its claim")]
    assert told["outstanding"] == "50.00"


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"BIRTHDATE": "31.12.1970"}, "BIRTHDATE"),
        ({"LAST": ""}, "LAST is empty"),
        ({"FIRST": "x" * 81}, "longer than 80"),
        ({"DEATHDATE": "1969-01-01"}, "before BIRTHDATE"),
        ({"Id": ""}, "Id is empty"),
        ({"CITY": "Spring\x00field"}, "control characters"),
    ],
)
def test_a_broken_patient_takes_their_rows_along_and_no_others(import_books, tmp_path, books, claim, cells, why):
    other = books.patient("Ben5")
    books.claim(other).charge("7.00")
    books.patients[-1] |= cells
    told = import_books(books.write(tmp_path))
    assert [(row["file"], row["line"]) for row in told["refused"]] == [
        ("claims.csv", 3),
        (ROWS, 4),
        ("patients.csv", 3),
    ]
    assert why in told["refused"][2]["why"]
    assert (told["accounts"], told["charged"]) == (1, "80.00")


def test_a_claim_with_an_unknown_payer_is_refused_with_its_rows(import_books, tmp_path, books, claim):
    books.claim(claim.claim["PATIENTID"], "who").charge("9.00")
    told = import_books(books.write(tmp_path))
    whys = [(row["file"], row["line"], row["why"]) for row in told["refused"]]
    assert whys == [
        ("claims.csv", 3, "payer who is not in payers.csv"),
        (ROWS, 4, "its claim was refused (claims.csv, line 3)"),
    ]


def test_a_row_that_is_cut_off_is_refused(import_books, tmp_path, books, claim):
    claim.charge("50.00", service=("2", "Second"))
    folder = books.write(tmp_path)
    text = (folder / ROWS).read_text().rstrip("\n")
    (folder / ROWS).write_text(text[: text.rindex(",", 0, -200)] + "\n")
    told = import_books(folder)
    assert [row["line"] for row in told["refused"]] == [4]
    assert "cells" in told["refused"][0]["why"]
    assert told["charged"] == "80.00"


def test_many_broken_rows_leave_the_rest_as_a_second_count_without_them(import_books, tmp_path):
    books = some_practice(9, patients=8)
    spoilt = [row for row in books.transactions if row["TYPE"] == "PAYMENT"][::3]
    for row in spoilt:
        row["PAYMENTS"] = "?"
    folder = books.write(tmp_path)
    told = import_books(folder)
    assert {row["line"] for row in told["refused"]} >= {books.line_of(row) for row in spoilt}
    without = {books.transactions[row["line"] - 2]["ID"] for row in told["refused"]}
    assert {name: told[name] for name in recount.whole(folder, without)} == recount.whole(folder, without)


def test_a_second_run_refuses_the_same_rows(import_books, tmp_path):
    books = some_practice(9)
    for row in books.transactions[::5]:
        row["FROMDATE"] = "?"
    folder = books.write(tmp_path)
    first = import_books(folder)
    assert first["refused"]
    assert import_books(folder) == first


def test_a_mended_row_comes_in_with_the_next_run(import_books, tmp_path, books, claim):
    bad = claim.charge("x", service=("2", "Second"))
    claim.pay("20.00", "ECHECK")
    import_books(books.write(tmp_path))
    bad["AMOUNT"] = "50.00"
    told = import_books(books.write(tmp_path))
    assert (told["charged"], told["outstanding"], told["refused"]) == ("130.00", "30.00", [])


def test_mending_the_first_row_of_all_does_not_make_other_books_of_them(import_books, tmp_path, books):
    books.claim(books.patient()).charge("80.00")
    first = books.claim(books.patient("Ben5"))
    books.transactions.insert(0, first.charge("50.00") | {"ID": ""})
    books.transactions.pop()
    import_books(books.write(tmp_path))
    books.transactions[0]["ID"] = books.id()
    told = import_books(books.write(tmp_path))
    assert (told["accounts"], told["charged"], Taken.objects.count()) == (2, "130.00", 1)


# -- books that cannot be read --


def refused(import_books, folder, match):
    with pytest.raises(CommandError, match=match) as error:
        import_books(folder)
    assert "\n" not in str(error.value)
    assert error.value.returncode == 1
    for model in (Account, Payer, JournalEntry, Taken):
        assert not model.objects.exists()


def test_no_such_directory(import_books, tmp_path):
    refused(import_books, tmp_path / "nowhere", "nowhere is no directory")


@pytest.mark.parametrize(
    "name", ["patients", "payers", "payer_transitions", "encounters", "claims", "claims_transactions"]
)
def test_a_missing_file(import_books, tmp_path, name):
    folder = some_practice().write(tmp_path)
    (folder / f"{name}.csv").unlink()
    refused(import_books, folder, f"has no {name}.csv")


@pytest.mark.parametrize(
    ("name", "column"), [("patients", "BIRTHDATE"), (ROWS[:-4], "TRANSFEROUTID"), ("claims", "PATIENTID")]
)
def test_a_missing_column(import_books, tmp_path, name, column):
    file = some_practice().write(tmp_path) / f"{name}.csv"
    file.write_text(file.read_text().replace(column, "SOMETHING", 1))
    refused(import_books, tmp_path, f"{name}.csv has no column {column}")


def test_an_empty_file(import_books, tmp_path):
    (some_practice().write(tmp_path) / "claims.csv").write_text("")
    refused(import_books, tmp_path, "claims.csv is empty")


def test_a_file_that_is_no_text(import_books, tmp_path):
    file = some_practice().write(tmp_path) / ROWS
    file.write_bytes(file.read_bytes() + b"\xff\xfe\x00")
    refused(import_books, tmp_path, f"{ROWS} is not text in UTF-8")


def test_a_quote_that_is_never_closed(import_books, tmp_path):
    file = some_practice().write(tmp_path) / ROWS
    file.write_text(file.read_text() + '"never')
    refused(import_books, tmp_path, f"{ROWS} is no CSV")


@pytest.mark.parametrize("until", ["soon", "2026-02-30", "1700-01-01"])
def test_until_that_is_no_day(import_books, tmp_path, until):
    with pytest.raises(CommandError, match="--until"):
        import_books(some_practice().write(tmp_path), "charges", until=until)


def test_an_office_that_is_not_there(import_books, tmp_path):
    with pytest.raises(CommandError, match="No office with code XX"):
        import_books(some_practice().write(tmp_path), office="XX")
