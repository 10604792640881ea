import logging.config
import os
import resource

from celery import Celery
from celery.signals import setup_logging, task_prerun, worker_process_init
from django.conf import settings

from billing_office.lib import logs

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


@setup_logging.connect
def keep_our_logs(**_):
    """Celery leaves logging alone when somebody answers this; its own lines would print what tasks were given and raised."""
    logging.config.dictConfig(settings.LOGGING)


@task_prerun.connect
def name_the_task(task_id, **_):
    """Lines and acts of a task carry its id, as those of a request carry the request's."""
    logs.request_id.set(task_id)
