"""What needs no record of an act; signing in and what belongs to it stands in desk, above the audit."""

from . import views
from .access import ANY_STAFF, PUBLIC, route

urlpatterns = [
    route("preferences/", views.preferences, may=PUBLIC, name="preferences"),
    route("session/", views.session_left, may=ANY_STAFF, name="session_left", background=True),
    route("session/stay/", views.session_stay, may=ANY_STAFF, name="session_stay", keep=False),
]
