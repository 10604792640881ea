"""My day: what waits for a person, by kind, each figure leading to its rows. And whether the house stands at all."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from redis import Redis, RedisError

from accounts.models import Account, Message
from billing_office.lib import dates
from billing_office.outbox.models import Job
from billing_office.staff.access import may


def home(request):
    user, tiles, failed = request.user, [], []
    if may(user, "read_messages"):
        mine = Message.objects.for_staff(user)
        failed = list(mine.failed().select_related("document", "account")[:15])
        tiles += [
            _tile(
                "Did not go out",
                mine.failed().count(),
                reverse("messages") + "?state=failed",
                "find out why, then send again",
            ),
            _tile("To print", mine.to_print().count(), reverse("print_list"), "no working e-mail or no consent"),
            _tile(
                "Waiting to be sent",
                mine.waiting().count(),
                reverse("messages") + "?state=queued",
                "the mailroom sends them",
            ),
        ]
    if may(user, "read_accounts"):
        unapplied = Account.objects.for_staff(user).filter(balance__unapplied_cents__gt=0).count()
        tiles.append(
            _tile(
                "Unapplied money",
                unapplied,
                reverse("accounts") + "?show=unapplied",
                "accounts with money on no charge",
            )
        )
    parked = Job.objects.filter(state=Job.State.PARKED).count() if may(user, "read_settings") else 0
    return render(
        request, "desk/home.html", {"tiles": tiles, "failed": failed, "parked": parked, "today": dates.today()}
    )


def _tile(label: str, count: int, href: str, note: str) -> dict:
    return {"label": label, "count": count, "href": href, "note": note}


def healthz(request):
    """The process answers; it says nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request):
    """Whether work can be done: database and migrations (503 without), Redis (degraded without: the outbox waits)."""
    state = {"database": _database(), "redis": _redis()}
    ready = state["database"] == "ok"
    state["status"] = ("ok" if state["redis"] == "ok" else "degraded") if ready else "down"
    return JsonResponse(state, status=200 if ready else 503)


def _database() -> str:
    try:
        executor = MigrationExecutor(connection)
        return "migrations missing" if executor.migration_plan(executor.loader.graph.leaf_nodes()) else "ok"
    except DatabaseError:
        return "down"


def _redis() -> str:
    try:
        Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1).ping()
    except RedisError:
        return "down"
    return "ok"
