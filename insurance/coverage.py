"""Who is insured with whom on a day. This one question is asked everywhere in this way: the last day counts, and a service
of the past is judged by the policy then in force, not by today's.
"""

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Client
from accounts.once import once
from billing_office.audit import acts
from billing_office.audit.models import Act

from .models import Coverage


class Taken(ValueError):
    """Another coverage stands at this rank on some of these days; the message names it."""


def coverage_on(client: Client, on: date) -> list[Coverage]:
    """The client's coverages in force on that day, the primary first."""
    return list(Coverage.objects.on(on).filter(client=client).select_related("plan__payer").order_by("rank"))


def by_member(text: str) -> QuerySet | None:
    """Ids of accounts on which somebody has or had this member number."""
    if not any(c.isdigit() for c in text):
        return None
    return Coverage.objects.standing().of_member(text).values("client__account")


def in_the_way(coverage: Coverage) -> Coverage | None:
    """What stands at the same rank of the same client on some of the same days."""
    others = Coverage.objects.standing().filter(client=coverage.client, rank=coverage.rank).exclude(pk=coverage.pk)
    if coverage.until:
        others = others.filter(since__lte=coverage.until)
    return others.exclude(until__lt=coverage.since).select_related("plan__payer").first()


def added(form, by) -> Coverage | None:
    """What this person recorded with this form before: a second press finds it, although it now stands in its own way."""
    act = Act.objects.of_form(form).filter(actor=by, verb="coverage_added").first() if form else None
    return act and Coverage.objects.get(pk=act.object_id)


def add(coverage: Coverage, *, form, by) -> Coverage:
    """Record it, once however often the form is sent. Raises Taken when two people record one rank at once."""
    with once(form, "coverage_added", by) as done:
        if done:
            return Coverage.objects.get(pk=done.object_id)
        coverage.added_by = by
        _save(coverage)
        acts.record(by, "coverage_added", coverage, account_id=coverage.client.account_id, detail={"form": str(form)})
    return coverage


def change(coverage: Coverage, changed: list[str], *, by):
    """Raises Taken like `add`."""
    _save(coverage)
    acts.record(by, "coverage_edited", coverage, account_id=coverage.client.account_id, changed=changed)


def _save(coverage: Coverage):
    try:
        with transaction.atomic():
            coverage.save()
    except IntegrityError as error:
        if "coverage_one_of_a_rank_a_day" not in str(error):
            raise
        other = in_the_way(coverage) or _("Another coverage")
        raise Taken(_("%(coverage)s stands on some of these days.") % {"coverage": other}) from error


def withdraw(coverage: Coverage, why: str, *, on: date, by):
    """It was recorded in error. Withdrawn already: nothing happens."""
    with transaction.atomic():
        row = Coverage.objects.select_for_update(no_key=True).get(pk=coverage.pk)
        if row.withdrawn_on is None:
            row.withdrawn_on, row.withdrawn_why = on, why
            row.lock_version += 1
            row.save(update_fields=["withdrawn_on", "withdrawn_why", "lock_version"])
            acts.record(by, "coverage_withdrawn", row, account_id=row.client.account_id, reason=why)
