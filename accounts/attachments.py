"""Files of an account. What a file is, is told from its bytes, never from its name; it is only ever offered to be kept."""

import re

from django.utils.translation import gettext as _

from billing_office.audit.acts import record

from .models import Account, Attachment, Blob

MOST_BYTES = 10 * 2**20
# How its first bytes look → (media type, ending). Nothing that a browser or an office program would run.
KINDS = {
    b"%PDF-": ("application/pdf", "pdf"),
    b"\x89PNG\r\n\x1a\n": ("image/png", "png"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
    b"II*\x00": ("image/tiff", "tif"),
    b"MM\x00*": ("image/tiff", "tif"),
}
# What a PDF may carry that acts by itself when it is opened, or hides a file of any kind.
ACTING = (b"/JavaScript", b"/JS ", b"/JS(", b"/JS<", b"/Launch", b"/EmbeddedFile", b"/RichMedia", b"/XFA")


class Unwanted(ValueError):
    """The file is not taken; the message says why and what to do."""


def kind_of(content: bytes) -> tuple[str, str]:
    """(media type, ending) told from the bytes. Raises Unwanted for what is not taken in.

    A PDF's compressed streams are not looked into: this keeps out what acts openly and is no virus scanner.
    """
    kind = next((kind for start, kind in KINDS.items() if content.startswith(start)), None)
    if kind is None and _is_plain(content):
        return "text/plain; charset=utf-8", "txt"
    if kind is None:
        raise Unwanted(_("Only PDF, PNG, JPEG, TIFF and plain text are kept. Print it as a PDF and attach that."))
    plain = _spelt_out(content) if kind[1] == "pdf" else b""
    if any(word in plain for word in ACTING):
        raise Unwanted(_("This PDF runs something or holds another file. Print it as a plain PDF and attach that."))
    return kind


def _spelt_out(pdf: bytes) -> bytes:
    """Names in a PDF may be written in figures: /J#61vaScript is /JavaScript."""
    return re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), pdf)


def _is_plain(content: bytes) -> bool:
    """Text for people: UTF-8 without control characters, and no markup or script that something might run."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    head = text.lstrip()[:64]
    return (
        bool(head)
        and not head.startswith(("<", "#!", "@", "{\\rtf", "MZ"))
        and all(c >= " " or c in "\t\r\n" for c in text)
    )


def attach(account: Account, content: bytes, *, title: str, kind: str, name: str, by, detail: dict) -> Attachment:
    """Keep a file. Raises Unwanted as `kind_of` does."""
    media_type, ending = kind_of(content)
    blob = Blob.keep(content, media_type)
    row = Attachment.objects.create(
        account=account, kind=kind, title=title, file_name=safe_name(name, ending), blob_id=blob, added_by=by
    )
    record(by, "file_attached", row, account_id=account.pk, detail=detail | {"kind": kind, "bytes": len(content)})
    return row


def withdraw(attachment: Attachment, why: str, *, at, by) -> bool:
    """Nobody is offered it any more; its bytes stay for the auditor. Call with the row locked. False: it was withdrawn already."""
    if attachment.withdrawn_at:
        return False
    attachment.withdrawn_at, attachment.withdrawn_by, attachment.withdrawn_why = at, by, why
    attachment.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_why"])
    record(by, "file_withdrawn", attachment, account_id=attachment.account_id, reason=why)
    return True


def safe_name(name: str, ending: str) -> str:
    """A name that no file system reads as a path or a program; the ending says what the bytes are.

    >>> safe_name("../../evil.pdf.exe", "pdf")
    'evil.pdf'
    >>> safe_name("Brief über 3.PDF", "pdf")
    'Brief über 3.pdf'
    >>> safe_name(".", "txt")
    'file.txt'
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    stem = last.partition(".")[0]
    stem = "".join(c for c in stem if c.isalnum() or c in " -_()").strip()[:80]
    return f"{stem or 'file'}.{ending}"
