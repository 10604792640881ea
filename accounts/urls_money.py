"""Rules about money, runs by them, credits and refunds, returned checks, charges corrected."""

from billing_office.staff.access import route

from .views import money_rules, runs

urlpatterns = [
    *money_rules.RULES.routes(route, "rules/", read="read_rules"),
    route("runs/", runs.runs, may="read_runs", name="runs"),
    route("runs/new/<str:sweep>/", runs.run_new, may="post_runs", name="run_new"),
    route("runs/<int:pk>/", runs.run, may="read_runs", name="run"),
    route("runs/<int:pk>/state/", runs.run_state, may="read_runs", name="run_state", background=True),
    route("runs/<int:pk>/undo/", runs.run_undo, may="post_runs", name="run_undo"),
]
