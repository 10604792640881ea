"""Every act that may wait for a second person, by the name that its requests bear. Each app brings its own; a new one is
a line here."""

from accounts import ledger
from accounts.corrections.carrying_out import VERBS as CORRECTIONS
from accounts.runs.proposals import VERBS as RUNS
from billing_office.approvals import requests
from billing_office.approvals.proposals import Verb

VERBS: dict[str, Verb] = {verb.name: verb for verb in [*CORRECTIONS, *RUNS]}
REFUSALS = (requests.Refused, ledger.Refused)
