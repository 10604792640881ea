"""Posting a payment: the amount, where it goes, and then the press that posts it."""

from accounts import ledger
from accounts.forms.payments import PaymentForm
from accounts.posting import Done, payment_of, post_payment
from billing_office.lib import dates

from .charges import say_posted
from .pages import account_of, back_to, form_page


def payment_new(request, pk):
    account, today = account_of(request, pk), dates.today()

    def form_of(data):
        return PaymentForm(data, account=account, by=request.user, today=today, initial={"received_on": today})

    form, act = form_of(request.POST or None), request.POST.get("act", "")
    valid, fresh = form.is_bound and form.is_valid(), False
    if act == "post" and (former := _sent_before(account, form)):
        say_posted(request, former, account)
        return back_to(account)
    if form.is_bound and form.received is not None and (form.wants_showing or act == "propose"):
        form, fresh = form_of(form.proposed()), True
        form.is_valid()
    elif valid and act == "post":
        try:
            done = _posted(account, form, request.user)
        except ledger.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            say_posted(request, done, account)
            return back_to(account)
    return form_page(
        request, account, form, "Post a payment", "", "accounts/payment_new.html",
        lines=form.lines, sums=form.sums, fresh=fresh, changed=fresh and act == "post",
    )  # fmt: skip


def _sent_before(account, form) -> Done | None:
    """The second press of a form whose first settled what it paid: its charges are not open any more, and need not be.

    Asked after the form read what is open: whatever made a charge disappear is visible by then.
    """
    key = form.cleaned_data.get("once")
    payment = key and payment_of(account, key)
    return Done(payment, new=False) if payment else None


def _posted(account, form, by) -> Done:
    given = form.cleaned_data
    facts = {name: given[name] for name in ["received_on", "method", "reference"]}
    return post_payment(account, form.payer, form.shares, cents=given["amount"], form=form.key, by=by, **facts)
