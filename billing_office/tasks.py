"""Celery's side: thin tasks with ids in. PostgreSQL is the queue of record; a task lost on the way is found by the sweep."""

from celery import shared_task

from billing_office import hints, schedule
from billing_office.outbox import queue


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
        hints.publish(job_id, kind)


@shared_task(name="office.day")
def day():
    schedule.today_begins()


@shared_task(name="office.seal")
def seal():
    schedule.seal()


@shared_task(name="office.proof", time_limit=3600)
def proof():
    """Reads all that was ever sealed: it may take longer than other tasks."""
    schedule.prove_today()
