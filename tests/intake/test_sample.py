"""The books of a practice of 27 patients, written by the exporter itself, where they are at hand."""

import os
import time
from pathlib import Path

import pytest

from . import recount

SAMPLE = Path(os.environ.get("OFFICE_SAMPLES", "")) / "synthea"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("books_are_sound"),
    pytest.mark.skipif(
        not os.environ.get("OFFICE_SAMPLES") or not SAMPLE.is_dir(),
        reason="OFFICE_SAMPLES names no folder with synthea/ in it",
    ),
]


def test_every_row_comes_in_and_sums_are_those_of_a_second_count(import_books):
    started = time.monotonic()
    told = import_books(SAMPLE)
    assert time.monotonic() - started < 20
    assert told["refused"] == []
    assert {name: told[name] for name in recount.whole(SAMPLE)} == recount.whole(SAMPLE)
    assert import_books(SAMPLE) == told


def test_as_charges_all_of_it_is_outstanding(import_books):
    told = import_books(SAMPLE, "charges", until="2026-11-20")
    charged = recount.whole(SAMPLE)["charged"]
    assert (told["charged"], told["outstanding"], told["refused"]) == (charged, charged, [])
