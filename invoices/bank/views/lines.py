"""Lines of the bank that nothing accounts for yet, and one line by hand."""

import re

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from accounts import ledger
from accounts.models import Account, Payer
from billing_office.audit.acts import record
from billing_office.lib import dates, money
from billing_office.lib.sorting import sort_key
from billing_office.lib.tables import Column, Empty, Table, chips, export, keyset
from billing_office.lib.views import answer_form
from billing_office.staff.access import may
from invoices.bank import posting
from invoices.bank.forms import AsideForm, LineForm
from invoices.models import BankLine, Deposit, Invoice
from invoices.receipts import stub

from .rows import rows_of

STATES = {"": lazy("Not matched"), "aside": lazy("Set aside"), "all": lazy("All")}
COLUMNS = [
    Column("on", lazy("Day"), kind="day"),
    Column("bank_account", lazy("Account"), value=lambda line: str(line.bank_account), lo=True),
    Column("name", lazy("Who")),
    Column("text", lazy("Text"), wrap=True),
    Column("reference", lazy("Reference"), kind="id"),
    Column("cents", lazy("Amount"), kind="money"),
    Column("left_cents", lazy("Not matched"), kind="nil_money"),
    Column("aside", lazy("Why set aside"), lo=True),
]


def bank_lines(request):
    state, kind = request.GET.get("state", ""), request.GET.get("as", "")
    found = BankLine.objects.for_staff(request.user).select_related("bank_account")
    if state == "aside":
        found = found.live().exclude(aside="").with_left()
    else:
        found = found.live().with_left() if state == "all" else found.unmatched()
    if file := export(request, Table(COLUMNS, found.order_by("on", "id")), "bank-lines"):
        record(request.user, "bank_lines_exported", detail={"as": kind})
        return file
    page = keyset(found, ("on", "id"), request.GET.get("after"), request.GET.get("before"))
    empty = Empty(_("Every line of the bank is accounted for"), _("New ones come with the next file."))
    table = Table(COLUMNS, page.rows, caption=_("Lines of the bank"), href=_href, page=page, empty=empty)
    return render(request, "bank/lines.html", {"table": table, "chips": chips(request, "state", STATES.items())})


def _href(line: BankLine) -> str:
    return reverse("bank_line", args=[line.pk])


def _of(request, pk) -> BankLine:
    rows = BankLine.objects.for_staff(request.user).select_related("bank_account__office", "bank_import").with_left()
    return get_object_or_404(rows, pk=pk)


def bank_line(request, pk):
    """One line: what it became, what it may be, and a place to type what it is."""
    line = _of(request, pk)
    typed = "match" not in request.POST
    form = LineForm(request.POST or None) if typed else LineForm()
    if request.method == "POST":
        match = _typed(form, request.user) if typed else request.POST["match"]
        if match and posting.known(match) and _post(request, line, match, form):
            return redirect("bank_import", pk=line.bank_import_id)
    (row,) = rows_of([line], line.bank_account, request.user)
    context = {"row": row, "line": line, "form": form, "aside_form": AsideForm()}
    return answer_form(request, "bank/line.html", context)


def _typed(form: LineForm, user) -> str:
    """The match that a number or name stands for; "" with the reason at the field."""
    if not form.is_valid():
        return ""
    text = form.cleaned_data["number"]
    if invoice := Invoice.objects.for_staff(user).live().filter(number__iexact=text).first():
        return f"invoice:{invoice.pk}"
    if account := Account.objects.for_staff(user).live().filter(number__iexact=text).first():
        return f"account:{account.pk}"
    numbered = re.fullmatch(r"[A-Z]+-DEP-([0-9]{1,17})", text.upper())
    if numbered and Deposit.objects.for_staff(user).filter(pk=numbered[1]).exists():
        return f"deposit:{int(numbered[1])}"
    if may(user, "post_payer_payments"):
        payers = list(Payer.objects.filter(sort_key=sort_key(text), house_account__isnull=False)[:2])
        if len(payers) == 1:
            return f"payer:{payers[0].pk}"
    form.add_error("number", ValidationError(_("No account, invoice, deposit or payer is called so."), code="unknown"))
    return ""


def _post(request, line: BankLine, match: str, form: LineForm) -> bool:
    try:
        done = posting.post(line, match, today=dates.today(), by=request.user)
    except (ledger.Refused, money.NotMoney, stub.Unread) as refusal:
        form.add_error(None, str(refusal)) if form.is_bound else messages.error(
            request, _("Nothing was posted. %(why)s") % {"why": refusal}
        )
        return False
    href = reverse("deposit" if isinstance(done, Deposit) else "payment", args=[done.pk])
    messages.success(
        request,
        _("%(amount)s of %(day)s is accounted for.")
        % {"amount": money.show(line.left_cents), "day": dates.short(line.on, dates.today())},
        extra_tags=href,
    )
    return True


@require_POST
def bank_line_aside(request, pk):
    """Nothing is to be posted from it; or it comes back to the list."""
    line, form = _of(request, pk), AsideForm(request.POST)
    if request.POST.get("act") == "back":
        posting.set_aside(line, "", by=request.user)
        messages.success(request, _("The line is on the list again."))
    elif form.is_valid():
        posting.set_aside(line, form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("The line is set aside."))
        return redirect("bank_import", pk=line.bank_import_id)
    else:
        (row,) = rows_of([line], line.bank_account, request.user)
        return render(
            request, "bank/line.html", {"row": row, "line": line, "form": LineForm(), "aside_form": form}, status=422
        )
    return redirect("bank_line", pk=line.pk)
