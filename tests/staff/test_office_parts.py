"""An office's profile, its logo and the fields it keeps of each account."""

import io

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from accounts import facts
from accounts.models import AccountFact, Document
from billing_office.audit.models import Act
from billing_office.lib import dates
from billing_office.mailroom import rendering
from billing_office.outbox import queue
from billing_office.outbox.models import Job
from billing_office.staff.letterhead import logo_of
from billing_office.staff.models import OfficeField
from invoices import issuing
from tests.factories import make_charge, make_office_field


def png(width=300, height=90, colour="#7a1f5c", form="PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, form)
    return out.getvalue()


def noise() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((200, 100), 80).save(out, "PNG")
    return out.getvalue()


def send_logo(browser, office, content, name="logo.png"):
    return browser.post(reverse("office_logo_edit", args=[office.pk]), {"picture": SimpleUploadedFile(name, content)})


def rendered(document: Document) -> bytes:
    job = Job.objects.get(kind="render_document", object_id=document.pk)
    rendering.render(queue.claim(job.pk))
    document.refresh_from_db()
    return bytes(document.blob.content)


def pictures(pdf: bytes) -> int:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return sum(isinstance(o, pikepdf.Stream) and o.get("/Subtype") == "/Image" for o in opened.objects)


# -- the logo -------------------------------------------------------------------------------------------------------------


def test_papers_get_the_logo_that_an_admin_sets(admin, office, account, by):
    assert send_logo(admin, office, png()).status_code == 302
    make_charge(account, by)
    invoice = issuing.issue(account, on=dates.today(), by=by, key="i1")
    assert invoice.document.context["office"]["logo"] == logo_of(office)
    assert pictures(rendered(invoice.document)) == 1
    assert admin.get(reverse("office_logo", args=[office.pk])).headers["Content-Type"] == "image/png"
    assert Act.objects.filter(verb="office_logo_set", object_id=office.pk).exists()


def test_a_paper_that_was_issued_keeps_its_logo(admin, office, account, by):
    send_logo(admin, office, png())
    first = logo_of(office)
    make_charge(account, by)
    invoice = issuing.issue(account, on=dates.today(), by=by, key="i1")
    send_logo(admin, office, png(colour="#0b5cad"))
    assert logo_of(office) != first == invoice.document.context["office"]["logo"]
    assert pictures(rendered(invoice.document)) == 1
    admin.post(reverse("office_logo_edit", args=[office.pk]), {"remove": "on"})
    assert logo_of(office) == ""
    assert admin.get(reverse("office_logo", args=[office.pk])).status_code == 404


@pytest.mark.parametrize(
    "content, words",
    [
        (b"GIF89a" + b"\0" * 40, "PNG or JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "PNG or JPEG"),
        (noise()[:9_000], "damaged"),
        (png(10, 10), "at least 24"),
        (png(900, 90), "six times as wide"),
        (b"", "empty"),
    ],
)
def test_what_is_no_logo_is_refused_in_words(admin, office, content, words):
    answer = send_logo(admin, office, content)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert logo_of(office) == ""


def test_nothing_but_its_pixels_is_kept(admin, office):
    """What a file carries beside its picture, a place or a script, does not reach the papers."""
    send_logo(admin, office, png(form="JPEG") + b"<script>alert(1)</script>", "logo.jpg")
    kept = bytes(office.logos.get().content)
    assert kept.startswith(b"\x89PNG") and b"script" not in kept


def test_who_is_no_admin_sets_no_logo(signed_in, office):
    assert send_logo(signed_in("supervisor"), office, png()).status_code == 403


def test_a_sample_of_the_paper_is_a_pdf_on_the_offices_paper(admin, office):
    office.paper = "a4"
    office.save()
    answer = admin.get(reverse("office_sample", args=[office.pk]))
    assert answer.content.startswith(b"%PDF")
    with pikepdf.open(io.BytesIO(answer.content)) as pdf:
        assert round(float(pdf.pages[0].MediaBox[3])) == 842


# -- profile and fields ---------------------------------------------------------------------------------------------------


@pytest.fixture
def utility(office):
    office.profile = "public"
    office.save()
    return office


def test_a_utility_gets_the_fields_that_utilities_keep(admin, utility):
    for _ in range(2):
        admin.post(reverse("office_fields_usual", args=[utility.pk]))
    assert list(utility.fields.values_list("label", flat=True)) == ["Service address", "Meter number"]


def test_a_new_account_is_asked_for_them_and_found_by_them(clerk, utility):
    field = OfficeField.objects.create(office=utility, label="Meter number")
    form = clerk.get(reverse("account_new")).context["form"]
    sent = {
        "once": form["once"].value(), "kind": "person", "first_name": "Grace", "last_name": "Hill", "language": "en",
        "financial_class": "self_pay", "office": utility.pk,
    }  # fmt: skip
    page = clerk.post(reverse("account_new"), sent, follow=True)
    assert "Meter number" in page.content.decode()
    account = page.context["account"]
    clerk.post(
        reverse("facts_edit", args=[account.pk]),
        {f"field-{field.pk}": "WM 77-310", "lock_version": account.lock_version},
    )
    assert facts.of_account(account) == [(field, "WM 77-310")]
    assert "Grace Hill" in clerk.get(reverse("accounts") + "?q=wm+77-310").content.decode()
    assert Act.objects.get(verb="facts_edited").changed == ["Meter number"]


def test_what_stands_on_papers_is_on_the_invoice(account, by):
    make_office_field(account, by)
    make_charge(account, by)
    invoice = issuing.issue(account, on=dates.today(), by=by, key="i1")
    assert ["Meter number", "55-1234"] in invoice.document.context["facts"]


def test_a_stale_form_overwrites_nothing(clerk, account, by):
    field = make_office_field(account, by)
    page = reverse("facts_edit", args=[account.pk])
    account.refresh_from_db()
    seen = {"lock_version": account.lock_version}
    clerk.post(page, seen | {f"field-{field.pk}": "first"})
    assert clerk.post(page, seen | {f"field-{field.pk}": "second"}).status_code == 409
    assert AccountFact.objects.get().value == "first"


def test_an_emptied_field_is_taken_away_and_a_retired_one_still_read(clerk, account, by):
    kept, emptied = make_office_field(account, by, "Meter number"), make_office_field(account, by, "Tariff")
    account.refresh_from_db()
    form = {"lock_version": account.lock_version, f"field-{kept.pk}": "55-1234", f"field-{emptied.pk}": ""}
    clerk.post(reverse("facts_edit", args=[account.pk]), form)
    assert [fact.field for fact in account.facts.all()] == [kept]
    OfficeField.objects.filter(pk=kept.pk).update(retired=True)
    assert "55-1234" in clerk.get(reverse("facts_of", args=[account.pk])).content.decode()


def test_there_is_room_for_two_on_papers_and_one_of_a_name(admin, office):
    new = reverse("office_field_new", args=[office.pk])
    for label in ("Meter number", "Tariff"):
        admin.post(new, {"label": label, "printed": "on", "position": "0"})
    assert "no room for more" in admin.post(new, {"label": "Zone", "printed": "on", "position": "0"}).content.decode()
    assert "has a field of this name" in admin.post(new, {"label": "meter NUMBER", "position": "0"}).content.decode()
    assert office.fields.count() == 2


def test_an_office_without_insurance_shows_none_of_it(clerk, biller, utility, account):
    page = clerk.get(reverse("account", args=[account.pk])).content.decode()
    assert reverse("coverages_of", args=[account.guarantor_id]) not in page
    assert "account holder" in page
    assert "Department" in biller.get(reverse("charge_new", args=[account.pk])).content.decode()


def test_a_fact_of_another_office_is_not_found(clerk, foreign, by):
    make_office_field(foreign, by, value="WM 77-310")
    assert "WM 77-310" not in clerk.get(reverse("accounts") + "?q=wm+77-310", follow=True).content.decode().replace(
        "wm 77-310", ""
    )
    assert clerk.get(reverse("facts_edit", args=[foreign.pk])).status_code == 404
