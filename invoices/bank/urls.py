from billing_office.staff.access import route
from invoices.models import BankImport, BankLine

from .views import accounts, imports, lines

urlpatterns = [
    route("bank-accounts/", accounts.bank_accounts, may="import_bank", name="bank_accounts", listed=True),
    route("bank-accounts/new/", accounts.bank_account_new, may="edit_bank_accounts", name="bank_account_new"),
    route(
        "bank-accounts/<int:pk>/edit/", accounts.bank_account_edit, may="edit_bank_accounts", name="bank_account_edit"
    ),
    route("bank-imports/", imports.bank_imports, may="import_bank", name="bank_imports", listed=True),
    route("bank-imports/new/", imports.bank_import_new, may="import_bank", name="bank_import_new", keep=False),
    route("bank-imports/<int:pk>/", imports.bank_import, may="import_bank", name="bank_import", reads=BankImport),
    route("bank-imports/<int:pk>/columns/", imports.bank_import_columns, may="import_bank", name="bank_import_columns"),
    route("bank-imports/<int:pk>/post/", imports.bank_import_post, may="import_bank", name="bank_import_post"),
    route(
        "bank-imports/<int:pk>/state/",
        imports.bank_import_state,
        may="import_bank",
        name="bank_import_state",
        background=True,
    ),
    route("bank-imports/<int:pk>/undo/", imports.bank_import_undo, may="import_bank", name="bank_import_undo"),
    route("bank-lines/", lines.bank_lines, may="import_bank", name="bank_lines", listed=True),
    route("bank-lines/<int:pk>/", lines.bank_line, may="import_bank", name="bank_line", reads=BankLine),
    route(
        "bank-lines/<int:pk>/aside/", lines.bank_line_aside, may="import_bank", name="bank_line_aside", reads=BankLine
    ),
]
