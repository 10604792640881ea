"""A mail server for a machine that has none: it keeps every message as a file, which the office can show.

    python -m billing_office.launch.mailsink --port 2525 --folder var/mail [--answers answers.json]

Each message becomes one .eml file, named by the time it came (UTC), its envelope on top (Return-Path, Delivered-To).
The answers file, read anew at each message, makes the server behave like the difficult ones outside:

    {"gone@x.example": "550 5.1.1 no such user",           said to RCPT TO; "*" stands for everyone else
     "slow@x.example": {"wait": 3},                        seconds before the message is answered
     "full@x.example": {"data": "452 4.2.2 mailbox full"}, said to DATA: the message is not kept
     "late@x.example": {"linger": 3},                      keeps the message, and says so only after seconds
     "lost@x.example": {"cut": true}}                      keeps the message, then hangs up without a word
"""

import argparse
import asyncio
import itertools
import json
import logging
import os
import signal
from datetime import UTC, datetime
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

log = logging.getLogger("mailsink")


class Keeper:
    """What the SMTP protocol asks at each step (aiosmtpd calls these by name)."""

    def __init__(self, folder: Path, answers: Path | None = None):
        self.folder, self.answers = folder, answers
        self.count = itertools.count(1)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list) -> str:
        line = self._answer(address).get("rcpt")
        if line:
            log.info("to %s: %s", address, line)
            return line
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answers = [self._answer(address) for address in envelope.rcpt_tos]
        await asyncio.sleep(max(answer.get("wait", 0) for answer in answers))
        for answer in answers:
            if "data" in answer:
                return answer["data"]
        name = self._keep(envelope)
        log.info("from %s to %s: %s", envelope.mail_from, ", ".join(envelope.rcpt_tos), name)
        await asyncio.sleep(max(answer.get("linger", 0) for answer in answers))
        if any(answer.get("cut") for answer in answers):
            server.transport.abort()
        return f"250 2.0.0 kept as {name}"

    def _answer(self, address: str) -> dict:
        try:
            answers = json.loads(self.answers.read_text()) if self.answers else {}
        except FileNotFoundError:
            answers = {}
        answer = answers.get(address, answers.get("*", {}))
        return {"rcpt": answer} if isinstance(answer, str) else answer

    def _keep(self, envelope: Envelope) -> str:
        """Write under a name no reader looks for, make it durable, then rename: 250 means that the message is safe."""
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{next(self.count):04}.eml"
        draft = self.folder / f".{name}.part"
        to = "".join(f"Delivered-To: {address}\r\n" for address in envelope.rcpt_tos)
        with open(draft, "wb") as file:
            file.write(f"Return-Path: <{envelope.mail_from or ''}>\r\n{to}".encode() + envelope.original_content)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(self.folder / name)
        return name


async def serve(port: int, folder: Path, answers: Path | None):
    loop = asyncio.get_running_loop()
    keeper = Keeper(folder, answers)
    server = await loop.create_server(
        lambda: SMTP(keeper, hostname="mailsink.local", enable_SMTPUTF8=True, loop=loop), "127.0.0.1", port
    )
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    log.info("listening on 127.0.0.1:%s, keeping mail in %s", server.sockets[0].getsockname()[1], folder)
    await stopped.wait()
    server.close()


def main():
    parser = argparse.ArgumentParser(prog="mailsink", description="Keep every message as a file; send none on.")
    parser.add_argument("--port", type=int, required=True, help="loopback port")
    parser.add_argument("--folder", type=Path, required=True, help="where the messages go")
    parser.add_argument("--answers", type=Path, help="JSON file of special answers, see the top of this module")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    options.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    asyncio.run(serve(options.port, options.folder, options.answers))


if __name__ == "__main__":
    main()
