from billing_office.staff.access import ANY_STAFF, route

from ..models import BulkRun
from . import views
from .acts import LISTS

urlpatterns = [
    *(
        route(f"lists/{name}/do/{act.word}/", views.bulk_of(name, act), may=act.may, name=f"bulk_{name}_{act.word}")
        for name, listed in LISTS.items()
        for act in listed.acts
    ),
    # Whoever asked for a run sees it; undoing takes the right of its act, which the view asks.
    route("list-runs/<int:pk>/", views.bulk_run, may=ANY_STAFF, name="bulk_run", reads=BulkRun),
    route("list-runs/<int:pk>/undo/", views.bulk_undo, may=ANY_STAFF, name="bulk_undo"),
]
