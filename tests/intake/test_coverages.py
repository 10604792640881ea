"""import_practice brings who insured whom from when to when, once, also for books imported before."""

from datetime import date

import pytest
from django.db import IntegrityError

from billing_office.intake.models import TakenCoverage
from insurance.models import Coverage

from .practice import Books

pytestmark = pytest.mark.django_db


@pytest.fixture
def books():
    """Anna, insured with Medicaid, then with Aetna and Cigna beside it, from now on."""
    books = Books()
    medicaid, aetna, cigna = (books.payer(name) for name in ("Medicaid", "Aetna", "Cigna"))
    books.patient(payer=medicaid)
    books.transitions[-1] |= {"MEMBERID": "M-1", "END_YEAR": "2021-05-01T00:00:00Z"}
    following = {"MEMBERID": "A-2", "START_YEAR": "2021-05-01T00:00:00Z", "PAYER": aetna, "SECONDARY_PAYER": cigna}
    books.transitions.append(books.transitions[-1] | following | {"END_YEAR": ""})
    return books


def taken() -> list:
    found = Coverage.objects.order_by("since", "rank")
    return [(one.plan.payer.name, one.rank, one.since, one.until, one.member_number) for one in found]


ALL = [
    ("Medicaid", 1, date(2019, 1, 1), date(2021, 4, 30), "M-1"),
    ("Aetna", 1, date(2021, 5, 1), None, "A-2"),
    ("Cigna", 2, date(2021, 5, 1), None, ""),
]


def test_each_span_is_a_coverage_whose_last_day_is_the_one_before_the_next(import_books, books, tmp_path):
    assert import_books(books.write(tmp_path))["refused"] == []
    assert taken() == ALL


def test_books_that_were_imported_before_get_what_was_missing(import_books, books, tmp_path):
    whole, books.transitions = books.transitions, []
    import_books(books.write(tmp_path))
    assert taken() == []
    books.transitions = whole
    for _ in range(2):
        import_books(books.write(tmp_path))
        assert taken() == ALL


def test_what_the_office_changed_since_stays(import_books, books, tmp_path):
    folder = books.write(tmp_path)
    import_books(folder)
    Coverage.objects.filter(rank=2).update(since=date(2022, 1, 1), member_number="C-9")
    import_books(folder)
    assert taken()[2] == ("Cigna", 2, date(2022, 1, 1), None, "C-9")


def test_a_span_that_cannot_be_is_refused_with_its_line(import_books, books, tmp_path):
    books.transitions[0]["END_YEAR"] = "soon"
    told = import_books(books.write(tmp_path))
    assert [(row["file"], row["line"]) for row in told["refused"]] == [("payer_transitions.csv", 2)]
    assert taken() == ALL[1:]


def test_years_are_read_as_older_books_write_them(import_books, books, tmp_path):
    books.transitions[0] |= {"START_YEAR": "2018", "END_YEAR": "2020"}
    import_books(books.write(tmp_path))
    assert taken()[0][2:4] == (date(2018, 1, 1), date(2020, 12, 31))


def test_a_span_is_taken_once(import_books, books, tmp_path):
    import_books(books.write(tmp_path))
    one = TakenCoverage.objects.first()
    with pytest.raises(IntegrityError, match="coverage_taken_once"):
        TakenCoverage.objects.create(books=one.books, key=one.key, coverage=one.coverage)
