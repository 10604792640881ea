from accounts.models import Account, Document, Payment
from billing_office.staff.access import route

from .models import Invoice, RecurringCharge
from .receipts.views import payment, receipts, unapplied
from .recurring import views as recurring
from .views import invoices, statements, to_payers, voiding

urlpatterns = [
    route("invoices/", invoices.invoices, may="read_accounts", name="invoices", listed=True),
    route("invoices/ready/", to_payers.ready, may="issue_invoices", name="invoices_ready", listed=True),
    route("invoices/<int:pk>/", invoices.invoice, may="read_accounts", name="invoice", reads=Invoice),
    route("invoices/<int:pk>/why/", invoices.invoice_why, may="read_accounts", name="invoice_why", reads=Invoice),
    route(
        "accounts/<int:pk>/invoices/new/", invoices.invoice_new, may="issue_invoices", name="invoice_new", reads=Account
    ),
    route("invoices/<int:pk>/void/", voiding.invoice_void, may="void_invoices", name="invoice_void", reads=Invoice),
    route("payers/<int:pk>/invoices/new/", to_payers.payer_invoice_new, may="issue_invoices", name="payer_invoice_new"),
    route(
        "accounts/<int:pk>/statement/",
        statements.account_statement,
        may="read_accounts",
        name="account_statement",
        reads=Account,
    ),
    route(
        "accounts/<int:pk>/statement/send/",
        statements.account_statement_send,
        may="send_messages",
        name="account_statement_send",
        reads=Account,
    ),
    route("payers/<int:pk>/statement/", statements.payer_statement, may="read_accounts", name="payer_statement"),
    route(
        "payers/<int:pk>/statement/send/",
        statements.payer_statement_send,
        may="send_messages",
        name="payer_statement_send",
    ),
    route("receipts/", receipts.receipts, may="read_accounts", name="receipts", listed=True),
    route("receipts/new/", receipts.receipt_new, may="post_client_payments", name="receipt_new"),
    route("receipts/unapplied/", unapplied.unapplied_list, may="read_accounts", name="unapplied", listed=True),
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
    route("documents/<int:pk>/", invoices.document, may="read_messages", name="document", reads=Document),
    route("recurring/", recurring.recurring_charges, may="read_accounts", name="recurring_charges", listed=True),
    route(
        "accounts/<int:pk>/recurring/",
        recurring.recurring_of,
        may="read_accounts",
        name="recurring_of",
        background=True,
    ),
    route(
        "accounts/<int:pk>/recurring/new/",
        recurring.recurring_new,
        may="set_up_recurring",
        name="recurring_new",
        reads=Account,
    ),
    route(
        "recurring/<int:pk>/edit/",
        recurring.recurring_edit,
        may="set_up_recurring",
        name="recurring_edit",
        reads=RecurringCharge,
    ),
    route(
        "recurring/<int:pk>/end/",
        recurring.recurring_end,
        may="set_up_recurring",
        name="recurring_end",
        reads=RecurringCharge,
    ),
]
