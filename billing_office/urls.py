from django.urls import include, path

urlpatterns = [
    path("", include("billing_office.staff.urls")),
    path("", include("billing_office.desk.urls")),
    path("", include("billing_office.desk.urls_staff")),
    path("", include("billing_office.desk.urls_audit")),
    path("", include("billing_office.desk.lists.urls")),
    path("", include("billing_office.desk.bulk.urls")),
    path("", include("accounts.urls")),
    path("", include("accounts.urls_money")),
    path("", include("insurance.urls")),
    path("", include("invoices.urls")),
    path("", include("billing_office.intake.urls")),
    path("", include("invoices.deposits.urls")),
    path("", include("invoices.bank.urls")),
    path("", include("billing_office.mailroom.urls")),
]

handler500 = "billing_office.desk.failing.failed"
