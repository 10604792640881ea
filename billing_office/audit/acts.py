"""Recording acts: one call beside the change it tells of, in the same transaction."""

from django.db import models
from django.utils.text import camel_case_to_spaces

from .acting import request_id
from .models import Act


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
        detail={name: _storable(value) for name, value in (detail or {}).items()},
        request_id=request_id(),
    )


def _storable(value):
    """The database takes no NUL in JSON; a filter that is told of comes from an address as somebody typed it."""
    return value.replace("\x00", "") if isinstance(value, str) else value


def record_read(actor, model: type[models.Model], pk: int) -> Act:
    """Write that `actor` was shown the record `pk` of `model`: `account_read`, `invoice_read`, `contact_point_read`."""
    return Act.objects.create(
        actor=actor,
        role=actor.role,
        verb=f"{camel_case_to_spaces(model.__name__).replace(' ', '_')}_read",
        object_kind=model._meta.label_lower,
        object_id=pk,
        account_id=_account_of(model, pk),
        request_id=request_id(),
    )


def _account_of(model: type[models.Model], pk: int) -> int | None:
    """The account that a record belongs to: by the path that its model names, its own column or its client's. None where a
    record is of several (a deposit, a bank's line, a run): then the record alone says what was seen."""
    names = {field.name for field in model._meta.fields}
    if path := getattr(model, "account_path", None):
        pass
    elif names & {"account", "account_id"}:
        path = "account_id"
    elif "client" in names:
        path = "client__account_id"
    else:
        return pk if model._meta.label_lower == "accounts.account" else None
    return model._base_manager.filter(pk=pk).values_list(path, flat=True).first()
