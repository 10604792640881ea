"""What invoices say to those who would undo a charge: while one asks for it, the charge stands."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.corrections.obstacles import Obstacle

from .models import Invoice


def live_invoices(charges: set[int]) -> list[Obstacle]:
    asked = Invoice.objects.live().filter(lines__open_item__charge__in=charges).distinct().order_by("pk")
    return [
        Obstacle(
            _("Invoice %(invoice)s asks for it. Void the invoice first.") % {"invoice": invoice.number},
            reverse("invoice_void", args=[invoice.pk]),
            _("Void %(invoice)s") % {"invoice": invoice.number},
        )
        for invoice in asked
    ]
