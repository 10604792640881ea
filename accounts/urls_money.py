"""Rules about money, runs by them, credits and refunds, returned checks, charges corrected."""

from billing_office.staff.access import route

from .models import Charge, Payment, Refund, Run
from .views import anew, credits, money_rules, refunds, runs

urlpatterns = [
    *money_rules.RULES.routes(route, "rules/", read="read_rules"),
    route("runs/", runs.runs, may="read_runs", name="runs", listed=True),
    route("runs/new/<str:sweep>/", runs.run_new, may="post_runs", name="run_new"),
    route("runs/<int:pk>/", runs.run, may="read_runs", name="run", reads=Run),
    route("runs/<int:pk>/state/", runs.run_state, may="read_runs", name="run_state", background=True),
    route("runs/<int:pk>/undo/", runs.run_undo, may="post_runs", name="run_undo", reads=Run),
    route("credits/", credits.credit_list, may="read_accounts", name="credits", listed=True),
    route("refunds/", refunds.refunds, may="read_accounts", name="refunds", listed=True),
    route("refunds/<int:pk>/", refunds.refund, may="read_accounts", name="refund", reads=Refund),
    route("refunds/<int:pk>/pay/", refunds.refund_pay, may="pay_out_refunds", name="refund_pay", reads=Refund),
    route(
        "payments/<int:pk>/refund/", refunds.payment_refund, may="refund_money", name="payment_refund", reads=Payment
    ),
    route(
        "payments/<int:pk>/returned/",
        refunds.payment_returned,
        may="return_cheques",
        name="payment_returned",
        reads=Payment,
    ),
    route(
        "charges/<int:pk>/release/", refunds.charge_release, may="transfer_money", name="charge_release", reads=Charge
    ),
    route("charges/<int:pk>/correct/", anew.charge_correct, may="correct_charges", name="charge_correct", reads=Charge),
    route("charges/<int:pk>/void/", anew.charge_void, may="correct_charges", name="charge_void", reads=Charge),
]
