"""Files of what one account's page shows."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts import reading
from accounts.models import Account
from billing_office.audit import acts
from billing_office.lib.tables import Column, Table, export
from billing_office.staff.access import may


def account_export(request, pk):
    """The charges of an account as CSV or XLSX, with the words and codes that this person may read."""
    account = get_object_or_404(Account.objects.for_staff(request.user), pk=pk)
    words, codes = may(request.user, "read_services"), may(request.user, "read_codes")
    columns = [
        Column("date", "Date", value="service_on", kind="day"),
        Column("service", "Service", value=lambda line: line.description if words else "Service"),
        Column("code", "Code", value=lambda line: line.code if codes else ""),
        Column("client", "Client", value="client_name"),
        Column("billed", "Billed", kind="money"),
        Column("off", "Discount", kind="money"),
        Column("payers_paid", "Payer paid", kind="money"),
        Column("client_paid", "Client paid", kind="money"),
        Column("open_client", "Open at client", kind="money"),
        Column("open_payers", "Open at payers", kind="money"),
        Column("payer_names", "Payers"),
    ]
    file = export(request, Table(columns, reading.charges(account, limit=100_000)), account.number)
    if file is None:
        raise Http404("Ask for csv or xlsx.")
    acts.record(request.user, "account_exported", account, account_id=account.pk, detail={"as": request.GET["as"]})
    return file
