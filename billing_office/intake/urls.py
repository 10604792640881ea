"""Taking over an office's own list of accounts."""

from billing_office.intake.models import AccountImport
from billing_office.staff.access import route

from .lists import views

MAY = "import_accounts"

urlpatterns = [
    route("account-imports/", views.account_imports, may=MAY, name="account_imports", listed=True),
    route("account-imports/new/", views.account_import_new, may=MAY, name="account_import_new"),
    route("account-imports/<int:pk>/", views.account_import, may=MAY, name="account_import", reads=AccountImport),
    route("account-imports/<int:pk>/confirm/", views.account_import_confirm, may=MAY, name="account_import_confirm"),
    route("account-imports/<int:pk>/undo/", views.account_import_undo, may=MAY, name="account_import_undo"),
    route(
        "account-imports/<int:pk>/state/", views.account_import_state, may=MAY, name="account_import_state", background=True
    ),
]  # fmt: skip
