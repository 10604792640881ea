from accounts.models import Document
from billing_office.staff.access import route

from . import views

urlpatterns = [
    route("messages/", views.message_list, may="read_messages", name="messages", listed=True),
    route("messages/print/", views.print_list, may="read_messages", name="print_list"),
    route("messages/<int:pk>/print/", views.print_message, may="send_messages", name="print_message"),
    route("documents/<int:pk>/sent/", views.document_page, may="read_messages", name="document_page", reads=Document),
    route("documents/<int:pk>/state/", views.document_state, may="read_messages", name="document_state"),
    route("documents/<int:pk>/send/", views.send_again, may="send_messages", name="send_again"),
    route("outbox/", views.outbox, may="read_settings", name="outbox"),
    route("outbox/<int:pk>/retry/", views.outbox_retry, may="retry_jobs", name="outbox_retry"),
    route("outbox/release/", views.outbox_release, may="retry_jobs", name="outbox_release"),
    route("sink/", views.mail_sink, may="read_messages", name="mail_sink"),
    route("sink/<str:name>/", views.mail_sink_mail, may="read_messages", name="mail_sink_mail"),
]
