"""What codes are found while somebody types one: number, words or plain language, with our fee."""

from django.shortcuts import render

from ..codes import search
from ..prices import usual_of
from .authorizations import day_asked, units_asked

MOST = 12
CHARGED = ("cpt", "hcpcs", "local")  # diagnoses, modifiers and places are not charged


def codes_found(request):
    """A piece of a form: `q` what was typed, `service_on` and `units` as the form has them."""
    text, on, units = (
        request.GET.get("q", "").replace("\x00", "")[:200].strip(),
        day_asked(request.GET),
        units_asked(request.GET),
    )
    found = list(search.find(text, on=on).filter(system__in=CHARGED)[:MOST]) if text else []
    fees = usual_of([code.value for code in found], on, units)
    context = {"found": [(code, fees.get(code.value)) for code in found], "text": text}
    return render(request, "insurance/_codes_found.html", context)
