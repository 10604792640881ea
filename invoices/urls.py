from billing_office.staff.access import route

from . import views

urlpatterns = [
    route("invoices/", views.invoices, may="read_accounts", name="invoices"),
    route("invoices/<int:pk>/", views.invoice, may="read_accounts", name="invoice"),
    route("accounts/<int:pk>/invoices/new/", views.invoice_new, may="issue_invoices", name="invoice_new"),
    route("documents/<int:pk>/", views.document, may="read_messages", name="document"),
]
