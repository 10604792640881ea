"""Signing in, one's own security, staff and offices: pages of the office's own settings."""

from billing_office.staff.access import ANY_STAFF, PUBLIC, route

from . import office_parts, own_security, signing_in, staff_pages
from .offices import OFFICES
from .proving import prove, proven

urlpatterns = [
    route("sign-in/", signing_in.sign_in, may=PUBLIC, name="sign_in"),
    route("sign-out/", signing_in.sign_out, may=PUBLIC, name="sign_out"),
    route("prove/", prove, may=ANY_STAFF, name="prove", keep=False),
    route("my-security/", own_security.own_security, may=ANY_STAFF, name="own_security"),
    route("my-password/", own_security.own_password, may=ANY_STAFF, name="own_password", keep=False),
    route(
        "my-security/second-factor/", own_security.second_factor_set, may=ANY_STAFF, name="second_factor_set", keep=False
    ),
    route("my-security/second-factor/remove/", own_security.second_factor_remove, may=ANY_STAFF, name="second_factor_remove"),
    route("my-security/recovery-codes/", own_security.recovery_codes_new, may=ANY_STAFF, name="recovery_codes_new"),
    route("my-security/sessions/end/", own_security.own_sessions_end, may=ANY_STAFF, name="own_sessions_end"),
    route("staff/", staff_pages.staff, may="read_staff", name="staff", listed=True),
    route("staff/new/", proven(staff_pages.staff_new), may="edit_staff", name="staff_new"),
    route("staff/<int:pk>/", proven(staff_pages.staff_edit), may="edit_staff", name="staff_edit"),
    route("staff/<int:pk>/password/", proven(staff_pages.staff_password), may="edit_staff", name="staff_password", keep=False),
    route("staff/<int:pk>/sessions/end/", proven(staff_pages.staff_sessions_end), may="edit_staff", name="staff_sessions_end"),
    route(
        "staff/<int:pk>/second-factor/reset/", proven(staff_pages.second_factor_reset), may="edit_staff",
        name="second_factor_reset",
    ),
    route("offices/<int:pk>/logo/", office_parts.office_logo_edit, may="edit_settings", name="office_logo_edit"),
    route("offices/<int:pk>/logo.png", office_parts.office_logo, may=ANY_STAFF, name="office_logo", background=True),
    route("offices/<int:pk>/sample/", office_parts.office_sample, may="read_settings", name="office_sample"),
    route("offices/<int:pk>/fields/new/", office_parts.office_field_new, may="edit_settings", name="office_field_new"),
    route("offices/<int:pk>/fields/usual/", office_parts.office_fields_usual, may="edit_settings", name="office_fields_usual"),
    route("office-fields/<int:pk>/", office_parts.office_field_edit, may="edit_settings", name="office_field_edit"),
    *OFFICES.routes(route, "offices/", read="read_settings"),
]  # fmt: skip
