import os
import resource

from celery import Celery
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "billing_office.settings")

app = Celery("billing_office")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def enter_jail(**_):
    """The child of the pdf queue's worker may take so much memory and no more: a document that wants it all is killed alone."""
    if os.environ.get("PDF_JAIL"):
        limit = int(os.environ["PDF_JAIL"])
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
