"""Celery's side: thin tasks with ids in. PostgreSQL is the queue of record; a task lost on the way is found by the sweep."""

import logging

from celery import shared_task

from billing_office import schedule
from billing_office.outbox import queue

log = logging.getLogger(__name__)


@shared_task(name="office.work")
def work(job_id: int):
    """Work one job of the outbox, if it is still there to be worked."""
    claim = queue.claim(job_id)
    if claim:
        schedule.work(claim)


@shared_task(name="office.sweep")
def sweep():
    """Give back what vanished workers held, and publish whatever is due."""
    for job_id, kind in queue.recover():
        publish(job_id, kind)


@shared_task(name="office.day")
def day():
    schedule.today_begins()


def publish(job_id: int, kind: str):
    """Hint to a worker that a job waits. Redis being away is no error: the sweep will publish it."""
    try:
        work.apply_async((job_id,), queue=schedule.HANDLERS[kind].queue, retry=False)
    except work.app.connection_for_write().connection_errors + (OSError,):
        log.warning("job %s waits for the sweep: the broker did not answer", job_id)
