"""Card numbers are kept nowhere: free text that may hold one is refused."""

import pytest
from django.core.exceptions import ValidationError

from accounts.forms.parts import no_card_number

CARD = "4111111111111111"


@pytest.mark.parametrize(
    "text",
    [
        CARD,
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "card 4111 1111 1111 1111 12/27 cvv 123",
        "378282246310005",
        "paid by 5555.5555.5555.4444 today",
        "4222222222222",
        "4111 1111 1111 1111 12",
        "\uff14111 1111 1111 1111",
        "no 7 4111 1111 1111 1111",
    ],
)
def test_a_card_number_is_found_however_it_is_written(text):
    with pytest.raises(ValidationError, match="Do not write card numbers here"):
        no_card_number(text)


@pytest.mark.parametrize(
    "text",
    ["", "Check 50233", "4111111111111112", "(512) 555-0199", "123456789012", "call 2026-11-23 at 14:30", "1" * 20],
)
def test_other_numbers_pass(text):
    assert no_card_number(text) is None
