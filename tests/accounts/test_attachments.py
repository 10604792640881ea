"""Files of an account: what they are is told from their bytes; kept once, offered only to be kept, withdrawn with a reason."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts import attachments
from accounts.merging import merging
from accounts.models import Attachment
from billing_office.audit.models import Act
from billing_office.lib import dates
from tests.factories import make_account, make_attachment

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\n%%EOF"


def page(account) -> str:
    return reverse("attachment_new", args=[account.pk])


def filled(once, content=PDF, name="letter.pdf", **changes) -> dict:
    return {
        "once": once,
        "kind": "letter",
        "what": "Hardship letter",
        "file": SimpleUploadedFile(name, content),
    } | changes


def test_a_file_is_attached_and_got_back_byte_for_byte(clerk, account, once):
    assert clerk.post(page(account), filled(once)).status_code == 302
    row = Attachment.objects.get()
    answer = clerk.get(reverse("attachment", args=[row.pk]))
    assert answer.content == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="letter.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_who_attached_and_who_read_is_recorded(clerk, account, once):
    clerk.post(page(account), filled(once))
    row = Attachment.objects.get()
    clerk.get(reverse("attachment", args=[row.pk]))
    acts = Act.objects.filter(
        object_kind="accounts.attachment", object_id=row.pk, account_id=account.pk, actor=clerk.user
    )
    assert set(acts.values_list("verb", flat=True)) == {"file_attached", "attachment_read"}


def test_a_double_click_attaches_once(clerk, account, once):
    for _ in range(2):
        clerk.post(page(account), filled(once))
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize(
    "name, content",
    [
        ("letter.pdf", b"MZ\x90\x00\x03\x00"),
        ("letter.pdf", b"<html><script>alert(1)</script>"),
        ("picture.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>"),
        ("letter.pdf", b"\n  <?xml version='1.0'?><svg/>"),
        ("macro.docm", b"PK\x03\x04\x14\x00"),
        ("run.txt", b"#!/bin/sh\nrm -rf /"),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("acts.pdf", b"%PDF-1.7 /OpenAction << /S /JavaScript /JS (app.alert(1)) >>"),
        ("spelt.pdf", b"%PDF-1.7 /OpenAction << /S /J#61vaScript /J#53 (app.alert(1)) >>"),
        ("holds.pdf", b"%PDF-1.7 /EmbeddedFile"),
        ("starts.pdf", b"%PDF-1.7 /S /Launch"),
        ("utf16.txt", "<script>".encode("utf-16")),
        ("empty.pdf", b""),
    ],
)
def test_what_might_run_is_not_taken_whatever_it_is_called(clerk, account, once, name, content):
    assert clerk.post(page(account), filled(once, content, name)).status_code == 422
    assert not Attachment.objects.exists()


def test_the_ending_is_told_from_the_bytes(account, by):
    assert make_attachment(account, by, b"\x89PNG\r\n\x1a\n...", "../../etc/passwd.exe").file_name == "passwd.png"
    assert make_attachment(account, by, b"Dear office,\nI lost my job.\n", "note.html").file_name == "note.txt"


def test_ten_megabytes_are_the_most(clerk, account, once, monkeypatch):
    monkeypatch.setattr(attachments, "MOST_BYTES", 20)
    answer = clerk.post(page(account), filled(once))
    assert "larger than 10 MB" in answer.content.decode()
    assert not Attachment.objects.exists()


def test_a_withdrawn_file_is_the_auditors_alone(clerk, signed_in, account, by):
    row = make_attachment(account, by)
    clerk.post(reverse("attachment_withdraw", args=[row.pk]), {"reason": "Another client's letter"})
    assert clerk.get(reverse("attachment", args=[row.pk])).status_code == 404
    assert signed_in("auditor").get(reverse("attachment", args=[row.pk])).content == b"%PDF-1.7"
    act = Act.objects.get(verb="file_withdrawn")
    assert (act.reason, act.actor) == ("Another client's letter", clerk.user)


def test_withdrawn_twice_is_once_and_never_without_a_reason(clerk, account, by):
    href = reverse("attachment_withdraw", args=[make_attachment(account, by).pk])
    assert clerk.post(href, {"reason": ""}).status_code == 422
    for why in ("Wrong", "Again"):
        clerk.post(href, {"reason": why})
    assert Attachment.objects.get().withdrawn_why == "Wrong"
    assert Act.objects.filter(verb="file_withdrawn").count() == 1


def test_a_collector_reads_none_and_an_auditor_attaches_none(signed_in, account, by, once):
    row = make_attachment(account, by)
    assert signed_in("collector").get(reverse("attachment", args=[row.pk])).status_code == 403
    assert signed_in("auditor").post(page(account), filled(once)).status_code == 403


def test_a_file_of_another_office_is_not_there(clerk, foreign, by):
    row = make_attachment(foreign, by)
    assert clerk.get(reverse("attachment", args=[row.pk])).status_code == 404
    assert clerk.post(reverse("attachment_withdraw", args=[row.pk]), {"reason": "x"}).status_code == 404


def test_the_account_lists_its_files_and_those_of_its_duplicates(clerk, account, office, by):
    double = make_account(office, by, "Rob", "White")
    make_attachment(double, by)
    merging.merge(double, account, "Same card", on=dates.today(), by=by)
    text = clerk.get(reverse("attachments_of", args=[account.pk])).content.decode()
    assert "Hardship letter" in text
    assert "Merged into this account" in text
    assert text.count(double.number) == 2
