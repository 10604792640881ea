"""Files of what one account's page shows."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

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
        Column("date", _("Date"), value="service_on", kind="day"),
        Column("service", _("Service"), value=lambda line: line.description if words else _("Service")),
        Column("code", _("Code"), value=lambda line: line.code if codes else ""),
        Column("client", _("Client"), value="client_name"),
        Column("billed", _("Billed"), kind="money"),
        Column("off", _("Discount"), kind="money"),
        Column("payers_paid", _("Payer paid"), kind="money"),
        Column("client_paid", _("Client paid"), kind="money"),
        Column("open_client", _("Open at client"), kind="money"),
        Column("open_payers", _("Open at payers"), kind="money"),
        Column("payer_names", _("Payers")),
    ]
    file = export(request, Table(columns, reading.charges(account, limit=100_000)), account.number)
    if file is None:
        raise Http404(_("Ask for csv or xlsx."))
    acts.record(request.user, "account_exported", account, account_id=account.pk, detail={"as": request.GET["as"]})
    return file
