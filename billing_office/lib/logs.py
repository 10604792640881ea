"""Log lines that tell what ran, for whom, how long and how it ended; never a name, an amount, a search or a note.

What a person typed reaches logs by three doors: arguments of messages, messages put together by libraries, and the
words of exceptions ("Key (email)=(…) already exists"). So a line is made of the message's template with numbers and
identifiers alone filled in, and of an exception only its type and its places are told. With DEBUG on, all is shown.

In production each line is a JSON object (`JsonLines`), elsewhere text for people (`Lines`).
"""

import json
import logging
import re
import time
import traceback
import uuid
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime

from django.conf import settings

request_id: ContextVar[str] = ContextVar("request_id", default="")  # of the request, or of the task, that is running

log = logging.getLogger("billing_office.request")

OURS = {"billing_office", "accounts", "insurance", "invoices", "payment_plans", "dunning"}
PLAIN = OURS | {"celery", "kombu", "gunicorn"}  # whose templates are constants, and whose words are ids and task names
PRINTED = {"celery.redirected"}  # what code prints has no template
TASK_WORDS = {"id", "name", "runtime"}
IDENTIFIER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:@/-]{0,79}")
HIDDEN = "*"


class RequestLog:
    """Outermost of the middleware: gives the request its id, and writes one line when it is answered.

    The id is ours, never the caller's: a forged one would let one request pass for another in the audit."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        token, began = request_id.set(str(uuid.uuid4())), time.perf_counter()
        try:
            response = self.get_response(request)
            route = request.resolver_match.view_name if request.resolver_match else ""
            if route or response.status_code >= 400:  # files of the static folder are not worth a line each
                facts = {
                    "method": request.method,
                    "route": route or "none",
                    "status": response.status_code,
                    "ms": round((time.perf_counter() - began) * 1000),
                    "actor": getattr(getattr(request, "user", None), "pk", None),
                }
                log.info("request", extra={"facts": facts})
        finally:
            request_id.reset(token)
        return response


class JsonLines(logging.Formatter):
    def format(self, record):
        return json.dumps(facts_of(record), default=str)


class Lines(logging.Formatter):
    def format(self, record):
        facts = facts_of(record)
        head = " ".join(str(facts.pop(name)) for name in ("at", "level", "logger", "event"))
        failure = facts.pop("failure", None)
        line = " ".join([head, *(f"{name}={value}" for name, value in facts.items() if value not in (None, ""))])
        if settings.DEBUG and record.exc_info:
            return f"{line}\n{self.formatException(record.exc_info)}"
        return "\n  ".join([line, *failure["at"], *failure["types"]]) if failure else line


def facts_of(record: logging.LogRecord) -> dict:
    """What may be said of a record, by name."""
    facts = {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "event": words(record),
        "request": request_id.get(),
    } | getattr(record, "facts", {})
    if record.exc_info and record.exc_info[1] is not None:
        facts["failure"] = failure_of(record.exc_info[1])
    return facts


def words(record: logging.LogRecord) -> str:
    """The message with only numbers and, of loggers whose templates we know, identifiers filled in."""
    template, plain = str(record.msg), record.name.split(".")[0] in PLAIN and record.name not in PRINTED
    if settings.DEBUG:
        return record.getMessage()
    if not record.args:
        return template if plain else f"({len(template)} characters withheld)"
    try:
        if isinstance(record.args, Mapping):
            return template % {name: _shown(value, name in TASK_WORDS) for name, value in record.args.items()}
        return template % tuple(_shown(value, plain) for value in record.args)
    except (TypeError, ValueError):  # a template that wants a number of what is hidden
        return template


def failure_of(error: BaseException) -> dict:
    """The types of an exception and of what caused it, and where it was raised: file, line, function. Not its words."""
    types, places, seen = [], [], set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        types.append(type(error).__qualname__)
        places += [
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
        ]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return {"types": types, "at": places[-20:]}


def _shown(value, plain: bool):
    if isinstance(value, int | float):
        return value
    if plain and getattr(value, "pk", None) is not None:
        return f"{type(value).__name__.lower()} {value.pk}"
    return value if plain and isinstance(value, str) and IDENTIFIER.fullmatch(value) else HIDDEN
