"""CAQH CORE connectivity, HTTP MIME multipart (phase II rule 270, version 2.2.0): the wrapping of a real-time question.

A POST of multipart/form-data whose parts are the rule's fields and the X12 payload; the answer has the same form, with an
ErrorCode of its own. The rule's other form, SOAP, is not spoken.
"""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from email.parser import BytesParser

VERSION = "2.2.0"
SUCCESS = "Success"
MOST_PARTS = 40


@dataclass(frozen=True)
class Envelope:
    """The fields of one message. `error` is "Success" or the rule's code of what went wrong."""

    payload_type: str
    payload: bytes
    sender: str = ""
    receiver: str = ""
    user: str = ""
    password: str = ""
    payload_id: str = ""
    error: str = ""
    error_message: str = ""


def write(envelope: Envelope, at: datetime) -> tuple[str, bytes]:
    """(content type, body)."""
    boundary = f"part-{uuid.uuid4().hex}"
    fields = {
        "PayloadType": envelope.payload_type,
        "ProcessingMode": "RealTime",
        "PayloadID": envelope.payload_id or str(uuid.uuid4()),
        "TimeStamp": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "UserName": envelope.user,
        "Password": envelope.password,
        "SenderID": envelope.sender,
        "ReceiverID": envelope.receiver,
        "CORERuleVersion": VERSION,
        "ErrorCode": envelope.error,
        "ErrorMessage": envelope.error_message,
    }
    optional = ("UserName", "Password", "ErrorCode", "ErrorMessage")
    parts = [(name, value.encode()) for name, value in fields.items() if value or name not in optional]
    body = b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value + b"\r\n"
        for name, value in [*parts, ("Payload", envelope.payload)]
    )
    return f'multipart/form-data; boundary="{boundary}"', body + f"--{boundary}--\r\n".encode()


def read(content_type: str, body: bytes) -> Envelope | None:
    """None when it is no such message."""
    if not content_type.lower().startswith("multipart/"):
        return None
    told = "".join(c for c in content_type if c.isprintable()).encode("ascii", "replace")
    message = BytesParser().parsebytes(b"Content-Type: " + told + b"\r\n\r\n" + body)
    if not message.is_multipart():
        return None
    found = {}
    for part in message.get_payload()[:MOST_PARTS]:
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str) and not part.is_multipart():
            found[name] = part.get_payload(decode=True) or b""
    text = {name: value.decode("utf-8", "replace").strip() for name, value in found.items() if name != "Payload"}
    get = text.get
    return Envelope(
        get("PayloadType", ""), found.get("Payload", b""), get("SenderID", ""), get("ReceiverID", ""),
        get("UserName", ""), get("Password", ""), get("PayloadID", ""), get("ErrorCode", ""), get("ErrorMessage", ""),
    )  # fmt: skip
