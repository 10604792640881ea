from billing_office.staff.access import ANY_STAFF, route

from . import views

urlpatterns = [
    route("saved-lists/", views.saved_lists, may=ANY_STAFF, name="saved_lists"),
    route("saved-lists/<int:pk>/", views.saved_list, may=ANY_STAFF, name="saved_list"),
    route("saved-lists/<int:pk>/remove/", views.saved_list_remove, may=ANY_STAFF, name="saved_list_remove"),
    # The list's own right is asked by the view: it is another one for each list.
    route("lists/<str:name>/columns/", views.list_columns, may=ANY_STAFF, name="list_columns"),
    route("lists/<str:name>/opens/", views.list_opens, may=ANY_STAFF, name="list_opens"),
    route("lists/<str:name>/plain/", views.list_plain, may=ANY_STAFF, name="list_plain"),
    route("lists/<str:name>/save/", views.list_save, may=ANY_STAFF, name="list_save"),
]
