"""Card numbers are kept nowhere: a text that may hold one is refused at its field, and nothing of it stays."""

import time

import pytest
import time_machine
from django.urls import reverse

from accounts.models import Note
from billing_office.lib.cards import holds_number, masked
from billing_office.lib.sealing import unseal
from billing_office.staff.kept_forms import PURPOSE
from billing_office.staff.models import KeptForm

CARD = "4111111111111111"


@pytest.mark.parametrize(
    "text",
    [
        CARD,
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "card 4111 1111 1111 1111 12/27 cvv 123",
        "378282246310005",
        "6011111111111117",
        "30569309025904",
        "3530111333300000",
        "paid by 5555.5555.5555.4444 today",
        "2223003122003222",
        "4222222222222",
        "4111 1111 1111 1111 12",
        "\uff14111 1111 1111 1111",
        "\u0664\u0661\u0661\u0661 1111 1111 1111",
        "no 7 4111 1111 1111 1111",
    ],
)
def test_a_card_number_is_found_however_it_is_written(text):
    assert holds_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "Check 50233", "4111111111111112", "(512) 555-0199", "123456789012", "call 2026-11-23 at 14:30", "1" * 20,
        "member 9000000000000001", "claim 1234567812345670", "+49 1512 3456788", "A-10246 85.00, A-10247 412.80",
        "4111 1111 1111", "12" * 200,
    ],
)  # fmt: skip
def test_other_numbers_pass(text):
    assert not holds_number(text)


def test_all_but_the_last_four_is_taken_out_of_a_text():
    assert (
        masked("first 4111 1111 1111 1111, then 378282246310005.")
        == "first [card ending 1111], then [card ending 0005]."
    )
    assert masked("Check 50233 ½") == "Check 50233 ½"


@pytest.mark.parametrize(
    "page, field",
    [
        ("note_new", "text"),
        ("hold_new", "reason"),
        ("flag_new", "reason"),
        ("client_new", "first_name"),
        ("payment_new", "reference"),
    ],
)
def test_every_text_of_a_form_refuses_it_and_forgets_it(clerk, owing, once, page, field):
    address = reverse(page, args=[owing.pk])
    answer = clerk.post(address, {"once": once, field: "they read me 4111 1111 1111 1111 on the phone"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert answer.context["form"].has_error(field, "card")
    assert "1111 1111" not in text and "they read me [card ending 1111] on the phone" in text
    assert not Note.objects.exists()


def test_a_form_kept_over_the_end_of_a_session_keeps_no_card_number(clerk, owing, once):
    page = reverse("note_new", args=[owing.pk])
    with time_machine.travel(time.time(), tick=False) as clock:
        clerk.get(page)
        clock.shift(16 * 60)
        clerk.post(page, {"once": once, "text": f"call back {CARD}"})
    kept = unseal(KeptForm.objects.get().sealed_fields, PURPOSE)
    assert CARD not in kept and "call back [card ending 1111]" in kept
