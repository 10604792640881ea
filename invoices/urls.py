from accounts.models import Account, Document, Payment
from billing_office.staff.access import route

from . import views
from .models import Invoice
from .receipts.views import payment, receipts, unapplied

urlpatterns = [
    route("invoices/", views.invoices, may="read_accounts", name="invoices"),
    route("invoices/<int:pk>/", views.invoice, may="read_accounts", name="invoice", reads=Invoice),
    route("invoices/<int:pk>/why/", views.invoice_why, may="read_accounts", name="invoice_why", reads=Invoice),
    route(
        "accounts/<int:pk>/invoices/new/", views.invoice_new, may="issue_invoices", name="invoice_new", reads=Account
    ),
    route("receipts/", receipts.receipts, may="read_accounts", name="receipts"),
    route("receipts/new/", receipts.receipt_new, may="post_client_payments", name="receipt_new"),
    route("receipts/unapplied/", unapplied.unapplied_list, may="read_accounts", name="unapplied"),
    route(
        "accounts/<int:pk>/payments/new/",
        receipts.payment_new,
        may="post_client_payments",
        name="payment_new",
        reads=Account,
    ),
    route(
        "payers/<int:pk>/payments/new/", receipts.payer_payment_new, may="post_payer_payments", name="payer_payment_new"
    ),
    route("payments/<int:pk>/", payment.payment, may="read_accounts", name="payment", reads=Payment),
    route("payments/<int:pk>/receipt/", payment.payment_receipt, may="post_client_payments", name="payment_receipt"),
    route(
        "payments/<int:pk>/allocate/",
        unapplied.payment_allocate,
        may="post_client_payments",
        name="payment_allocate",
        reads=Payment,
    ),
    route("payments/<int:pk>/move/", unapplied.payment_move, may="transfer_money", name="payment_move", reads=Payment),
    route("documents/<int:pk>/", views.document, may="read_messages", name="document", reads=Document),
]
