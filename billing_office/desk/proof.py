"""Every invariant of the books, from every app, in the order of the layers."""

from accounts import invariants as accounts
from billing_office.lib.checks import Result, run
from dunning import invariants as dunning
from invoices import invariants as invoices

CHECKS = [*accounts.CHECKS, *invoices.CHECKS, *dunning.CHECKS]


def prove() -> list[Result]:
    return [run(check) for check in CHECKS]
