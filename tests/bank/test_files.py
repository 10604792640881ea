"""A bank's files, as bytes: what is read, and what is named as unreadable, at its place."""

import codecs
import contextlib
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing_office.lib.money import MAX_CENTS
from invoices.bank import bai2, cells, statement
from invoices.bank.statement import Mapping

from .files import HEAD, csv
from .files import bai2 as bai2_file

TODAY = date(2026, 11, 24)
DAY = date(2026, 11, 23)


def read(data: bytes):
    """(lines, findings) of a CSV, by the mapping that its head suggests."""
    text, wrong = statement.decoded(data)
    rows, findings = ([], [wrong]) if wrong else statement.table(text)
    return statement.lines(rows, statement.guess(rows), TODAY) if not findings else ([], findings)


# -- amounts and days -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, decimals, cents",
    [
        ("1,234.56", "point", 123456), ("$80", "point", 8000), ("(5.00)", "point", -500), ("12.00-", "point", -1200),
        ("−7.5", "point", -750), ("5 DR", "point", -500), ("5.00 CR", "point", 500), ("+3", "point", 300),
        ("1.234,56", "comma", 123456), ("1234,5", "comma", 123450), ("(1.000)", "comma", -100000),
    ],
)  # fmt: skip
def test_amounts_as_banks_write_them(text, decimals, cents):
    assert cells.amount(text, decimals) == cents


@pytest.mark.parametrize("decimals", cells.DECIMALS)
@pytest.mark.parametrize(
    "text", ["NaN", "Infinity", "1e9", "9" * 30, "", "-", "()", "--5", "(-5)", "0x10", "١٢", "1,23,4", "DR"]
)
def test_what_is_no_amount_is_refused(text, decimals):
    with pytest.raises(ValueError, match="no amount|says twice"):
        cells.amount(text, decimals)


def test_the_other_style_is_no_amount():
    for text, decimals in (("1.234,56", "point"), ("1,234.56", "comma")):
        with pytest.raises(ValueError, match="no amount"):
            cells.amount(text, decimals)


@pytest.mark.parametrize(
    "text", ["0001-01-01", "9999-12-31", "2026-02-30", "tomorrow", "", "२०२६-०१-०१", "2026-01-01T00:00"]
)
def test_what_is_no_day_is_refused(text):
    with pytest.raises(ValueError, match="no day|outside"):
        cells.day(text, "%Y-%m-%d")


@given(st.text(max_size=60), st.sampled_from(list(cells.DECIMALS)))
@settings(max_examples=150, deadline=None)
def test_any_text_is_an_amount_in_bounds_or_refused(text, decimals):
    with contextlib.suppress(ValueError):
        assert abs(cells.amount(text, decimals)) <= MAX_CENTS


# -- CSV ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        csv("2026-11-23,Müller,INV 1,77,1234.56"),
        codecs.BOM_UTF8 + csv("2026-11-23,Müller,INV 1,77,1234.56"),
        (HEAD + "2026-11-23,Müller,INV 1,77,1234.56\r\n").encode("utf-16"),
        (HEAD + "2026-11-23,Müller,INV 1,77,1234.56").encode("cp1252"),
        b"Buchung;Verwendungszweck;Auftraggeber;Ref;Betrag\n23.11.2026;INV 1;M;77;1.234,56\n",
        b"Date\tMemo\tName\tCheck number\tCredit\tDebit\n11/23/2026\tINV 1\tM\t77\t1234.56\t\n",
    ],
    ids=["utf-8", "mark", "utf-16", "cp1252", "semicolon", "tab, two columns"],
)
def test_a_file_is_read_however_it_is_written(data):
    (line,), findings = read(data)
    assert (line.on, line.cents, line.reference, findings) == (DAY, 123456, "77", [])


def test_money_out_stands_below_zero():
    data = b"Date,Memo,Credit,Debit\n2026-11-23,FEE,,15.00\n2026-11-23,FEE,,(15.00)\n"
    assert [line.cents for line in read(data)[0]] == [-1500, -1500]


@pytest.mark.parametrize(
    "row, column, words",
    [
        ("2026-11-23,x,y,1,NaN", 5, "NaN"), ("2026-11-23,x,y,1,1e9", 5, "1e9"), ("2026-11-23,x,y,1,", 5, "no amount here"),
        ("2026-11-23,x,y,1,0.00", 5, "no amount here"), ("2026-11-23", 5, "no amount here"),
        ("9999-12-31,x,y,1,5.00", 1, "outside"), ("0001-01-01,x,y,1,5.00", 1, "outside"), ("soon,x,y,1,5.00", 1, "no day"),
        ("2026-11-25,x,y,1,5.00", 1, "not come yet"), (f"2026-11-23,x,y,1,{'9' * 30}", 5, "no amount"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_at_its_cell_and_the_rest_is_read(row, column, words):
    lines, (finding,) = read(csv("2026-11-23,x,y,1,5.00", row))
    assert len(lines) == 1
    assert (finding.row, finding.column) == (3, column)
    assert words in finding.words


@pytest.mark.parametrize(
    "data, words",
    [
        (b"", "empty"), (b"  \n ", "empty"), (b"%PDF-1.7 ...", "a PDF"), (b"PK\x03\x04...", "zip or Excel"), (b"a\x00b,c", "no text file"),
        (b"x" * (10 * 2**20 + 1), "larger than 10 MB"), (b"one column\nalone\n", "no columns"), (HEAD.encode(), "no lines"),
        (b'Date,Amount\n2026-11-23,"' + b"x" * 600, "too long"), (b"Date,Amount\n" * 20_001, "more than 20,000 rows"),
        (codecs.BOM_UTF16_LE + b"a", "letters"),
    ],
)  # fmt: skip
def test_what_is_no_csv_says_what_it_is(data, words):
    lines, findings = read(data)
    assert not lines and words in findings[0].words


def test_card_numbers_controls_and_turning_letters_are_taken_out():
    (line,), _ = read(csv("2026-11-23,card 4111 1111 1111 1111,A\u202eB\x07C,1,5.00"))
    assert line.text == "card [card ending 1111]"
    assert line.name == "AB C"


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_no_bytes_break_the_reading_of_a_csv(data):
    lines, findings = read(data)
    assert isinstance(lines, list) and (lines or findings)


@given(st.lists(st.lists(st.text(max_size=12), max_size=6), max_size=6), st.integers(0, 7), st.integers(0, 7))
@settings(max_examples=100, deadline=None)
def test_no_mapping_breaks_on_no_rows(rows, day, amount):
    lines, _ = statement.lines(rows, Mapping(day=day, amount=amount, head=0), TODAY)
    assert all(line.cents for line in lines)


# -- BAI2 ---------------------------------------------------------------------------------------------------------------------


def test_a_lockbox_gives_its_items_and_each_cent_once():
    data = bai2_file(
        "115,40000,S,0,0,40000,BANK1,,LOCKBOX 88",
        "116,15000,0,B2,1017,ROBERT WHITE A-10001",
        "116,25000,V,261123,0900,B3,1018,ACME, INC / LAKE-INV-000002",
        "698,1500,,B4,,MONTHLY FEE",
        on=DAY,
    )
    file = bai2.read(data)
    assert bai2.looks_like(data) and not file.findings
    (one,) = file.statements
    assert [(line.cents, line.reference, line.text, line.method) for line in one.lines] == [
        (15000, "1017", "ROBERT WHITE A-10001", "cheque"),
        (25000, "1018", "ACME, INC / LAKE-INV-000002", "cheque"),
        (-1500, "B4", "MONTHLY FEE", "transfer"),
    ]
    assert (one.number, one.on) == ("000111224321", DAY)


def test_a_continuation_belongs_to_its_movement():
    file = bai2.read(bai2_file("165,9900,,R1,C1,PART ONE\n88,PART TWO", on=DAY))
    assert file.statements[0].lines[0].text == "PART ONE, PART TWO"


GOOD = bai2_file("165,9900,,R1,C1,TEXT", on=DAY)


@pytest.mark.parametrize(
    "data, row, words",
    [
        (GOOD.replace(b"165,9900", b"165,9901"), 5, "control total"),
        (GOOD.replace(b"49,109900,3/", b"49,109900,4/"), 5, "records"),
        (GOOD.replace(b"98,109900,1,5/", b"98,109900,2,5/"), 6, "accounts"),
        (b"\n".join(GOOD.splitlines()[:-1]), 6, "cut short"),
        (b"\n".join(GOOD.splitlines()[:4]), 4, "cut short"),
        (GOOD.replace(b"9900,,R1", b"1e9,,R1"), 4, "no amount"),
        (GOOD.replace(b",1,261123,2359", b",1,269923,2359"), 2, "no day"),
        (GOOD.replace(b"16,165", b"17,165"), 4, "no record"),
        (GOOD + GOOD, 8, "follows"),
        (GOOD.replace(b"02,", b"03,", 1), 2, "without a group header"),
        (bai2_file("115,40000,0,B,,BOX", "116,39999,0,B,1,X", on=DAY), 4, "its items come to"),
    ],
)
def test_a_file_that_does_not_add_up_is_taken_for_nothing(data, row, words):
    file = bai2.read(data)
    assert not file.statements
    assert file.findings[0].row == row and words in file.findings[0].words


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_no_bytes_break_the_reading_of_bai2(data):
    rows = GOOD.splitlines()
    change = data.draw(
        st.lists(
            st.sampled_from([*rows, b"88,x", b"16,", b"03", b"16,999999,5,D,99/", b"49,,/", b"\xff,\x00"]), max_size=9
        )
    )
    cut = data.draw(st.integers(0, len(GOOD)))
    for text in (b"\n".join(change), GOOD[:cut], GOOD[:cut] + data.draw(st.binary(max_size=20))):
        file = bai2.read(text)
        assert bool(file.findings) or file.statements is not None
        assert not (file.findings and file.statements)
