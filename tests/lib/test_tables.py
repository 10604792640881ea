"""Lists: every row once over all pages, and files that neither run as formulas nor lose a cent."""

import csv
import io
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string
from openpyxl import load_workbook

from billing_office.lib.tables import (
    Column,
    Table,
    address,
    chips,
    csv_response,
    export,
    keyset,
    ordering,
    xlsx_response,
)
from billing_office.staff.models import Office, User

COLUMNS = [
    Column("name", "Name"),
    Column("number", "Account", kind="id"),
    Column("open", "Open", value="open_cents", kind="money"),
    Column("days", "Age", kind="age"),
    Column("since", "Since", kind="day"),
    Column("seen", "Seen", kind="moment"),
    Column("state", "State", kind="tag"),
]


def row(**changes):
    return SimpleNamespace(**{
        "name": "Robert White", "number": "A-10246", "open_cents": 172140, "days": 49, "since": date(2026, 11, 2),
        "seen": datetime(2026, 11, 23, 19, 14, tzinfo=UTC), "state": ("Overdue", "bad"),
    } | changes)  # fmt: skip


def as_csv(*rows, columns=COLUMNS):
    text = csv_response(Table(columns, rows), "accounts").getvalue().decode()
    return list(csv.reader(io.StringIO(text, newline="")))


def as_xlsx(*rows, columns=COLUMNS):
    return load_workbook(io.BytesIO(xlsx_response(Table(columns, rows), "accounts").getvalue())).active


def test_the_csv_has_the_heads_and_machine_readable_values():
    heads, line = as_csv(row())
    assert heads == ["Name", "Account", "Open", "Age", "Since", "Seen", "State"]
    assert line == ["Robert White", "A-10246", "1721.40", "49", "2026-11-02", "2026-11-23T13:14:00-06:00", "Overdue"]


def test_nothing_is_an_empty_cell():
    assert as_csv(row(open_cents=None, state=None, since=None))[1][2:] == [
        "",
        "49",
        "",
        "2026-11-23T13:14:00-06:00",
        "",
    ]


DANGEROUS = [
    "=HYPERLINK(\"http://x\")", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\x00=1", " =1", "\"=1", "' =1",
    "\u00a0=1", "\uff1d1",
]  # fmt: skip


@pytest.mark.parametrize("text", DANGEROUS)
@pytest.mark.parametrize("kind", ["text", "id", "tag", "link"])
def test_no_text_of_any_column_is_a_formula_in_the_csv(text, kind):
    value = (text, "bad") if kind in ("tag", "link") else text
    cell = as_csv({"name": value}, columns=[Column("name", "Name", kind=kind)])[1][0]
    assert cell == f"'{text}"


@pytest.mark.parametrize("text", [text for text in DANGEROUS if text.isprintable() or text == "\u00a0=1"])
def test_in_the_xlsx_every_text_is_a_string_cell_with_its_own_text(text):
    cell = as_xlsx(row(name=text))["A2"]
    assert (cell.data_type, cell.value) == ("s", text)
    assert cell.quotePrefix


def test_a_control_character_does_not_spoil_the_workbook():
    assert as_xlsx(row(name="Rob\x00ert\x0b"))["A2"].value == "Robert"


def test_a_negative_amount_stays_a_number():
    assert as_csv(row(open_cents=-4000))[1][2] == "-40.00"
    cell = as_xlsx(row(open_cents=-4000))["C2"]
    assert (cell.data_type, cell.value, cell.number_format) == ("n", -40, "#,##0.00")


@pytest.mark.parametrize("name", ["White, Robert", 'Rob "Bobby" White', "Robert\nWhite", "Zoë Łukasz 王", "O'Neil"])
def test_a_name_comes_back_from_the_csv_as_it_was(name):
    assert as_csv(row(name=name))[1][0] == name


def test_days_are_days_in_the_xlsx_and_times_are_the_offices():
    sheet = as_xlsx(row())
    assert sheet["E2"].value == datetime(2026, 11, 2)  # noqa: DTZ001  a sheet has no zones
    assert sheet["F2"].value == datetime(2026, 11, 23, 13, 14)  # noqa: DTZ001


def test_a_sheet_of_nobody_still_has_its_heads():
    assert [cell.value for cell in as_xlsx()[1]] == [column.head for column in COLUMNS]


def test_the_file_is_handed_over_under_its_name(rf):
    response = export(rf.get("/?as=xlsx"), Table(COLUMNS, []), "arrears")
    assert response["Content-Disposition"] == 'attachment; filename="arrears.xlsx"'


def test_another_kind_of_file_is_none(rf):
    assert export(rf.get("/?as=exe"), Table(COLUMNS, []), "arrears") is None


def test_a_file_has_the_chosen_columns_in_their_order(rf):
    response = export(rf.get("/?as=csv&columns=open,nobody,name"), Table(COLUMNS, [row()]), "arrears")
    assert response.getvalue().decode().splitlines() == ["Open,Name", "1721.40,Robert White"]


def test_columns_that_a_list_does_not_have_are_named():
    chosen = Table(COLUMNS, []).chosen("password,open")
    assert ([column.key for column in chosen.columns], chosen.unknown) == (["open"], ["password"])


def test_where_no_chosen_column_is_known_the_list_has_its_own():
    assert Table(COLUMNS, []).chosen("password,,x").columns == COLUMNS


# -- pages


@pytest.fixture
def offices(db):
    Office.objects.all().delete()
    Office.objects.bulk_create(Office(code=f"O{n:02}", name=f"Clinic {n % 4}", terms_days=n % 3) for n in range(23))
    return Office.objects.all()


def walk(queryset, order, size, way="next"):
    seen, page = [], keyset(queryset, order, size=size)
    while True:
        seen.append([office.pk for office in page.rows])
        if not page.next:
            break
        page = keyset(queryset, order, after=page.next, size=size)
    back = []
    while True:
        back.append([office.pk for office in page.rows])
        if not page.previous:
            return seen, back[::-1]
        page = keyset(queryset, order, before=page.previous, size=size)


@pytest.mark.parametrize("order", [("name", "id"), ("-name", "id"), ("name", "-terms_days", "-id"), ("-id",)])
@pytest.mark.parametrize("size", [1, 5, 23, 50])
def test_every_row_is_on_one_page_there_and_back(offices, order, size):
    there, back = walk(offices, order, size)
    every = list(offices.order_by(*order).values_list("pk", flat=True))
    assert sum(there, []) == every
    assert back == there


def test_a_row_that_comes_meanwhile_moves_no_other(offices):
    first = keyset(offices, ("name", "id"), size=5)
    Office.objects.create(code="AAA", name="A first one")
    second = keyset(offices, ("name", "id"), after=first.next, size=5)
    assert not {office.pk for office in first.rows} & {office.pk for office in second.rows}


@pytest.mark.parametrize("token", ["", "x", "W10", "é", "a:b:c", "\x00", "9" * 5000])
def test_a_bad_token_gives_the_first_page(offices, token):
    first = [office.pk for office in keyset(offices, ("name", "id"), size=5).rows]
    assert [office.pk for office in keyset(offices, ("name", "id"), after=token, size=5).rows] == first
    assert [office.pk for office in keyset(offices, ("name", "id"), before=token, size=5).rows] == first


def test_a_token_of_another_order_or_list_gives_the_first_page(offices):
    other = keyset(offices, ("-name", "id"), size=5).next
    assert keyset(offices, ("name", "id"), after=other, size=5).rows == keyset(offices, ("name", "id"), size=5).rows
    assert keyset(User.objects.all(), ("name", "id"), after=other, size=5).previous == ""


def test_a_page_that_is_not_there_any_more_says_so(offices):
    assert keyset(offices, ("name", "id"), after="x", size=5).lost
    assert not keyset(offices, ("name", "id"), size=5).lost


def test_a_page_takes_one_query(offices, django_assert_num_queries):
    with django_assert_num_queries(1):
        keyset(offices, ("name", "id"), size=5)


# -- on screen


def page_of(rf, table, url="/accounts/?sort=-open&payer=7"):
    return render_to_string("_table.html", {"table": table}, rf.get(url))


def test_a_row_on_screen_leads_to_its_page_and_shows_its_kinds(rf):
    table = Table(COLUMNS, [row()], caption="Accounts", href=lambda r: f"/accounts/{r.number}/")
    page = page_of(rf, table)
    assert 'data-href="/accounts/A-10246/"' in page
    assert '<a href="/accounts/A-10246/">Robert White</a>' in page
    assert "1,721.40" in page
    assert '<span class="tag age a2">49 d</span>' in page
    assert '<span class="tag bad">Overdue</span>' in page


def test_what_a_client_is_called_is_escaped(rf):
    assert "<script>" not in page_of(rf, Table(COLUMNS, [row(name="<script>alert(1)</script>")]))


def test_a_head_turns_the_order_and_keeps_the_filter(rf):
    table = Table([Column("open", "Open", kind="int", sort="open")], [{"open": 1}], sort="-open")
    page = page_of(rf, table)
    assert 'aria-sort="descending"' in page
    assert 'href="/accounts/?payer=7&amp;sort=open"' in page


def test_rows_that_can_be_selected_have_a_box_named_after_them(rf):
    page = page_of(rf, Table(COLUMNS, [row()], tick=lambda r: r.number))
    assert 'value="A-10246" aria-label="Select Robert White"' in page


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("", ("name", ("sort_key", "id"))),
        ("-open", ("-open", ("-open_cents", "-id"))),
        ("password", ("name", ("sort_key", "id"))),
        ("--open", ("name", ("sort_key", "id"))),
    ],
)
def test_only_declared_orders_can_be_asked_for(asked, answer):
    orders = {"open": ("open_cents", "id"), "name": ("sort_key", "id")}
    assert ordering(asked, orders, "name") == answer


def test_a_list_of_nothing_says_so(rf):
    assert "Nothing here" in page_of(rf, Table(COLUMNS, []))


def test_chips_replace_their_own_filter_and_start_at_the_first_page(rf):
    request = rf.get("/accounts/?state=open&q=white&after=token")
    every, settled = chips(request, "state", [("", "All", 3), ("open", "Open")])
    assert (every.href, every.current, every.count) == ("/accounts/?q=white", False, 3)
    assert (settled.href, settled.current) == ("/accounts/?q=white&state=open", True)


def test_an_address_keeps_what_is_not_named(rf):
    assert address(rf.get("/x/?a=1&b=2"), a=None, c="3") == "/x/?b=2&c=3"


def test_an_unknown_kind_of_column_is_refused():
    with pytest.raises(ValueError, match="no such kind"):
        Column("x", "X", kind="euro")
