"""The processes of the office itself, as `up` and the tests start them."""

import sys
from pathlib import Path

QUEUES = ("office", "mail", "pdf")
PDF_MEMORY, PDF_SECONDS = (
    512 * 1024 * 1024,
    "60",
)  # what one document may take; five hundred lines take two thirds and 2 s


def web(port: int) -> list[str]:
    """No access log: addresses hold what people type, and each request has its line by route (lib/logs.py)."""
    gunicorn = [sys.executable, "-m", "gunicorn", "billing_office.wsgi", "--no-control-socket"]
    size = ["--workers", "2", "--threads", "4", "--graceful-timeout", "8", "--bind", f"127.0.0.1:{port}"]
    return [*gunicorn, *size]


def workers() -> dict[str, list[str]]:
    """Documents have a worker of their own: a heavy one delays no mail, and its child is the renderer's jail."""
    celery = [sys.executable, "-m", "celery", "-A", "billing_office", "worker", "--loglevel", "INFO"]
    quiet = ["--without-gossip", "--without-mingle"]
    return {
        "worker": [*celery, "-n", "office@%h", "-Q", "office,mail", "-c", "2", *quiet],
        "pdf": [
            "env",
            f"PDF_JAIL={PDF_MEMORY}",
            *celery,
            "-n",
            "pdf@%h",
            "-Q",
            "pdf",
            "-c",
            "1",
            "--time-limit",
            PDF_SECONDS,
            *quiet,
        ],
    }


def beat(schedule: Path) -> list[str]:
    """The clock of the office's day; `schedule` is its file of when each task ran last."""
    celery = [sys.executable, "-m", "celery", "-A", "billing_office", "beat", "--loglevel", "INFO"]
    return [*celery, "--schedule", str(schedule), "--pidfile", ""]
