import pytest
from datetime import date
from accounts import ledger
from accounts.models import *
from billing_office.staff.models import *

@pytest.mark.django_db
def test_it(django_assert_num_queries):
    by = User.objects.service()
    office = Office.objects.first()
    a = Account.objects.create(number="A-1", name="x", office=office, opened_on=date(2026,1,1))
    c = ledger.charge(a, cents=500, service_on=date(2026,1,1), description="v", key="k", by=by)
    assert ledger.charge(a, cents=500, service_on=date(2026,1,1), description="v", key="k", by=by) == c
    p = ledger.receive_client_payment(a, cents=700, received_on=date(2026,1,2), method="cash", shares=[ledger.Share(c.pk, 500)], key="p", by=by)
    assert ledger.balance(a) == (0, 200)
    e = ledger.posted_as("p")
    with pytest.raises(ledger.StillNeeded):
        ledger.reverse(ledger.posted_as("k"), on=date(2026,1,3), by=by, memo="x")
    ledger.reverse(e, on=date(2026,1,3), by=by, memo="x")
    assert ledger.balance(a) == (500, 0)
    assert OpenItem.objects.get().since == date(2026,1,3)
