"""How an open amount lies on its due parts. Pure."""

from datetime import date


def remaining(open_cents: int, parts: dict[date, int]) -> dict[date, int]:
    """What is still open on each part: laid on the last first, so that payments settle the earliest. Settled parts drop out.

    >>> remaining(150, {date(2026, 1, 1): 100, date(2026, 2, 1): 100})
    {datetime.date(2026, 1, 1): 50, datetime.date(2026, 2, 1): 100}
    """
    left, still = max(0, open_cents), {}
    for due_on in sorted(parts, reverse=True):
        part = min(left, parts[due_on])
        if part:
            still[due_on] = part
        left -= part
    return dict(sorted(still.items()))
