"""The sandbox payer's process: it listens on the loopback and answers until it is stopped."""

import argparse
import logging
import re
import signal
import sys
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from insurance import connectivity
from insurance.connectivity import Envelope
from insurance.edi import envelope, writer, x270, x271
from insurance.edi.writer import Header
from insurance.sandbox.answers import answer

log = logging.getLogger("sandbox")
OURS = "SANDBOXPAYER"
LARGEST_QUESTION = 10_000_000
HUGE = 25_000_000
ANSWER_TYPE = "X12_271_Response_005010X279A1"


class Payer(BaseHTTPRequestHandler):
    """One question. What it does is said at the top of the package."""

    timeout = 30

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LARGEST_QUESTION:
            self.send_error(400)
            return
        asked = connectivity.read(self.headers.get("Content-Type", ""), self.rfile.read(int(length)))
        if asked is None:
            self.send_error(400)
            return
        found = x270.read(asked.payload)
        member = next((each.subscriber.id for each in found.inquiries if each.subscriber), "").upper()
        log.info("%s questions, %s", len(found.inquiries), re.match(r"[A-Z]*", member)[0] or "an active member")
        if slow := re.match(r"SLOW(\d?)", member):
            time.sleep(int(slow[1] or 5))
        self._behave(member, asked, found.inquiries)

    def _behave(self, member: str, asked: Envelope, inquiries: list[x270.Inquiry]):
        if member.startswith("DROP"):
            self.close_connection = True
            self.connection.close()
        elif member.startswith("BUSY"):
            self.send_error(503)
        elif member.startswith("ELSEWHERE"):
            self.send_response(307)
            self.send_header("Location", "http://elsewhere.example/")
            self.end_headers()
        elif member.startswith("COREERROR"):
            self._send(Envelope(ANSWER_TYPE, b"", error="UnAuthorized", error_message="Unknown user or password"))
        else:
            self._send(Envelope(ANSWER_TYPE, _bytes(member, asked.payload, inquiries), error=connectivity.SUCCESS))

    def _send(self, told: Envelope):
        content_type, body = connectivity.write(replace(told, sender=OURS), datetime.now(UTC))
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Lines of our own are enough; they hold no names."""


def _bytes(member: str, question: bytes, inquiries: list[x270.Inquiry]) -> bytes:
    if member.startswith("GARBAGE"):
        return b"<html><body>Service temporarily unavailable</body></html>"
    now = datetime.now(UTC)
    asking = envelope.read(question).interchanges[:1]
    sender = (asking[0].sender if asking else "") or "UNKNOWN"
    control = int(asking[0].control) if asking and re.fullmatch("[0-9]{1,9}", asking[0].control) else 1
    header = Header(OURS, sender, max(control, 1), now)
    if member.startswith("TA1"):
        return writer.acknowledgment(header, asking[0].control, "R", "009")
    data = x271.write(header, [answer(inquiry, now.date()) for inquiry in inquiries])
    if member.startswith("MALFORMED"):
        return data[: len(data) * 2 // 3]
    return data + b" " * HUGE if member.startswith("HUGE") else data


def main():
    parser = argparse.ArgumentParser(prog="insurance.sandbox", description="A payer for tests and demonstrations.")
    parser.add_argument("--port", type=int, required=True, help="loopback port")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = ThreadingHTTPServer(("127.0.0.1", options.port), Payer)
    server.daemon_threads = True
    log.info("listening on 127.0.0.1:%s", options.port)
    with suppress(KeyboardInterrupt):
        server.serve_forever()


if __name__ == "__main__":
    main()
