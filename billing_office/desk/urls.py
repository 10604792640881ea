from accounts.models import Account
from billing_office.approvals.models import Request
from billing_office.staff.access import ANY_STAFF, PUBLIC, route
from insurance.models import Advice, Estimate

from . import (
    account_page,
    account_timeline,
    advise,
    approvals,
    arrears,
    calling,
    exports,
    health,
    ladder,
    payer_page,
    periods,
    set_up,
    unpaid_payers,
)
from .my_day import views as my_day
from .search import views as search

urlpatterns = [
    route("", my_day.home, may=ANY_STAFF, name="home"),
    route("my-day/next/", my_day.day_next, may=ANY_STAFF, name="day_next"),
    route("my-day/<str:kind>/<int:of>/later/", my_day.day_later, may=ANY_STAFF, name="day_later"),
    route("set-up/", set_up.set_up, may="read_set_up", name="set_up"),
    route("search/", search.search, may=ANY_STAFF, name="search"),
    route("search/found/", search.search_found, may=ANY_STAFF, name="search_found"),
    route("healthz", health.healthz, may=PUBLIC, name="healthz"),
    route("readyz", health.readyz, may=PUBLIC, name="readyz"),
    route("accounts/<int:pk>/", account_page.account, may="read_accounts", name="account", reads=Account),
    route(
        "accounts/<int:pk>/timeline/",
        account_timeline.account_timeline,
        may="read_accounts",
        name="account_timeline",
        reads=Account,
    ),
    route(
        "accounts/<int:pk>/contacts-made/new/",
        calling.contact_new,
        may="log_contacts",
        name="contact_made_new",
        reads=Account,
    ),
    route("accounts/<int:pk>/advice/", advise.advise, may="read_services", name="advise", reads=Account),
    route(
        "accounts/<int:pk>/advice/new/",
        advise.advise_estimate,
        may="make_estimates",
        name="advise_estimate",
        reads=Account,
    ),
    route("estimates/<int:pk>/advice/verify/", advise.advise_verify, may="verify_coverages", name="advise_verify"),
    route("estimates/<int:pk>/advice/renew/", advise.advise_renew, may="make_estimates", name="advise_renew"),
    route("estimates/<int:pk>/advice/use/", advise.advise_use, may="make_estimates", name="advise_use"),
    route(
        "estimates/<int:pk>/advice/save/", advise.advise_save, may="make_estimates", name="advise_save", reads=Estimate
    ),
    route("advices/<int:pk>/", advise.advice, may="read_services", name="advice", reads=Advice),
    route("accounts/<int:pk>/guard/", account_page.guard, may="read_accounts", name="account_guard"),
    route(
        "accounts/<int:pk>/balance/", account_page.balance, may="read_accounts", name="account_balance", reads=Account
    ),
    route("accounts/<int:pk>/export/", exports.account_export, may="read_accounts", name="account_export"),
    route("payers/unpaid/", unpaid_payers.unpaid_payers, may="read_payers", name="unpaid_payers", listed=True),
    route("payers/<int:pk>/", payer_page.payer, may="read_payers", name="payer"),
    route("payers/<int:pk>/owes/", payer_page.owes, may="read_accounts", name="payer_owes"),
    route("approvals/", approvals.approvals, may="read_requests", name="approvals", listed=True),
    route(
        "approvals/count/", approvals.approvals_count, may="decide_requests", name="approvals_count", background=True
    ),
    route("approvals/<int:pk>/", approvals.approval, may="read_requests", name="approval", reads=Request),
    route(
        "approvals/<int:pk>/approve/", approvals.approve, may="decide_requests", name="approval_approve", reads=Request
    ),
    route("approvals/<int:pk>/refuse/", approvals.refuse, may="decide_requests", name="approval_refuse", reads=Request),
    route("approvals/<int:pk>/withdraw/", approvals.withdraw, may="withdraw_requests", name="approval_withdraw"),
    route("arrears/", arrears.arrears, may="read_board", name="arrears"),
    route("arrears/proof/", arrears.proof, may="read_board", name="arrears_proof"),
    route("arrears/unapplied/<str:owner>/", arrears.unapplied, may="read_board", name="arrears_unapplied"),
    route("arrears/<str:owner>/<str:column>/", arrears.rows, may="read_board", name="arrears_rows"),
    route("periods/", periods.period_list, may="read_board", name="periods"),
    route("periods/close/", periods.period_close, may="close_periods", name="period_close"),
    route("ladder/rules/", ladder.contact_rules, may="read_settings", name="contact_rules"),
    *ladder.LEVELS.routes(route, "ladder/", read="read_settings"),
]
