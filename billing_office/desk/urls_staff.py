"""Staff and offices: pages of the office's own settings."""

from billing_office.staff.access import ANY_STAFF, route

from . import staff_pages
from .offices import OFFICES

urlpatterns = [
    route("staff/", staff_pages.staff, may="read_staff", name="staff"),
    route("staff/new/", staff_pages.staff_new, may="edit_staff", name="staff_new"),
    route("staff/<int:pk>/", staff_pages.staff_edit, may="edit_staff", name="staff_edit"),
    route("staff/<int:pk>/password/", staff_pages.staff_password, may="edit_staff", name="staff_password"),
    route("my-password/", staff_pages.own_password, may=ANY_STAFF, name="own_password"),
    *OFFICES.routes(route, "offices/", read="read_settings"),
]
