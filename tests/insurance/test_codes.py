"""Procedure codes: read from their sources, loaded whole after a look, found by number, word or a clerk's own words."""

import os
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from billing_office import schedule
from billing_office.lib import dates
from insurance.codes import columns, hcpcs, search
from insurance.models import Code, CodeLoad
from tests.factories import make_code

pytestmark = pytest.mark.django_db
SAMPLES = Path(os.environ.get("OFFICE_SAMPLES", "../shared/samples")) / "codesets"
CPT = "Code,Description,Effective,Terminated\n99213,Office visit,2020-01-01,\n29881,Knee arthroscopy,2020-01-01,\n"


@pytest.fixture
def supervisor(signed_in):
    return signed_in("supervisor")


def record(value: str, kind: str, words: str, added="20200101", ended="        ") -> str:
    return f"{value:>5}00100{kind}{words:<80}".ljust(268) + added + "20200101" + ended + "N"


def load(browser, text: str | bytes, system="cpt", on="2026-01-01", confirm=True, **form) -> CodeLoad:
    content = text.encode() if isinstance(text, str) else text
    file = {"file": SimpleUploadedFile("codes.csv", content)} if content else {}
    answer = browser.post("/code-loads/new/", {"system": system, "effective_on": on} | form | file)
    assert answer.status_code == 302, answer.content.decode()
    schedule.drain()
    made = CodeLoad.objects.latest("pk")
    if confirm:
        browser.post(f"/code-loads/{made.pk}/confirm/")
        schedule.drain()
        made.refresh_from_db()
    return made


def found(text: str, on=None) -> list[str]:
    return [code.value for code in search.find(text, on=on or dates.today())]


# -- sources -------------------------------------------------------------------------------------------------------------


def test_hcpcs_records_are_read_with_their_continuations_and_modifiers():
    lines = [
        record("A4221", "3", "Supplies for an infusion catheter (list"),
        record("A4221", "4", "drugs separately)"),
        record("A1", "7", "Dressing for one wound", ended="20211231"),
        "***Disclaimers",
    ]
    codes, modifiers = hcpcs.read("\r\n".join(lines).encode("cp1252"))
    assert [(row.value, row.official, row.since) for row in codes.rows] == [
        ("A4221", "Supplies for an infusion catheter (list drugs separately)", date(2020, 1, 1))
    ]
    assert [(row.value, row.until) for row in modifiers.rows] == [("A1", date(2021, 12, 31))]


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="skipped: no samples")
def test_the_file_of_cms_gives_every_code():
    codes, modifiers = hcpcs.read((SAMPLES / "HCPC2019_CONTR_ANWEB.txt").read_bytes())
    assert (len(codes.rows), len(modifiers.rows)) == (6440, 360)
    assert codes.findings == modifiers.findings == []
    assert all(row.since for row in codes.rows)


@given(st.binary(max_size=400))
def test_no_bytes_break_a_reader(content):
    hcpcs.read(content)
    try:
        columns.read(content, {"value": "a", "official": "b"})
    except columns.NoTable as refusal:
        assert str(refusal)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_a_list_is_read_however_a_spreadsheet_saved_it(mark, encoding):
    text = f"Code{mark}Description\n99213{mark}Besuch in der Praxis für Erwachsene\n"
    reading = columns.read(text.encode(encoding), {"value": "Code", "official": "Description"})
    assert [row.official for row in reading.rows] == ["Besuch in der Praxis für Erwachsene"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("!!,x,,", "is no code"), ("1,,,", "has no description"), ("1,x,2026-13-01,", "is no day"),
        ("99213,again,,", "stands already at line 2"),
    ],
)  # fmt: skip
def test_a_bad_line_is_named_and_the_others_are_read(line, told):
    reading = columns.read((CPT + line).encode(), {"value": "Code", "official": "Description", "since": "Effective"})
    assert len(reading.rows) == 2
    assert [finding.line for finding in reading.findings] == [4]
    assert told in reading.findings[0].message


# -- loading -------------------------------------------------------------------------------------------------------------


def test_nothing_is_loaded_before_it_was_looked_at(supervisor):
    made = load(supervisor, CPT, confirm=False)
    page = supervisor.get(f"/code-loads/{made.pk}/").content.decode()
    assert "2 new, 0 changed, 0 ended, 0 as they are" in page
    assert Code.objects.count() == 0


def test_confirming_loads_once_however_often_it_is_pressed(supervisor):
    made = load(supervisor, CPT)
    supervisor.post(f"/code-loads/{made.pk}/confirm/")
    schedule.drain()
    assert made.state == "done"
    assert Code.objects.count() == 2


def test_a_changed_meaning_begins_on_its_day_and_keeps_the_offices_words(supervisor):
    load(supervisor, CPT, on="2020-01-01")
    Code.objects.filter(value="29881").update(plain="Knee operation", also="scope")
    load(supervisor, CPT.replace("Knee arthroscopy", "Arthroscopy of the knee with meniscectomy"))
    before, after = Code.objects.filter(value="29881").order_by("since")
    assert (before.until, after.since, after.plain, after.also) == (
        date(2025, 12, 31),
        date(2026, 1, 1),
        "Knee operation",
        "scope",
    )
    assert search.find("29881", on=date(2025, 6, 1)).get() == before
    assert search.find("29881", on=date(2026, 1, 1)).get() == after


@pytest.mark.parametrize(("complete", "until"), [({"complete": "on"}, date(2025, 12, 31)), ({}, None)])
def test_what_a_whole_list_leaves_out_has_ended(supervisor, complete, until):
    load(supervisor, CPT, on="2020-01-01")
    load(supervisor, "Code,Description\n99213,Office visit\n", **complete)
    assert Code.objects.get(value="29881").until == until


def test_loading_the_same_again_changes_nothing(supervisor):
    load(supervisor, CPT)
    again = load(supervisor, CPT, confirm=False)
    assert again.found["systems"]["cpt"]["counts"] == {"new": 0, "changed": 0, "ended": 0, "same": 2}


def test_other_columns_can_be_named(supervisor):
    made = load(supervisor, "Nr,Was es ist\n99213,Besuch\n", confirm=False)
    assert made.state == "failed"
    supervisor.post(f"/code-loads/{made.pk}/", {"value": "Nr", "official": "Was es ist"})
    schedule.drain()
    made.refresh_from_db()
    assert (made.state, made.found["systems"]["cpt"]["counts"]["new"]) == ("ready", 1)


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"system": "cpt"}, "Choose the file."),
        ({"system": "icd10", "file": SimpleUploadedFile("x.csv", b"x")}, "Leave this empty."),
        ({"system": "cpt", "file": SimpleUploadedFile("x.csv", b"%PDF-1.7 ...")}, "This is no table."),
        ({"system": "cpt", "file": SimpleUploadedFile("x.csv", b"")}, "empty"),
        ({"system": "cpt", "effective_on": "0001-01-01", "file": SimpleUploadedFile("x.csv", CPT.encode())}, "between 1900 and 2199"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_refused_at_its_field(supervisor, form, told):
    answer = supervisor.post("/code-loads/new/", {"effective_on": "2026-01-01"} | form)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert CodeLoad.objects.count() == 0


def test_diagnoses_come_from_their_package(supervisor):
    made = load(supervisor, "", system="icd10", on="2025-10-01")
    assert made.state == "done"
    assert made.name.startswith("simple-icd-10-cm")
    assert Code.objects.filter(system="icd10").count() > 70_000
    assert found("E11.9")[0] == "E119"
    assert "E119" in found("diabetes without complication")


# -- finding -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["29881", "298", "arthroscopy", "arthro kn", "knee scope", "Kneescope op"])
def test_a_code_is_found_by_number_word_or_the_words_of_the_office(text):
    make_code("29881", "Arthroscopy, knee, surgical", plain="Knee operation", also="scope kneescope")
    make_code("99213")
    assert found(text) == ["29881"]


def test_the_number_itself_comes_first():
    make_code("1000", "Ninety-nine 99 things")
    make_code("99", "Two figures")
    make_code("9921", "Four figures")
    assert found("99") == ["99", "9921", "1000"]


@pytest.mark.parametrize("text", ["", "'", "1\x00", "&|!():*<->", "\\", "%", "a" * 500, "٣", "drop table"])
def test_no_words_break_the_search(supervisor, text):
    assert supervisor.get("/codes/", {"q": text}).status_code == 200


def test_the_last_day_counts():
    make_code("1", "Ended", since=date(2020, 1, 1), until=date(2025, 12, 31))
    assert found("1", date(2025, 12, 31)) == ["1"]
    assert found("1", date(2026, 1, 1)) == []


# -- the office's own ----------------------------------------------------------------------------------------------------


def test_the_office_adds_codes_of_its_own(supervisor):
    form = {
        "value": "water-m3",
        "official": "Water, cubic meter",
        "plain": "Water",
        "also": "m3",
        "since": "2026-01-01",
    }
    supervisor.post("/codes/new/", form)
    assert Code.objects.get().value == "WATER-M3"
    again = supervisor.post("/codes/new/", form)
    assert "exists already on some of these days" in again.content.decode()


def test_of_a_loaded_code_only_the_offices_words_change(supervisor):
    code = make_code("A1001", "Dressing", system="hcpcs")
    supervisor.post(f"/codes/{code.pk}/edit/", {"plain": "Bandage", "official": "X", "value": "Y", "lock_version": 1})
    code.refresh_from_db()
    assert (code.value, code.official, code.plain) == ("A1001", "Dressing", "Bandage")
