"""Hints to workers that a job waits. Light on purpose: the web process publishes by name and never loads a handler."""

import logging

from .celery import app

log = logging.getLogger(__name__)

QUEUES = {
    "render_document": "pdf",
    "send_message": "mail",
    "office_day": "office",
    "prove_books": "office",
    "post_bank_lines": "office",
    "post_run": "office",
    "undo_run": "office",
    "bulk_run": "office",
    "load_codes": "office",
    "account_import": "office",
    "verify_coverages": "office",
}


def publish(job_id: int, kind: str):
    """Redis being away is no error: PostgreSQL holds the job, and the sweep will publish it."""
    try:
        app.send_task("office.work", (job_id,), queue=QUEUES[kind], retry=False)
    except (*app.connection_for_write().connection_errors, OSError):
        log.warning("job %s waits for the sweep: the broker did not answer", job_id)
