"""The generic queue: put, claim, renew, done, later, park. Handlers and their names live in the composition layer."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.module_loading import import_string

from .models import Job, Pause, Run


def hint(job_id: int, kind: str):
    """Tell the workers, once the transaction has committed. When that fails, or nothing is set, the sweep finds the job all the same."""
    if settings.OUTBOX_HINT:
        transaction.on_commit(lambda: import_string(settings.OUTBOX_HINT)(job_id, kind), robust=True)


class Fenced(RuntimeError):
    """The lease was lost: somebody else holds the job now, and this result must not be written."""


@dataclass(frozen=True)
class Claim:
    """A job that is ours until its lease ends. `now` is the moment to work at: the clock, or the day run by hand."""

    id: int
    kind: str
    object_id: int
    fence: int
    attempts: int
    as_of: datetime | None

    @property
    def now(self) -> datetime:
        return self.as_of or timezone.now()


def put(kind: str, object_id: int, dedupe_key: str, *, not_before=None, as_of=None) -> Job:
    """Queue once per `dedupe_key`, in the caller's transaction; a repeat returns the job that is there."""
    fields = {"kind": kind, "object_id": object_id, "as_of": as_of, "not_before": not_before or timezone.now()}
    job, made = Job.objects.get_or_create(dedupe_key=dedupe_key, defaults=fields)
    if made:
        hint(job.pk, kind)
    return job


def claim(job_id: int) -> Claim | None:
    """Take one queued job whose time has come, or None: it is held, done, parked or not yet due."""
    claims = _claim("id = %s", [job_id], 1)
    return claims[0] if claims else None


def claim_due(kinds: list[str], limit: int = 20) -> list[Claim]:
    """Take up to `limit` due jobs of these kinds, oldest first, skipping what others are taking."""
    return _claim("kind = ANY(%s)", [kinds], limit)


def _claim(where: str, params: list, limit: int) -> list[Claim]:
    # A job for a day run by hand is due at once: its `as_of` is the clock it is judged by.
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE outbox_job SET state = 'working', fence = fence + 1, attempts = attempts + 1,
                   lease_until = clock_timestamp() + %s * interval '1 second'
             WHERE id IN (SELECT id FROM outbox_job
                           WHERE state = 'queued' AND (not_before <= clock_timestamp() OR not_before <= as_of) AND {where}
                             AND NOT EXISTS (SELECT 1 FROM outbox_pause WHERE lifted_at IS NULL AND kinds ? kind)
                           ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
            RETURNING id, kind, object_id, fence, attempts, as_of
            """,  # noqa: S608  `where` is one of the two texts above
            [settings.OUTBOX_LEASE, *params, limit],
        )
        return [Claim(*row) for row in sorted(cursor.fetchall())]


def renew(claim: Claim):
    """Hold on to the job for another lease. Raises Fenced when it is no longer ours."""
    _finish(claim, lease_until=timezone.now() + timedelta(seconds=settings.OUTBOX_LEASE), state=Job.State.WORKING)


def done(claim: Claim):
    """The work is finished. Called in the transaction that writes the result. Raises Fenced when the lease was lost."""
    _finish(claim, state=Job.State.DONE, done_at=timezone.now(), last_error="")


def later(claim: Claim, at: datetime, why: str, *, counts: bool = True):
    """Try again at `at`. `counts=False` when nothing went wrong (outside contact hours): it is no failed attempt."""
    fields = {"state": Job.State.QUEUED, "not_before": at, "last_error": why[:400]}
    if not counts:
        fields["attempts"] = F("attempts") - 1
    _finish(claim, **fields)


def park(claim: Claim, why: str):
    """Give up until a person looks; it never loops."""
    _finish(claim, state=Job.State.PARKED, last_error=why[:400])


def fail(claim: Claim, why: str):
    """An attempt went wrong: try again after a growing pause, or park after the last one."""
    if claim.attempts >= settings.OUTBOX_ATTEMPTS:
        park(claim, why)
    else:
        pause = min(900, settings.OUTBOX_PAUSE * 3 ** (claim.attempts - 1))
        later(claim, timezone.now() + timedelta(seconds=pause), why)


def _finish(claim: Claim, **fields):
    fields = {"lease_until": None} | fields
    ours = Job.objects.filter(pk=claim.id, fence=claim.fence, state=Job.State.WORKING)
    if not ours.update(**fields):
        raise Fenced(f"job {claim.id} is no longer ours")


def retry(job: Job):
    """A person sends a parked job round again."""
    Job.objects.filter(pk=job.pk, state=Job.State.PARKED).update(
        state=Job.State.QUEUED, attempts=0, lost=0, not_before=timezone.now(), last_error=""
    )
    hint(job.pk, job.kind)


def recover() -> list[tuple[int, str]]:
    """Give back jobs whose worker vanished; what vanished twice on the same job is parked. Returns (id, kind) of the due ones."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE outbox_job SET lease_until = NULL, lost = lost + 1,
                   state = CASE WHEN lost >= 1 OR attempts >= %s THEN 'parked' ELSE 'queued' END,
                   last_error = 'The worker vanished while working on it.'
             WHERE state = 'working' AND lease_until < clock_timestamp()
            """,
            [settings.OUTBOX_ATTEMPTS],
        )
        cursor.execute(
            "SELECT id, kind FROM outbox_job WHERE state = 'queued' AND (not_before <= clock_timestamp() OR not_before <= as_of)"
            " ORDER BY id LIMIT 500"
        )
        return cursor.fetchall()


def hold(kinds: list[str], why: str) -> Pause:
    """From now on no job of these kinds is begun, until `release`."""
    return Pause.objects.create(kinds=kinds, why=why)


def held() -> list[Pause]:
    return list(Pause.objects.filter(lifted_at=None))


def release() -> int:
    """A person says that held work may go on; how many holds were lifted."""
    return Pause.objects.filter(lifted_at=None).update(lifted_at=timezone.now())


def first_run(job: str, period: str) -> bool:
    """Whether this is the first to start `job` for `period`; everyone after it is told no."""
    return Run.objects.get_or_create(job=job, period=period)[1]
