"""A bank's file through the front door: shown, ticked, posted once however often it comes, undone and posted again."""

import threading
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse

from accounts import ledger, periods
from accounts.models import Payment
from billing_office import schedule
from billing_office.audit.models import Act
from billing_office.lib import dates
from billing_office.lib.checks import run
from billing_office.outbox.models import Job
from billing_office.staff.models import Role
from invoices import issuing
from invoices.bank import importing, posting
from invoices.deposits import cash, invariants
from invoices.models import BankAccount, BankImport, BankLine, Clearing
from tests.factories import make_account, make_charge, make_payer, make_payment

from .files import bai2, csv
from .world import close_deposit, import_rows, make_bank_account, make_deposit

TODAY = dates.today()


@pytest.fixture
def bank(office):
    return make_bank_account(office)


@pytest.fixture
def invoice(owing, by):
    """Robert White is asked for 224.00."""
    return issuing.issue(owing, on=TODAY, by=by, key="bank")


def upload(browser, bank, data: bytes, name="bank.csv", **options):
    sent = {"bank_account": bank.pk, "file": SimpleUploadedFile(name, data)}
    return browser.post(reverse("bank_import_new"), sent, **options)


def row(*cells, on=TODAY) -> str:
    """Description, payer, reference, amount of one day."""
    return ",".join([on.isoformat(), *map(str, cells)])


def page_of(browser, file):
    return browser.get(reverse("bank_import", args=[file.pk]))


def match_of(browser, line):
    """The surest match that the page offers for a line, None without one."""
    rows = {one.line.pk: one for one in page_of(browser, line.bank_import).context["rows"]}
    return (rows[line.pk].matches or [None])[0]


def tick(browser, file, *lines):
    """Tick these lines as the page matched them, and post."""
    rows = {one.line.pk: one for one in page_of(browser, file).context["rows"]}
    sent = {"row": [line.pk for line in lines]}
    sent |= {f"match_{line.pk}": rows[line.pk].matches[0].value for line in lines if rows[line.pk].matches}
    return browser.post(reverse("bank_import_post", args=[file.pk]), sent, follow=True)


def only(file) -> BankLine:
    return file.lines.get()


def sound() -> bool:
    return all(run(check).ok for check in invariants.CHECKS)


# -- the file -------------------------------------------------------------------------------------------------------------------


def test_a_file_is_shown_and_nothing_is_posted(biller, bank, invoice):
    answer = upload(biller, bank, csv(row(f"INV {invoice.number}", "ROBERT WHITE", "77", "224.00")), follow=True)
    text = answer.content.decode()
    assert invoice.number in text and "Certain" in text and "invoice number and amount" in text
    assert not Payment.objects.exists()
    assert Act.objects.get(verb="bank_file_imported").detail == {"lines": 1, "known": 0, "findings": 0}


def test_a_new_head_asks_which_column_is_which_and_remembers(biller, office):
    bank = make_bank_account(office, mapped=False)
    data = f"Buchung;Zweck;Auftraggeber;Betrag\n{TODAY:%d.%m.%Y};x;y;1.234,56\n".encode()
    answer = upload(biller, bank, data, follow=True)
    form = answer.context["form"]
    sent = {name: form[name].value() for name in form.fields}
    assert (sent["day"], sent["amount"], sent["decimals"], sent["days"]) == (0, 3, "comma", "%d.%m.%Y")
    biller.post(answer.request["PATH_INFO"], {name: value for name, value in sent.items() if value is not None})
    assert BankLine.objects.get().cents == 123456
    upload(biller, bank, data.replace(b"56", b"57"))
    assert BankLine.objects.filter(cents=123457).exists()


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"amount": ""}, "amount"), ({"credit": "1"}, "amount"), ({"name": "0"}, "__all__"), ({"day": ""}, "day"),
        ({"day": "99"}, "day"), ({"days": "%s"}, "days"), ({"head": "-1"}, "head"), ({"head": "1e9"}, "head"),
        ({"amount": "x\x00"}, "amount"),
    ],
)  # fmt: skip
def test_columns_that_cannot_be_are_refused_at_the_field(biller, office, changes, field):
    bank = make_bank_account(office, mapped=False)
    upload(biller, bank, csv(row("x", "y", "1", "5.00")))
    file = BankImport.objects.get()
    sent = {"day": "0", "amount": "4", "days": "%Y-%m-%d", "decimals": "point", "head": "1"} | changes
    answer = biller.post(reverse("bank_import_columns", args=[file.pk]), sent)
    assert answer.status_code == 422 and field in answer.context["form"].errors
    assert not BankLine.objects.exists()


def test_the_same_file_again_changes_nothing(biller, bank):
    data = csv(row("x", "y", "1", "5.00"), row("x", "y", "1", "5.00"))
    upload(biller, bank, data)
    answer = upload(biller, bank, data, follow=True)
    assert "All 2 lines of this file were imported before; nothing was changed." in answer.content.decode()
    assert BankLine.objects.count() == 2


def test_of_a_file_that_overlaps_only_what_is_new_comes_in(biller, bank):
    upload(biller, bank, csv(row("a", "", "1", "5.00"), row("b", "", "2", "6.00")))
    upload(biller, bank, csv(row("b", "", "2", "6.00"), row("c", "", "3", "7.00")))
    assert list(BankLine.objects.values_list("text", flat=True)) == ["a", "b", "c"]
    assert BankImport.objects.latest("pk").known == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_import_the_same_file_at_once_import_each_line_once(biller, signed_in, bank):
    data = csv(*(row("x", "y", n, "5.00") for n in range(30)))
    browsers, ready = [biller, signed_in(Role.SUPERVISOR)], threading.Barrier(2)

    def press(browser):
        ready.wait()
        upload(browser, bank, data)
        connection.close()

    threads = [threading.Thread(target=press, args=[one]) for one in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert BankLine.objects.count() == 30
    assert sorted(BankImport.objects.values_list("known", flat=True)) == [0, 30]


def test_bad_rows_are_named_and_the_good_ones_are_read(biller, bank):
    answer = upload(biller, bank, csv(row("x", "y", "1", "NaN"), row("z", "", "2", "5.00")), follow=True)
    text = answer.content.decode()
    assert "“NaN” is no amount" in text and "What could not be read" in text
    assert BankLine.objects.get().text == "z"


@pytest.mark.parametrize(
    "data, words",
    [
        (b"", "empty"),
        (b"%PDF-1.7 renamed", "a PDF"),
        (b"PK\x03\x04", "Excel"),
        (b"x" * 11_000_000, "10 MB"),
        (b"a\x00", "no text"),
    ],
)
def test_what_is_no_bank_file_is_refused_and_kept_nowhere(biller, bank, data, words):
    answer = upload(biller, bank, data)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not BankImport.objects.exists()


def test_no_file_at_all_is_said_at_the_field(biller, bank):
    answer = biller.post(reverse("bank_import_new"), {"bank_account": bank.pk})
    assert answer.status_code == 422 and answer.context["form"]["file"].errors == ["Choose a file."]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\x.csv", "<script>.csv", "a\r\nb.csv", "\u202egpj.csv", "x" * 300]
)
def test_a_files_name_is_only_shown(biller, bank, name):
    upload(biller, bank, csv(row("x", "y", "1", "5.00")), name=name)
    file = BankImport.objects.get()
    assert "/" not in file.file_name and "\\" not in file.file_name and len(file.file_name) <= 100
    assert b"<script>.csv" not in page_of(biller, file).content


def test_markup_in_a_bank_text_stays_text(biller, bank):
    upload(biller, bank, csv(row("<script>alert(1)</script>", '"=HYPERLINK(1)"', "1", "5.00")))
    assert b"<script>alert" not in page_of(biller, BankImport.objects.get()).content
    answer = biller.get(reverse("bank_lines") + "?as=csv")
    assert b"'=HYPERLINK" in b"".join(answer.streaming_content)


def test_card_numbers_are_stored_nowhere(biller, office):
    bank = make_bank_account(office, mapped=False)
    upload(biller, bank, csv(row("4111 1111 1111 1111", "4111111111111111", "5555555555554444", "5.00")))
    file = BankImport.objects.get()
    assert "1111111" not in str(file.rows) and "[card ending 4444]" in str(file.rows)


def test_a_lockbox_comes_in_as_its_checks(biller, bank, owing):
    number = owing.number
    data = bai2("115,22400,0,B1,,BOX", f"116,22400,0,B2,1017,ROBERT WHITE {number}", on=TODAY)
    upload(biller, bank, data, name="lockbox.txt")
    line = BankLine.objects.get()
    assert (line.cents, line.reference, match_of(biller, line).why) == (22400, "1017", "account number and amount")
    tick(biller, line.bank_import, line)
    assert (owing.payments.get().method, ledger.balance(owing)) == ("cheque", (0, 0))


@pytest.mark.parametrize(
    "data, words",
    [
        (bai2("165,1,,a,b,c", on=TODAY, account="99990000"), "…0000"),
        (bai2("165,1,,a,b,c", on=TODAY)[:-15], "cut short"),
    ],
)
def test_a_file_of_another_account_or_cut_short_is_refused(biller, bank, data, words):
    answer = upload(biller, bank, data)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not BankLine.objects.exists()


@pytest.mark.parametrize("role", [Role.CLERK, Role.COLLECTOR, Role.AUDITOR])
def test_other_roles_import_nothing(signed_in, bank, role):
    assert upload(signed_in(role), bank, csv(row("x", "y", "1", "5.00"))).status_code == 403


def test_another_offices_bank_account_is_no_choice(biller, other_office, bank):
    theirs = make_bank_account(other_office, "Theirs")
    assert upload(biller, theirs, csv(row("x", "y", "1", "5.00"))).status_code == 422
    file = import_rows(theirs, biller.user, row("x", "y", "1", "5.00"))
    assert page_of(biller, file).status_code == 404


# -- the match --------------------------------------------------------------------------------------------------------------------


def certainty(browser, bank, by, *cells) -> tuple | None:
    found = match_of(browser, only(import_rows(bank, by, row(*cells))))
    return found and (found.what, found.sure)


def test_an_accounts_number_and_amount_are_certain_its_number_alone_is_likely(biller, bank, by, owing):
    assert certainty(biller, bank, by, f"ACCT {owing.number}", "", "1", "224.00") == ("account", "certain")
    assert certainty(biller, bank, by, f"ACCT {owing.number.replace('-', '')}", "", "2", "200.00") == (
        "account",
        "likely",
    )


def test_a_name_with_the_amount_owed_is_likely_and_alone_is_nothing(biller, bank, by, owing):
    assert certainty(biller, bank, by, "", "WHITE ROBERT J", "1", "224.00") == ("account", "likely")
    assert certainty(biller, bank, by, "", "WHITE ROBERT J", "2", "200.00") is None


def test_a_payers_name_alone_is_unsure(biller, bank, by, payer):
    assert certainty(biller, bank, by, "", "BLUE CROSS TX", "1", "224.00") == ("payer", "unsure")


def test_two_things_that_fit_for_certain_are_unsure(biller, bank, by, invoice, office):
    other = make_account(office, by, "Luis", "Ortega")
    make_charge(other, by, 22400)
    assert certainty(biller, bank, by, f"{invoice.number} {other.number}", "", "1", "224.00")[1] == "unsure"


def test_another_offices_account_is_no_match(biller, bank, by, foreign):
    make_charge(foreign, by, 22400)
    assert certainty(biller, bank, by, foreign.number, foreign.name, "1", "224.00") is None


def test_a_receipt_posted_by_hand_is_found_again_and_not_posted_twice(biller, office, bank, by, account):
    make_deposit(office, by, days_ago=5)
    money = ledger.receive_client_payment(
        account, cents=7700, received_on=TODAY, method="transfer", reference="W99123", shares=[], key="hand", by=by
    )
    line = only(import_rows(bank, by, row("TRANSFER W99123", "R WHITE", "", "77.00")))
    assert (match_of(biller, line).value, match_of(biller, line).sure) == (f"payment:{money.pk}", "certain")
    tick(biller, line.bank_import, line)
    assert Payment.objects.count() == 1
    assert cash.open_list(biller.user, TODAY) == []


def test_the_exact_amount_of_one_deposit_clears_it(biller, office, bank, by, account):
    make_payment(account, by, 5000, days_ago=0)
    deposit = close_deposit(make_deposit(office, by), office, by)
    line = only(import_rows(bank, by, row("DEPOSIT", "", "", "50.00")))
    assert match_of(biller, line).what == "deposit"
    assert [r.kind[0] for r in cash.open_list(biller.user, TODAY)] == ["Deposit"]
    tick(biller, line.bank_import, line)
    assert cash.open_list(biller.user, TODAY) == [] and sound()
    assert Clearing.objects.get().deposit == deposit


def test_lines_take_few_queries_however_many(biller, bank, by, office, django_assert_max_num_queries):
    for n in range(10):
        make_charge(make_account(office, by, "Ann", f"Nr{n}"), by, 1000 + n)
    numbers = [account.number for account in bank.office.accounts.all()]
    file = import_rows(
        bank, by, *(row(f"{number} DEPOSIT", f"Ann Nr{n}", n, f"10.0{n}") for n, number in enumerate(numbers))
    )
    with django_assert_max_num_queries(18):
        page_of(biller, file)


# -- posting ----------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def file(bank, by, invoice):
    """One line that pays the invoice, one of which nothing is known."""
    return import_rows(
        bank, by, row(f"INV {invoice.number}", "ROBERT WHITE", "77", "224.00"), row("?", "", "88", "9.00")
    )


def test_what_is_ticked_is_posted_and_nothing_else(biller, file, owing):
    first = file.lines.first()
    text = tick(biller, file, first).content.decode()
    assert "1 line posted." in text
    money = Payment.objects.get()
    assert (money.cents, money.method, money.reference, money.created_by) == (22400, "transfer", "77", biller.user)
    assert ledger.balance(owing) == (0, 0)
    assert BankLine.objects.unmatched().get().text == "?"
    assert Act.objects.filter(verb="payment_posted").count() == 1 and sound()


def test_a_second_press_posts_nothing_twice(biller, file, owing):
    first = file.lines.first()
    sent = {"row": first.pk, f"match_{first.pk}": f"account:{owing.pk}"}
    for _ in range(2):
        answer = biller.post(reverse("bank_import_post", args=[file.pk]), sent, follow=True)
    assert "nothing was posted twice" in answer.content.decode()
    assert Payment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_presses_at_the_same_moment_post_once(biller, file, owing):
    first, ready = file.lines.first(), threading.Barrier(4)
    sent = {"row": first.pk, f"match_{first.pk}": f"account:{owing.pk}"}

    def press():
        browser = Browser()
        browser.cookies = biller.cookies
        ready.wait()
        browser.post(reverse("bank_import_post", args=[file.pk]), sent)
        connection.close()

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (Payment.objects.count(), ledger.balance(owing)) == (1, (0, 0))
    assert BankLine.objects.get(pk=first.pk).trouble == "" and sound()


@pytest.mark.parametrize(
    "match", ["", "account", "account:", "account:999999", "account:-1", "gift:1", "invoice:9e9", "account:" + "9" * 40]
)
def test_a_match_that_no_page_offered_posts_nothing(biller, file, match):
    first = file.lines.first()
    biller.post(
        reverse("bank_import_post", args=[file.pk]), {"row": [first.pk, "x", "9" * 40], f"match_{first.pk}": match}
    )
    assert not Payment.objects.exists()


def test_another_offices_account_cannot_be_ticked_in(biller, file, foreign):
    first = file.lines.first()
    sent = {"row": first.pk, f"match_{first.pk}": f"account:{foreign.pk}"}
    answer = biller.post(reverse("bank_import_post", args=[file.pk]), sent, follow=True)
    assert "could not be posted" in answer.content.decode()
    assert not Payment.objects.exists()


def test_a_payers_money_pays_its_invoice_over_accounts(biller, bank, by, office):
    employer = make_payer(by, "Lone Star Freight", "employer", email="ap@lonestar.example")
    accounts = [make_account(office, by, "Ann", name) for name in ("One", "Two")]
    for account in accounts:
        make_charge(account, by, 4000, payer=employer)
    asked = issuing.issue_to_payer(employer, office, on=TODAY, by=by, key="star")
    line = only(import_rows(bank, by, row(asked.number, "LONE STAR FREIGHT", "W1", "80.00")))
    assert match_of(biller, line).sure == "certain"
    tick(biller, line.bank_import, line)
    assert (Payment.objects.get().payer, Payment.objects.get().method) == (employer, "eft")
    assert [ledger.balance(account) for account in accounts] == [(0, 0), (0, 0)]


def test_a_line_of_a_closed_month_goes_into_the_open_one(biller, bank, by, invoice):
    last = TODAY.replace(day=1) - timedelta(days=1)
    make_charge(invoice.account, by, 100, days_ago=70)
    periods.close(last, today=TODAY, by=by)
    line = only(import_rows(bank, by, row(invoice.number, "", "1", "10.00", on=last)))
    tick(biller, line.bank_import, line)
    assert Payment.objects.get().received_on == TODAY.replace(day=1)


def test_many_lines_are_posted_by_a_worker_in_the_name_of_who_ticked(biller, bank, by, owing, settings):
    settings.OUTBOX_HINT = ""
    file = import_rows(bank, by, *(row(owing.number, "", n, "1.00") for n in range(101)))
    text = tick(biller, file, *file.lines.all()).content.decode()
    assert "A worker posts 101 lines" in text and not Payment.objects.exists()
    assert "101 to go" in biller.get(reverse("bank_import_state", args=[file.pk])).content.decode()
    Job.objects.filter(kind="post_bank_lines").get()
    file.lines.exclude(pk__in=file.lines.values("pk")[:3]).update(chosen=None)
    schedule.drain()
    assert (
        set(Payment.objects.values_list("created_by", flat=True)) == {biller.user.pk} and Payment.objects.count() == 3
    )
    assert biller.get(reverse("bank_import_state", args=[file.pk])).status_code == 204


def test_a_line_is_posted_to_what_a_person_types(biller, file, owing):
    line = file.lines.last()
    page = reverse("bank_line", args=[line.pk])
    assert biller.post(page, {"number": "nobody"}).status_code == 422
    assert biller.post(page, {"number": owing.number}).status_code == 302
    assert Payment.objects.get().cents == 900


def test_a_line_that_is_not_the_offices_is_set_aside_with_a_reason_and_comes_back(biller, file):
    line = file.lines.last()
    page = reverse("bank_line_aside", args=[line.pk])
    assert biller.post(page, {"reason": ""}).status_code == 422
    biller.post(page, {"reason": "bank fee"})
    assert not BankLine.objects.unmatched().filter(pk=line.pk).exists()
    biller.post(page, {"act": "back"})
    assert BankLine.objects.unmatched().filter(pk=line.pk).exists()


def test_money_out_is_no_payment(biller, bank, by, owing):
    line = only(import_rows(bank, by, row(owing.number, "", "1", "-5.00")))
    answer = biller.post(reverse("bank_line", args=[line.pk]), {"number": owing.number})
    assert answer.status_code == 422 and "This money went out" in answer.content.decode()


# -- undoing ---------------------------------------------------------------------------------------------------------------------


def undone(browser, file) -> str:
    return browser.post(reverse("bank_import_undo", args=[file.pk]), follow=True).content.decode()


def test_an_import_is_undone_and_the_same_file_comes_in_and_is_posted_again(biller, bank, file, owing, invoice):
    tick(biller, file, file.lines.first())
    assert "is undone" in undone(biller, file)
    assert ledger.balance(owing) == (22400, 0) and cash.open_list(biller.user, TODAY) == []
    data = csv(row(f"INV {invoice.number}", "ROBERT WHITE", "77", "224.00"), row("?", "", "88", "9.00"))
    upload(biller, bank, data)
    again = BankImport.objects.latest("pk")
    assert again.known == 0
    tick(biller, again, again.lines.first())
    assert ledger.balance(owing) == (0, 0) and sound()
    assert "undone already" in undone(biller, file)


def test_a_file_whose_columns_nobody_named_is_discarded(biller, office):
    bank = make_bank_account(office, mapped=False)
    upload(biller, bank, csv(row("x", "y", "1", "5.00")))
    file = BankImport.objects.get()
    assert "Discard the file" in biller.get(reverse("bank_import_columns", args=[file.pk])).content.decode()
    assert "is undone" in undone(biller, file)
    assert BankImport.objects.get().rows == []


def test_an_import_on_which_something_stands_is_not_undone(biller, bank, by, account):
    line = only(import_rows(bank, by, row(account.number, "", "1", "50.00")))
    tick(biller, line.bank_import, line)
    charge = make_charge(account, by, 5000)
    ledger.allocate(Payment.objects.get(), account, [ledger.Share(charge.pk, 5000)], on=TODAY, key="later", by=by)
    text = undone(biller, line.bank_import)
    assert "Nothing was undone. Later entries stand on this one" in text
    assert ledger.balance(account) == (0, 0) and BankImport.objects.get().undone_at is None


def test_a_payment_undone_by_hand_frees_its_line_only_when_the_clearing_is_undone(biller, file, owing, by, office):
    make_deposit(office, by, days_ago=9)
    first = file.lines.first()
    tick(biller, file, first)
    money = Payment.objects.get()
    ledger.reverse(money.postings.get(book="cash").entry, on=TODAY, by=by, memo="wrong account")
    assert [one.open for one in cash.open_list(biller.user, TODAY)] == [-22400]
    biller.post(reverse("clearing_undo", args=[Clearing.objects.get().pk]))
    assert cash.open_list(biller.user, TODAY) == []
    posting.post(BankLine.objects.get(pk=first.pk), f"account:{owing.pk}", today=TODAY, by=biller.user)
    assert ledger.balance(owing) == (0, 0) and sound()


def test_a_line_whose_payment_stands_is_not_posted_again(biller, file, owing, office, by):
    other = make_account(office, by, "Luis", "Ortega")
    first = file.lines.first()
    tick(biller, file, first)
    biller.post(reverse("clearing_undo", args=[Clearing.objects.get().pk]))
    with pytest.raises(ledger.Refused, match="still stands"):
        posting.post(BankLine.objects.get(pk=first.pk), f"account:{other.pk}", today=TODAY, by=biller.user)


def test_posting_and_undoing_at_once_ends_sound(biller, bank, by, owing):
    file = import_rows(bank, by, row(owing.number, "", "1", "5.00"))
    posting.choose(file, {only(file).pk: f"account:{owing.pk}"}, biller.user)
    with pytest.raises(ledger.Refused, match="are being posted"):
        importing.undo(file, on=TODAY, now=dates.now(), by=biller.user)


# -- accounts at banks -----------------------------------------------------------------------------------------------------------


def test_a_supervisor_adds_a_bank_account_of_the_own_office(signed_in, biller, office, other_office):
    supervisor, page = signed_in(Role.SUPERVISOR), reverse("bank_account_new")
    sent = {"office": office.pk, "name": "Operating", "last4": "4321", "active": "on"}
    assert biller.post(page, sent).status_code == 403
    assert supervisor.post(page, sent | {"office": other_office.pk}).status_code == 422
    assert supervisor.post(page, sent | {"last4": "43210"}).status_code == 422
    assert supervisor.post(page, sent).status_code == 302
    assert supervisor.post(page, sent).status_code == 422
    assert BankAccount.objects.get().last4 == "4321"
    assert Act.objects.filter(verb="bank_account_added").count() == 1


def test_what_a_form_was_opened_with_decides_who_saved_last(signed_in, bank):
    supervisor, page = signed_in(Role.SUPERVISOR), reverse("bank_account_edit", args=[bank.pk])
    sent = {
        "office": bank.office_id,
        "name": "Lockbox",
        "last4": "4321",
        "active": "on",
        "lock_version": bank.lock_version,
    }
    assert supervisor.post(page, sent).status_code == 302
    assert supervisor.post(page, sent | {"name": "Other"}).status_code == 409
    assert BankAccount.objects.get().name == "Lockbox"


@pytest.mark.parametrize("name", ["bank_imports", "bank_lines", "bank_accounts"])
def test_a_list_takes_at_most_six_queries(biller, bank, by, name, django_assert_max_num_queries):
    for n in range(5):
        import_rows(bank, by, row("x", "y", n, "5.00"))
    with django_assert_max_num_queries(6):
        assert biller.get(reverse(name)).status_code == 200
