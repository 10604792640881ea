"""Geometry of charts, in whole hundredths of a percent: templates only print it. Stretching never distorts text,
because x is in percent and y in pixels."""

from typing import NamedTuple

from . import money

WHOLE = 10_000  # hundredths of a percent
GAP = 35
LEAST = 40  # a small debt is still seen


class Part(NamedTuple):
    css: str  # fa0 to fa4 (age), fr1 to fr4 (who owes)
    label: str
    cents: int
    href: str = ""


class Bar(NamedTuple):
    x: str
    width: str
    part: Part


def strip(parts: list[Part]) -> list[Bar]:
    """One bar for each part above zero, side by side over the whole width, in proportion to their amounts.

    >>> [(bar.x, bar.width) for bar in strip([Part("fa1", "0-30", 300), Part("fa2", "31-60", 100)])]
    [('0.00%', '74.54%'), ('74.89%', '25.11%')]
    """
    shown = [part for part in parts if part.cents > 0]
    if not shown:
        return []
    room = WHOLE - GAP * (len(shown) - 1) - LEAST * len(shown)
    bars, x = [], 0
    for part, share in zip(shown, money.split(room, [part.cents for part in shown]), strict=True):
        width = LEAST + share
        bars.append(Bar(_percent(x), _percent(width), part))
        x += width + GAP
    return bars


def _percent(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02d}%"
