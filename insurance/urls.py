"""Insurance: what payers answer for whom, and the codes it is said in."""

from accounts.models import Account, Client
from billing_office.staff.access import route

from .models import Authorization, Coverage, Estimate, Verification, Visit
from .views import authorizations, code_search, codes, coverages, estimates, fees, plans, verification, visits

urlpatterns = [
    route(
        "clients/<int:pk>/coverages/", coverages.coverages_of, may="read_accounts", name="coverages_of", background=True
    ),
    route(
        "clients/<int:pk>/coverages/new/",
        coverages.coverage_new,
        may="edit_coverages",
        name="coverage_new",
        reads=Client,
    ),
    route("coverages/<int:pk>/", coverages.coverage, may="read_accounts", name="coverage", reads=Coverage),
    route(
        "coverages/<int:pk>/edit/", coverages.coverage_edit, may="edit_coverages", name="coverage_edit", reads=Coverage
    ),
    route(
        "coverages/<int:pk>/withdraw/",
        coverages.coverage_withdraw,
        may="edit_coverages",
        name="coverage_withdraw",
        reads=Coverage,
    ),
    route(
        "coverages/<int:pk>/card/",
        coverages.card_new,
        may="edit_coverages",
        name="card_new",
        keep=False,
        reads=Coverage,
    ),
    route("coverages/<int:pk>/card/<str:side>/", coverages.card, may="read_accounts", name="card", reads=Coverage),
    route(
        "coverages/<int:pk>/authorizations/new/",
        authorizations.authorization_new,
        may="edit_coverages",
        name="authorization_new",
        reads=Coverage,
    ),
    route(
        "coverages/<int:pk>/authorizations/ask/",
        authorizations.authorization_ask,
        may="edit_coverages",
        name="authorization_ask",
    ),
    route("verification/", verification.to_verify, may="read_accounts", name="verification", listed=True),
    route("verification/check/", verification.check_many, may="verify_coverages", name="check_many"),
    route("verification/rule/", verification.rule_edit, may="edit_rules", name="verification_rule"),
    route("verification-batches/<int:pk>/", verification.batch, may="read_accounts", name="verification_batch"),
    route("coverages/<int:pk>/check/", verification.check, may="verify_coverages", name="check", reads=Coverage),
    route(
        "coverages/<int:pk>/check/state/",
        verification.check_state,
        may="read_accounts",
        name="check_state",
        background=True,
    ),
    route(
        "coverages/<int:pk>/verify/",
        verification.report,
        may="verify_coverages",
        name="coverage_verify",
        keep=False,
        reads=Coverage,
    ),
    route(
        "coverages/<int:pk>/assign/",
        verification.task,
        may="verify_coverages",
        name="coverage_assign",
        reads=Coverage,
    ),
    route("verifications/<int:pk>/", verification.one, may="read_accounts", name="checked", reads=Verification),
    route(
        "verifications/<int:pk>/answer/",
        verification.raw,
        may="read_accounts",
        name="checked_answer",
        reads=Verification,
    ),
    route(
        "verifications/<int:pk>/evidence/",
        verification.evidence,
        may="read_accounts",
        name="checked_evidence",
        reads=Verification,
    ),
    route("clients/<int:pk>/visits/new/", visits.visit_new, may="edit_coverages", name="visit_new", reads=Client),
    route("visits/<int:pk>/edit/", visits.visit_edit, may="edit_coverages", name="visit_edit", reads=Visit),
    route("authorizations/", authorizations.worklist, may="read_accounts", name="authorizations", listed=True),
    route(
        "authorizations/<int:pk>/",
        authorizations.authorization,
        may="read_accounts",
        name="authorization",
        reads=Authorization,
    ),
    route(
        "authorizations/<int:pk>/edit/",
        authorizations.authorization_edit,
        may="edit_coverages",
        name="authorization_edit",
        reads=Authorization,
    ),
    route(
        "accounts/<int:pk>/charges/hints/",
        authorizations.charge_hints,
        may="post_charges",
        name="charge_hints",
        background=True,
    ),
    route("estimates/", estimates.estimates, may="read_services", name="estimates", listed=True),
    route(
        "accounts/<int:pk>/estimates/",
        estimates.account_estimates,
        may="read_services",
        name="account_estimates",
        reads=Account,
    ),
    route(
        "accounts/<int:pk>/estimates/new/",
        estimates.estimate_new,
        may="make_estimates",
        name="estimate_new",
        reads=Account,
    ),
    route("estimates/<int:pk>/", estimates.estimate, may="read_services", name="estimate", reads=Estimate),
    route(
        "estimates/<int:pk>/edit/", estimates.estimate_edit, may="make_estimates", name="estimate_edit", reads=Estimate
    ),
    route("estimates/<int:pk>/lines/new/", estimates.estimate_line_new, may="make_estimates", name="estimate_line_new"),
    route("estimates/<int:pk>/renew/", estimates.estimate_renew, may="make_estimates", name="estimate_renew"),
    route("estimates/<int:pk>/give/", estimates.estimate_give, may="make_estimates", name="estimate_give"),
    route("estimates/<int:pk>/send/", estimates.estimate_send, may="make_estimates", name="estimate_send"),
    route("estimates/<int:pk>/revise/", estimates.estimate_revise, may="make_estimates", name="estimate_revise"),
    route("estimates/<int:pk>/discard/", estimates.estimate_discard, may="make_estimates", name="estimate_discard"),
    route("estimate-lines/<int:pk>/figure/", estimates.estimate_figure, may="make_estimates", name="estimate_figure"),
    route(
        "estimate-lines/<int:pk>/out/", estimates.estimate_line_take_out, may="make_estimates", name="estimate_line_out"
    ),
    route("codes/found/", code_search.codes_found, may="find_codes", name="codes_found", background=True),
    *authorizations.RULES.routes(route, "authorization-rules/", read="read_payers"),
    *plans.PLANS.routes(route, "plans/", read="read_payers"),
    *plans.CONTRACTS.routes(route, "contracts/", read="read_payers"),
    route("payers/<int:pk>/profile/", plans.profile_edit, may="edit_payers", name="profile_edit"),
    route("fee-schedules/", fees.SCHEDULES.list, may="read_payers", name="fee_schedules"),
    route("fee-schedules/new/", fees.SCHEDULES.create, may="edit_payers", name="fee_schedule_new"),
    route("fee-schedules/<int:pk>/", fees.fee_schedule, may="read_payers", name="fee_schedule"),
    route("fee-schedules/<int:pk>/edit/", fees.SCHEDULES.change, may="edit_payers", name="fee_schedule_edit"),
    route("fee-schedules/<int:pk>/load/", fees.fee_load_new, may="load_codes", name="fee_load_new", keep=False),
    route("codes/", codes.codes, may="read_codes", name="codes", listed=True),
    route("codes/new/", codes.CODES.create, may="edit_codes", name="code_new"),
    route("codes/<int:pk>/", codes.CODES.page, may="read_codes", name="code"),
    route("codes/<int:pk>/edit/", codes.CODES.change, may="edit_codes", name="code_edit"),
    route("code-loads/", codes.code_loads, may="load_codes", name="code_loads", listed=True),
    route("code-loads/new/", codes.code_load_new, may="load_codes", name="code_load_new", keep=False),
    route("code-loads/<int:pk>/", codes.code_load, may="load_codes", name="code_load"),
    route("code-loads/<int:pk>/confirm/", codes.code_load_confirm, may="load_codes", name="code_load_confirm"),
    route(
        "code-loads/<int:pk>/state/", codes.code_load_state, may="load_codes", name="code_load_state", background=True
    ),
]
