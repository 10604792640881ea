"""Insurance: codes and their loading."""

from billing_office.staff.access import route

from . import views

urlpatterns = [
    route("codes/", views.codes, may="read_codes", name="codes"),
    route("codes/new/", views.CODES.create, may="edit_codes", name="code_new"),
    route("codes/<int:pk>/", views.CODES.page, may="read_codes", name="code"),
    route("codes/<int:pk>/edit/", views.CODES.change, may="edit_codes", name="code_edit"),
    route("code-loads/", views.code_loads, may="load_codes", name="code_loads"),
    route("code-loads/new/", views.code_load_new, may="load_codes", name="code_load_new", keep=False),
    route("code-loads/<int:pk>/", views.code_load, may="load_codes", name="code_load"),
    route("code-loads/<int:pk>/confirm/", views.code_load_confirm, may="load_codes", name="code_load_confirm"),
    route(
        "code-loads/<int:pk>/state/", views.code_load_state, may="load_codes", name="code_load_state", background=True
    ),
]
