"""Who insured a patient of some books, from when to when: payer_transitions.csv, one coverage for each span and rank."""

from accounts.models import Account, Client, Payer
from billing_office.audit import acts
from insurance.models import Coverage, Plan

from .cells import Broken, within
from .files import Refusal
from .models import Books, Known, TakenCoverage
from .practice import TRANSITIONS, Practice
from .rows import PatientRow, Span

PLAN = "Plan of the imported books"  # the books name the payer alone


class CoverageTaking:
    """Takes over what is not taken over yet of one patient's coverages. Call `run` in a transaction of its own.

    What the office changed or withdrew since stays as it is: a row that was taken is known by its key.
    """

    def __init__(self, books: Books, practice: Practice, payers: dict[str, Payer], by):
        self.books, self.practice, self.payers, self.by = books, practice, payers, by
        self.plans: dict[int, Plan] = {}
        self.refused: list[Refusal] = []

    def run(self, patient: PatientRow) -> int:
        """How many coverages are new. `refused` holds the rows that could not be taken."""
        self.refused = []
        spans = self.practice.spans.get(patient.id, [])
        account = self._account(patient) if spans else None
        if account is None:
            return 0
        taken = set(
            TakenCoverage.objects.filter(books=self.books, key__in=[span.key for span in spans]).values_list(
                "key", flat=True
            )
        )
        standing = list(Coverage.objects.standing().filter(client=account.guarantor_id))
        new: list[tuple[Span, Coverage]] = []
        for span in spans:
            if span.key in taken:
                continue
            try:
                coverage = self._coverage(span, account.guarantor)
                _refuse_overlap(coverage, [*standing, *(made for _, made in new)])
            except (Broken, OverflowError) as error:
                self.refused.append(Refusal(TRANSITIONS, span.line, str(error)))
            else:
                new.append((span, coverage))
        return self._keep(account, new)

    def _account(self, patient: PatientRow) -> Account | None:
        known = Known.objects.filter(books=self.books, external_id=patient.id, payer=None)
        found = known.select_related("account__guarantor").first()
        return found and found.account

    def _coverage(self, span: Span, client: Client) -> Coverage:
        return Coverage(
            client=client,
            plan=self._plan(self.payers[span.payer]),
            rank=span.rank,
            since=within("START_YEAR", self.books.moved(span.since)),
            until=within("END_YEAR", self.books.moved(span.until)) if span.until else None,
            member_number=span.member,
            source="imported books",
            added_by=self.by,
        )

    def _plan(self, payer: Payer) -> Plan:
        if payer.pk not in self.plans:
            public = payer.payer_class == Payer.Class.GOVERNMENT
            kind = Plan.Kind.PUBLIC if public else Plan.Kind.OTHER
            self.plans[payer.pk] = Plan.objects.get_or_create(payer=payer, name=PLAN, defaults={"kind": kind})[0]
        return self.plans[payer.pk]

    def _keep(self, account: Account, new: list[tuple[Span, Coverage]]) -> int:
        if new:
            Coverage.objects.bulk_create([coverage for _, coverage in new])
            TakenCoverage.objects.bulk_create(
                [TakenCoverage(books=self.books, key=span.key, coverage=coverage) for span, coverage in new]
            )
            acts.record(self.by, "coverages_imported", account, account_id=account.pk, detail={"coverages": len(new)})
        return len(new)


def _refuse_overlap(coverage: Coverage, others: list[Coverage]):
    for other in others:
        apart = (other.until and other.until < coverage.since) or (coverage.until and coverage.until < other.since)
        if other.rank == coverage.rank and not apart:
            raise Broken("another coverage of this client stands on some of these days")
