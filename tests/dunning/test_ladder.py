"""Which step is due: pure, at the day before, on the day, and after."""

from datetime import date, timedelta

import pytest

from dunning.ladder import Step, look_on, next_step

LADDER = [Step(1, 0), Step(2, 7), Step(3, 21), Step(4, 45)]
DUE = date(2026, 11, 1)


@pytest.mark.parametrize(
    "days, level", [(-1, None), (0, 1), (6, 1), (7, 2), (20, 2), (21, 3), (44, 3), (45, 4), (400, 4)]
)
def test_the_highest_step_whose_day_has_come(days, level):
    step = next_step(LADDER, [], DUE, DUE + timedelta(days=days))
    assert (step and step.level) == level


def test_a_step_that_went_out_is_not_taken_again():
    assert next_step(LADDER, [1], DUE, DUE + timedelta(days=3)) is None


def test_no_step_below_one_that_went_out():
    """A level moved to a later day must not make a lower one go out after a higher."""
    assert next_step(LADDER, [3], DUE, DUE + timedelta(days=8)) is None


def test_look_on_is_the_next_steps_day():
    assert look_on(LADDER, DUE, DUE + timedelta(days=7)) == DUE + timedelta(days=21)
    assert look_on(LADDER, DUE, DUE + timedelta(days=45)) is None
