"""In whose name, and in which request, the database is written to: told with each writing statement.

The triggers that keep the field history (history.py) read it from two settings of the transaction. Who acted is the
office's word, since the database knows only the role; what was changed, when and in which transaction is the
database's own. A statement that nobody signed is kept all the same, without a name: a plain SQL change shows as one.

Each INSERT, UPDATE and DELETE carries the settings in front of itself, in one round trip. Setting them once for a
connection would be one statement more for each request that only reads, and would outlive a request that died.
"""

import re
from collections.abc import Callable
from contextlib import contextmanager
from contextvars import ContextVar

from billing_office.lib import logs

# Asked when something is written, so that a request that only reads looks nobody up.
_actor_id: ContextVar[Callable[[], int | None] | None] = ContextVar("actor_id", default=None)

_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|MERGE|WITH\b.*\b(INSERT|UPDATE|DELETE))\b", re.IGNORECASE | re.DOTALL)
_PLAIN = re.compile(r"[\w:.-]{0,36}", re.ASCII)


def request_id() -> str:
    """The id of the request or task that is running, the same as in its log lines; empty outside of one."""
    return logs.request_id.get()


@contextmanager
def acting(actor_id: Callable[[], int | None]):
    """Within the block, what is written is written by this person."""
    token = _actor_id.set(actor_id)
    try:
        yield
    finally:
        _actor_id.reset(token)


def sign(execute, sql, params, many, context):
    """A wrapper around each statement of Django's connection (`execute_wrappers`): writes say who acts, reads pass."""
    if not isinstance(sql, str) or not _WRITES.match(sql):
        return execute(sql, params, many, context)
    asked, request = _actor_id.get(), request_id()
    actor = asked() if asked else None
    if not (_PLAIN.fullmatch(request) and isinstance(actor, int | None)):
        raise ValueError(f"these would not be plain in a statement: {actor!r}, {request!r}")
    settings = f"set_config('office.actor', '{actor or ''}', true), set_config('office.request', '{request}', true)"
    return execute(f"SELECT {settings}; {sql}", params, many, context)


def install(connection, **_):
    """Every connection that Django opens signs its writes."""
    if sign not in connection.execute_wrappers:
        connection.execute_wrappers.append(sign)
