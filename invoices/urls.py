from accounts.models import Account, Document
from billing_office.staff.access import route

from . import views
from .models import Invoice

urlpatterns = [
    route("invoices/", views.invoices, may="read_accounts", name="invoices"),
    route("invoices/<int:pk>/", views.invoice, may="read_accounts", name="invoice", reads=Invoice),
    route(
        "accounts/<int:pk>/invoices/new/", views.invoice_new, may="issue_invoices", name="invoice_new", reads=Account
    ),
    route("documents/<int:pk>/", views.document, may="read_messages", name="document", reads=Document),
]
