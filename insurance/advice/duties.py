"""Which duties a client is told before a service of a day."""

from django.db.models import Q

from accounts.models import Payer

from ..estimates.reading import Picture
from ..models import Coverage, Duty

When = Duty.When


def duties(picture: Picture, coverages: list[Coverage]) -> list[Duty]:
    """Those in force on the day of service: of the house or the office, of any payer or of one of the client's. One query."""
    estimate = picture.estimate
    cases = {When.ALWAYS, When.INSURED if coverages else When.SELF_PAY}
    if any(one.plan.payer.payer_class == Payer.Class.GOVERNMENT for one in coverages):
        cases.add(When.PUBLIC)
    if coverages and not estimate.in_network:
        cases.add(When.OUT_OF_NETWORK)
    if picture.missing:
        cases.add(When.AUTHORIZATION)
    whose = Q(office=None) | Q(office=estimate.client.account.office_id)
    payers = Q(payer=None) | Q(payer__in=[one.plan.payer_id for one in coverages])
    return list(Duty.objects.on(estimate.service_on).filter(whose, payers, applies__in=cases))
