import pytest
from datetime import date, timedelta
from accounts import ledger, aging
from accounts.models import *
from billing_office.staff.models import *
from billing_office import schedule
from billing_office.lib import dates
from billing_office.desk import proof
from invoices import issuing

@pytest.mark.django_db(transaction=True)
def test_flow(settings, mail_sink):
    settings.OUTBOX_HINT = ""
    by = User.objects.service()
    office = Office.objects.first()
    a = Account.objects.create(number="A-1", name="Anna K", office=office, opened_on=date(2026,1,1))
    c = Client.objects.create(account=a, first_name="Anna", last_name="K")
    a.guarantor = c; a.save()
    ContactPoint.objects.create(client=c, kind="email", value="a@x.example", consent_on=date(2026,1,1))
    ContactPoint.objects.create(client=c, kind="postal", street="1 st", city="T", region="IL")
    c1 = ledger.charge(a, cents=50000, service_on=date(2026,10,1), description="Visit", key="k", by=by, client=c)
    inv = issuing.issue(a, on=date(2026,10,1), by=by, key="x")
    assert issuing.issue(a, on=date(2026,10,1), by=by, key="x") == inv
    print(schedule.drain())
    m = Message.objects.get()
    assert m.state == "sent", m.error
    assert len(mail_sink.messages()) == 1
    today = date(2026, 11, 8)
    print(aging.board(Account.objects.all(), today))
    print(schedule.run_steps(today, dates.office_time(today), as_of=dates.office_time(today)))
    print(schedule.drain())
    m = Message.objects.first()
    assert m.action == "reminder" and m.state == "sent", (m.error, m.waits_for)
    print(mail_sink.messages()[-1])
    print(schedule.run_steps(today, dates.office_time(today), as_of=dates.office_time(today)))
    print(schedule.drain())
    for r in proof.prove(): assert r.ok, (r.name, r.rows)
