"""ledger.bring_in: what was posted before is never saved a second time."""

from datetime import date

import pytest

from accounts import ledger, opening
from accounts.models import Charge
from billing_office.staff.models import Office, User

DAY = date(2026, 3, 4)


@pytest.mark.django_db
def test_an_entry_that_stands_already_undoes_the_whole_batch():
    by = User.objects.service()
    account = opening.open_account(office=Office.objects.first(), last_name="Ng", opened_on=DAY, by=by)

    def bring(*keys):
        rows = [Charge(account=account, service_on=DAY, description="Visit", cents=500, created_by=by) for _ in keys]
        make = lambda: [ledger.charge_entry(r, None, DAY, k) for r, k in zip(rows, keys, strict=True)]  # noqa: E731
        return ledger.bring_in(rows, [], make, by)

    assert len(bring("a").new) == 1
    with pytest.raises(ledger.Refused):
        bring("b", "a")
    assert Charge.objects.count() == 1
