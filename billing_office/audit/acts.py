"""Recording acts: one call beside the change it tells of, in the same transaction."""

from contextvars import ContextVar

from django.db import models

from .models import Act

request_id: ContextVar[str] = ContextVar("request_id", default="")


def record(actor, verb, obj: models.Model | None = None, *, account_id=None, changed=(), reason="", detail=None) -> Act:
    """Write that `actor` did `verb` (past tense, snake case: `invoice_issued`) to `obj`.

    `changed` names fields, `detail` holds ids, counts and days; neither holds names, notes or amounts with names.
    """
    if account_id is None:
        account_id = getattr(obj, "account_id", None)
    return Act.objects.create(
        actor=actor,
        role=actor.role,
        verb=verb,
        object_kind=obj._meta.label_lower if obj is not None else "",
        object_id=obj.pk if obj is not None else None,
        account_id=account_id,
        changed=sorted(changed),
        reason=reason,
        detail=detail or {},
        request_id=request_id.get(),
    )
