"""Whether the house stands: asked by whoever watches over the processes, signed in or not."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse
from redis import Redis, RedisError


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
