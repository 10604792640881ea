"""The way out to payers, and the only network code of the insurance part: bytes out, bytes back, nothing else known.

CLEARINGHOUSE in the environment chooses it:

- `folder:/path`: files are put into /path/out and answers found in /path/in, which is what a clearinghouse's SFTP mount
  gives. An answer that was taken goes to /path/done, one that belongs to nothing to /path/unknown.
- `https://…`: one POST for each question in a CAQH CORE envelope (insurance/connectivity.py). Only the sandbox payer on this machine
  may be spoken to without TLS. Redirects are not followed, proxies not used.
- nothing, or `sandbox`: the sandbox payer that `manage.py up` starts; in production: no clearinghouse.
"""

import http.client
import os
import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from . import connectivity
from .connectivity import Envelope

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
LARGEST_ANSWER = 20_000_000  # bytes
AGAIN = {408, 425, 429}  # and every 5xx: the same question may be answered later
UNFINISHED = (".part", ".tmp", ".filepart")


class Unreachable(Exception):  # noqa: N818  a state of the world
    """No answer this time; the same bytes may be sent again."""


class Refused(Exception):  # noqa: N818
    """The other side wants no such question, or its answer is unusable; sending again changes nothing."""


class Misconfigured(Exception):  # noqa: N818
    """CLEARINGHOUSE names nothing that can be used; the message says why."""


def transport() -> "Folder | Web":
    """What CLEARINGHOUSE names. Raises Misconfigured."""
    named = settings.CLEARINGHOUSE
    if named.startswith("folder:"):
        return Folder(Path(named.removeprefix("folder:")))
    try:
        address = urlsplit(named)
        host, _port = address.hostname, address.port
    except ValueError as error:
        raise Misconfigured(_("CLEARINGHOUSE is no address.")) from error
    if named in ("", "sandbox"):
        raise Misconfigured(_("No clearinghouse is set up: verify by phone or portal, or set CLEARINGHOUSE."))
    if not host or address.scheme not in ("http", "https"):
        raise Misconfigured(_("CLEARINGHOUSE must be folder:/path or https://…."))
    if address.username or address.password:
        raise Misconfigured(
            _("Put the log-in into CLEARINGHOUSE_USER and CLEARINGHOUSE_PASSWORD, not into the address.")
        )
    if address.scheme == "http" and host not in LOOPBACK:
        raise Misconfigured(_("CLEARINGHOUSE must begin with https://: people's insurance data go over it."))
    return Web(named, settings.CLEARINGHOUSE_TIMEOUT)


@dataclass(frozen=True)
class Folder:
    """Files out, answers in, whenever they come."""

    path: Path

    def ask(self, name: str, kind: str, data: bytes, at: datetime) -> None:
        """Put the file out under `name`: it appears whole or not at all. The answer is found later by `waiting`."""
        try:
            out = self._folder("out")
            draft = out / f".{name}.part"
            with open(draft, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(out / name)
        except OSError as error:
            raise Unreachable(
                _("The clearinghouse's folder cannot be written: %(why)s.") % {"why": error.strerror}
            ) from error

    def waiting(self, settled: float = 2) -> list[Path]:
        """Answers that came, oldest first. What changed within `settled` seconds may still be coming in."""
        try:
            files = [entry for entry in os.scandir(self._folder("in")) if _is_answer(entry, time.time() - settled)]
        except OSError as error:
            raise Unreachable(
                _("The clearinghouse's folder cannot be read: %(why)s.") % {"why": error.strerror}
            ) from error
        return [Path(entry.path) for entry in sorted(files, key=lambda entry: (entry.stat().st_mtime, entry.name))]

    def put_away(self, path: Path, known: bool):
        """Out of the way, under a name of its own."""
        target = self._folder("done" if known else "unknown") / path.name
        if target.exists():
            target = target.with_name(f"{time.time_ns()}-{path.name}")
        path.replace(target)

    def unknown(self) -> list[Path]:
        """Answers that belonged to nothing: kept until a person has looked."""
        return sorted(path for path in self._folder("unknown").iterdir() if path.is_file())

    def _folder(self, name: str) -> Path:
        folder = self.path / name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder


def _is_answer(entry: os.DirEntry, before: float) -> bool:
    """A whole regular file: no link that leads elsewhere, nothing still being copied."""
    whole = not entry.name.startswith(".") and not entry.name.endswith(UNFINISHED)
    return whole and entry.is_file(follow_symlinks=False) and entry.stat().st_mtime <= before


@dataclass(frozen=True)
class Web:
    """One question, one answer, at once; `seconds` is all the time it may take."""

    address: str
    seconds: float

    def ask(self, name: str, kind: str, data: bytes, at: datetime) -> bytes:
        """The answer's X12. `kind` is CORE's PayloadType. Raises Unreachable or Refused."""
        wrapped = Envelope(
            kind, data, settings.CLEARINGHOUSE_SENDER, settings.CLEARINGHOUSE_RECEIVER,
            settings.CLEARINGHOUSE_USER, settings.CLEARINGHOUSE_PASSWORD,
        )  # fmt: skip
        content_type, body = connectivity.write(wrapped, at)
        status, answered_type, answer = self._post(content_type, body)
        if status >= 500 or status in AGAIN:
            raise Unreachable(_("The clearinghouse answered with error %(status)s.") % {"status": status})
        if status != 200:
            said = (
                _("The clearinghouse sent us elsewhere, which is not followed (HTTP %(status)s).")
                if 300 <= status < 400
                else _("The clearinghouse refused the question (HTTP %(status)s).")
            )
            raise Refused(said % {"status": status})
        return _payload(answered_type, answer)

    def _post(self, content_type: str, body: bytes) -> tuple[int, str, bytes]:
        with self._connection() as connection:
            connection.request("POST", self._path(), body, {"Content-Type": content_type})
            response = connection.getresponse()
            answer = response.read(LARGEST_ANSWER + 1)
        if len(answer) > LARGEST_ANSWER:
            raise Refused(
                _("The answer is larger than %(size)d MB; it was not taken.") % {"size": LARGEST_ANSWER // 1_000_000}
            )
        return response.status, response.headers.get("Content-Type", ""), answer

    def _path(self) -> str:
        address = urlsplit(self.address)
        return (address.path or "/") + (f"?{address.query}" if address.query else "")

    @contextmanager
    def _connection(self):
        """A connection that is cut when the time is over, however slowly the other side keeps talking."""
        address, over = urlsplit(self.address), threading.Event()
        if address.scheme == "https":
            secure = ssl.create_default_context()
            connection = http.client.HTTPSConnection(
                address.hostname, address.port, timeout=self.seconds, context=secure
            )
        else:
            connection = http.client.HTTPConnection(address.hostname, address.port, timeout=self.seconds)
        clock = None
        try:
            connection.connect()
            clock = threading.Timer(self.seconds, _cut, [connection.sock, over])
            clock.daemon = True
            clock.start()
            yield connection
        except (OSError, http.client.HTTPException) as error:
            if over.is_set() or isinstance(error, TimeoutError):
                raise Unreachable(self._too_late()) from error
            raise Unreachable(
                _("The connection to the clearinghouse broke (%(error)s).") % {"error": type(error).__name__}
            ) from error
        finally:
            if clock is not None:
                clock.cancel()
            connection.close()
        if over.is_set():
            raise Unreachable(self._too_late())

    def _too_late(self) -> str:
        return _("No answer within %(seconds)s seconds.") % {"seconds": f"{self.seconds:g}"}


def _cut(connected: socket.socket, over: threading.Event):
    over.set()
    with suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)


def _payload(content_type: str, body: bytes) -> bytes:
    """Some servers answer with the X12 alone; the rule's envelope says when something went wrong."""
    envelope = connectivity.read(content_type, body)
    if envelope is None:
        return body
    if envelope.error in ("", connectivity.SUCCESS) or envelope.payload.strip():
        return envelope.payload
    said = (
        _("The clearinghouse answered %(error)s: %(words)s")
        if envelope.error_message
        else _("The clearinghouse answered %(error)s")
    ) % {"error": envelope.error, "words": envelope.error_message}
    if envelope.error == "Receiver":  # the rule's word for a fault on their side
        raise Unreachable(said)
    raise Refused(said)
