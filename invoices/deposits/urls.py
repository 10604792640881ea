from accounts.models import Payment
from billing_office.staff.access import route
from invoices.models import Deposit

from .views import clearing, day, deposits

urlpatterns = [
    route("deposits/", deposits.deposits, may="read_accounts", name="deposits", listed=True),
    route("deposits/new/", deposits.deposit_new, may="build_deposits", name="deposit_new"),
    route("deposits/<int:pk>/", deposits.deposit, may="read_accounts", name="deposit", reads=Deposit),
    route(
        "deposits/<int:pk>/receipts/",
        deposits.deposit_receipts,
        may="build_deposits",
        name="deposit_receipts",
        reads=Deposit,
    ),
    route(
        "deposits/<int:pk>/count/", deposits.deposit_count, may="build_deposits", name="deposit_count", reads=Deposit
    ),
    route(
        "deposits/<int:pk>/close/", deposits.deposit_close, may="close_deposits", name="deposit_close", reads=Deposit
    ),
    route("deposits/<int:pk>/discard/", deposits.deposit_drop, may="build_deposits", name="deposit_drop"),
    route("deposits/<int:pk>/slip/", deposits.deposit_slip, may="read_accounts", name="deposit_slip", reads=Deposit),
    route("deposits/<int:pk>/clear/", clearing.deposit_clear, may="clear_deposits", name="deposit_clear"),
    route("cash/", clearing.cash_open, may="read_accounts", name="cash_open", listed=True),
    route("payments/<int:pk>/cash/", clearing.cash_payment, may="clear_deposits", name="cash_payment", reads=Payment),
    route("clearings/<int:pk>/undo/", clearing.clearing_undo, may="clear_deposits", name="clearing_undo"),
    route("day/", day.day, may="read_accounts", name="day"),
    route("day/close/", day.day_close, may="close_days", name="day_close"),
]
