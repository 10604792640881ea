"""Taking off, moving and undoing by form: the effect is seen first, the books stay right, limits ask a second person."""

import re
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import ledger
from accounts.models import Charge, JournalEntry, OpenItem, Reason
from billing_office.approvals.models import Request
from billing_office.audit.models import Act
from billing_office.lib import dates
from billing_office.staff.models import Role
from tests.accounts.ledger.conftest import sound
from tests.factories import make_account, make_charge, make_payment

SEEN = re.compile(r'name="seen" value="([0-9a-f]+)"')


def item_of(charge: Charge, payer=None) -> OpenItem:
    return OpenItem.objects.get(charge=charge, payer=payer)


def reason(code: str) -> int:
    return Reason.objects.get(code=code).pk


def given(charge, once, code="PROMPT", payer=None, **changes):
    return {
        "once": once,
        "item": item_of(charge, payer).pk,
        "reason": reason(code),
        "amount": "20.00",
        "note": "",
    } | changes


def send(browser, name, pk, data):
    """Look at the effect, then post what was seen, as the page does; the last answer."""
    to = reverse(name, args=[pk])
    shown = browser.post(to, data | {"act": "show"})
    seen = SEEN.search(shown.content.decode())
    if shown.status_code != 200 or not seen:
        return shown
    return browser.post(to, data | {"act": "post", "seen": seen[1]})


def undo(browser, entry, code="ERROR", **changes):
    to = reverse("entry_reverse", args=[entry.pk])
    page = browser.get(to).content.decode()
    seen = SEEN.search(page)
    once = re.search(r'name="once" value="([^"]+)"', page)[1]
    data = {"once": once, "reason": reason(code), "note": "", "act": "post", "seen": seen[1] if seen else ""}
    return browser.post(to, data | changes)


def entry_of(charge: Charge) -> JournalEntry:
    return JournalEntry.objects.filter(postings__charge=charge).latest("pk")


# -- taking off -----------------------------------------------------------------------------------------------------------


def test_a_discount_lowers_what_is_open_and_says_why(biller, owing, once):
    assert send(biller, "account_adjust", owing.pk, given(owing.charge, once, note="pays today")).status_code == 302
    assert item_of(owing.charge).cents == 20400
    entry = entry_of(owing.charge)
    assert (entry.kind, entry.reason.code, entry.memo) == ("discount", "PROMPT", "Prompt payment: pays today")
    act = Act.objects.get(verb="adjusted")
    assert (act.actor, act.account_id, act.detail["cents"]) == (biller.user, owing.pk, 2000)
    assert sound() == []


def test_the_effect_is_shown_with_its_sum_before_anything_is_posted(biller, owing, once):
    to = reverse("account_adjust", args=[owing.pk])
    page = biller.post(to, given(owing.charge, once) | {"act": "post"}).content.decode()
    assert "224.00 billed = 20.00 taken off + 204.00 open at the client" in page
    assert not JournalEntry.objects.filter(kind="discount").exists()


def test_what_is_left_empty_is_all_that_is_open(biller, account, by, once):
    charge = make_charge(account, by, 4000)
    send(biller, "account_adjust", account.pk, given(charge, once, amount=""))
    assert item_of(charge).cents == 0


def test_every_kind_of_reason_can_be_posted(signed_in, account, by):
    supervisor = signed_in(Role.SUPERVISOR)
    for one in Reason.objects.exclude(kind__in=["reversal", "transfer_responsibility", "refund"]):
        charge = make_charge(account, by, 2000)
        data = given(charge, str(uuid.uuid4()), one.code, amount="1.00", note="n")
        assert send(supervisor, "account_adjust", account.pk, data).status_code == 302, one
        assert entry_of(charge).kind == one.kind
    assert sound() == []


def test_a_payers_part_is_taken_off_the_payer(biller, account, payer, by, once):
    charge = make_charge(account, by, 50000, payer=payer)
    send(biller, "account_adjust", account.pk, given(charge, once, "CO-45", payer, amount="180.00"))
    assert item_of(charge, payer).cents == 32000


def test_a_double_click_takes_off_once(biller, owing, once):
    data = given(owing.charge, once)
    send(biller, "account_adjust", owing.pk, data)
    answer = biller.post(reverse("account_adjust", args=[owing.pk]), data | {"act": "post", "seen": "x"}, follow=True)
    assert "nothing was posted twice" in answer.content.decode()
    assert item_of(owing.charge).cents == 20400


def test_an_effect_that_changed_meanwhile_is_shown_again(biller, owing, by, once):
    to, data = reverse("account_adjust", args=[owing.pk]), given(owing.charge, once)
    seen = SEEN.search(biller.post(to, data | {"act": "show"}).content.decode())[1]
    make_payment(owing, by, 1000, shares={owing.charge: 1000})
    answer = biller.post(to, data | {"act": "post", "seen": seen})
    assert "Look at this first" in answer.content.decode()
    assert item_of(owing.charge).cents == 21400


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": "NaN"}, "figures"),
        ({"amount": "1e9"}, "figures"),
        ({"amount": "-5"}, "at least"),
        ({"amount": "0"}, "at least"),
        ({"amount": "0.001"}, "two decimals"),
        ({"amount": "١٢٣"}, "figures"),
        ({"amount": "9" * 30}, "too large"),
        ({"amount": "224.01"}, "Only 224.00 is open"),
        ({"item": "99999"}, "Select a valid choice"),
        ({"reason": ""}, "Fill this in"),
        ({"note": "card 4111 1111 1111 1111"}, "card"),
    ],
)
def test_what_cannot_be_is_refused_at_the_field(biller, owing, once, changes, words):
    answer = send(biller, "account_adjust", owing.pk, given(owing.charge, once) | changes)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert item_of(owing.charge).cents == 22400


def test_a_reason_that_needs_a_note_asks_for_it(biller, owing, once):
    answer = send(biller, "account_adjust", owing.pk, given(owing.charge, once, "COURTESY"))
    assert "needs a note" in answer.content.decode()


def test_a_reason_that_is_off_is_not_offered(biller, owing, once):
    Reason.objects.filter(code="PROMPT").update(active=False)
    assert send(biller, "account_adjust", owing.pk, given(owing.charge, once)).status_code == 422


def test_another_accounts_open_item_is_no_choice(biller, owing, office, by, once):
    other = make_charge(make_account(office, by, "Luis", "Ortega"), by)
    assert send(biller, "account_adjust", owing.pk, given(other, once)).status_code == 422


def test_a_clerk_adjusts_nothing(clerk, owing):
    assert clerk.get(reverse("account_adjust", args=[owing.pk])).status_code == 403


# -- limits -----------------------------------------------------------------------------------------------------------------


def test_above_the_limit_it_waits_and_nothing_is_posted(biller, owing, once):
    answer = send(biller, "account_adjust", owing.pk, given(owing.charge, once, amount="50.01"))
    asked = Request.objects.get()
    assert (asked.asked_by, asked.cents, asked.account_id, asked.verb) == (biller.user, 5001, owing.pk, "adjust")
    assert item_of(owing.charge).cents == 22400
    page = biller.get(answer["Location"]).content.decode()
    assert "sent to a supervisor" in page


def test_at_the_limit_it_does_not_wait(biller, owing, once):
    send(biller, "account_adjust", owing.pk, given(owing.charge, once, amount="50.00"))
    assert not Request.objects.exists()


def test_the_limit_counts_the_whole_day_of_an_account(biller, owing):
    for amount in ["30.00", "20.01"]:
        send(biller, "account_adjust", owing.pk, given(owing.charge, str(uuid.uuid4()), amount=amount))
    assert item_of(owing.charge).cents == 19400
    assert "30.00 was done today" in Request.objects.get().because


def test_a_double_click_asks_once(biller, owing, once):
    for _ in range(2):
        send(biller, "account_adjust", owing.pk, given(owing.charge, once, amount="60.00"))
    assert Request.objects.count() == 1


# -- moving ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("to_payer", [True, False])
def test_responsibility_moves_between_client_and_payer(biller, account, payer, by, once, to_payer):
    source, target = (None, payer) if to_payer else (payer, None)
    charge = make_charge(account, by, 22400, payer=source)
    data = given(charge, once, "PR", source, amount="100.00", target=target.pk if target else "")
    assert send(biller, "account_move", account.pk, data).status_code == 302
    assert (item_of(charge, source).cents, item_of(charge, target).cents) == (12400, 10000)
    assert sound() == []


def test_it_does_not_move_to_where_it_is(biller, owing, once):
    answer = send(biller, "account_move", owing.pk, given(owing.charge, once, "PR", target=""))
    assert "It is there already" in answer.content.decode()


# -- undoing --------------------------------------------------------------------------------------------------------------


def test_an_act_offers_its_undo_and_one_press_does_it(biller, owing, once):
    to = send(biller, "account_adjust", owing.pk, given(owing.charge, once))["Location"]
    entry = entry_of(owing.charge)
    assert reverse("entry_reverse", args=[entry.pk]) in biller.get(to).content.decode()
    assert undo(biller, entry).status_code == 302
    assert item_of(owing.charge).cents == 22400
    assert (entry.reversal.memo, entry.reversal.posted_by) == ("Entered in error", biller.user)
    assert sound() == []


def test_what_was_undone_can_be_posted_again(biller, owing):
    for _ in range(2):
        send(biller, "account_adjust", owing.pk, given(owing.charge, str(uuid.uuid4())))
        entry = entry_of(owing.charge)
        undo(biller, entry)
    assert JournalEntry.objects.filter(kind="discount").count() == 2
    assert item_of(owing.charge).cents == 22400


def test_undoing_twice_is_undoing_once(biller, owing):
    entry = entry_of(owing.charge)
    undo(biller, entry)
    page = biller.get(reverse("entry_reverse", args=[entry.pk])).content.decode()
    assert "It was reversed on" in page
    assert undo(biller, entry).status_code == 422
    assert JournalEntry.objects.filter(reverses=entry).count() == 1


def test_what_stands_on_an_entry_is_named_with_its_link(biller, owing, by):
    make_payment(owing, by, 5000, shares={owing.charge: 5000})
    charged, paid = owing.entries.order_by("pk")
    answer = undo(biller, charged)
    assert answer.status_code == 422
    assert reverse("entry_reverse", args=[paid.pk]) in answer.content.decode()
    undo(biller, paid)
    assert undo(biller, charged).status_code == 302


def test_a_payers_receipt_is_undone_on_all_its_accounts(biller, office, payer, by):
    charges = [make_charge(make_account(office, by, last_name=f"W{n}"), by, payer=payer) for n in range(3)]
    shares = {charge.account_id: [ledger.Share(charge.pk, 10000)] for charge in charges}
    ledger.receive_payer_payment(
        payer, cents=35000, received_on=dates.today(), method="cheque", shares=shares, key="many", by=by
    )
    answer = undo(biller, entry_of(charges[0]))
    page = biller.get(answer["Location"]).content.decode()
    assert all(charge.account.number in page for charge in charges)
    assert [item_of(charge, payer).cents for charge in charges] == [22400] * 3
    assert ledger.balance(payer.house_account) == (0, 0)
    assert sound() == []


def test_a_receipt_on_accounts_of_another_office_is_not_undone_from_here(biller, account, foreign, payer, by):
    charges = [make_charge(one, by, payer=payer) for one in (account, foreign)]
    shares = {charge.account_id: [ledger.Share(charge.pk, 10000)] for charge in charges}
    ledger.receive_payer_payment(
        payer, cents=20000, received_on=dates.today(), method="cheque", shares=shares, key="two", by=by
    )
    answer = undo(biller, entry_of(charges[0]))
    assert "other offices too" in answer.content.decode()
    assert foreign.number not in answer.content.decode()
    assert item_of(charges[1], payer).cents == 12400


def test_a_clerk_undoes_what_a_clerk_may_post(clerk, owing, by):
    make_payment(owing, by, 5000, shares={owing.charge: 5000})
    charged, paid = owing.entries.order_by("pk")
    assert "may post it" in undo(clerk, charged).content.decode()
    assert undo(clerk, paid).status_code == 302


def test_an_entry_of_another_day_waits_for_a_second_person(biller, owing, monkeypatch):
    entry = entry_of(owing.charge)
    tomorrow = dates.today() + timedelta(days=1)
    monkeypatch.setattr(dates, "today", lambda: tomorrow)
    undo(biller, entry)
    assert Request.objects.get().because == "The entry is older than today."
    assert not JournalEntry.objects.filter(reverses=entry).exists()


def test_a_reversed_entry_is_struck_through_with_who_and_why(biller, owing):
    undo(biller, entry_of(owing.charge), note="wrong day")
    page = biller.get(reverse("account", args=[owing.pk]) + "?view=entries").content.decode()
    assert "<s>Charge</s>" in page
    assert "by A. Biller: Entered in error: wrong day" in page


def test_a_supervisor_changes_a_limit_and_it_counts_at_once(signed_in, biller, owing, once):
    row = Reason.objects.get(code="PROMPT")
    supervisor, to = signed_in(Role.SUPERVISOR), reverse("reason_edit", args=[row.pk])
    page = supervisor.get(to).content.decode()
    assert "A biller alone" in page
    values = {
        "kind": row.kind,
        "code": row.code,
        "words": row.words,
        "biller_cents": "0",
        "active": "on",
        "lock_version": "1",
    }
    assert supervisor.post(to, values).status_code == 302
    send(biller, "account_adjust", owing.pk, given(owing.charge, once, amount="0.01"))
    assert Request.objects.count() == 1
