"""Every form of the product, field by field, with every kind of bad input while the other fields stay good.

The forms are read from the pages as a browser reads them, so a new form or field is attacked from its first day. In CI
each field meets a fixed sample; with OFFICE_LARGE=1 all values, and pairs of fields at random (the seed is printed).
"""

import copy
import os
import random
import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, transaction

from accounts.models import AccountFlag, Charge, Client, ContactPoint, Hold, MoneyRule, Note, Payer, Reason
from billing_office.lib import dates
from billing_office.staff import access
from billing_office.staff.models import Office, User
from dunning.models import ReminderLevel
from tests.accounts.ledger.conftest import sound
from tests.factories import make_account, make_charge
from tests.fuzz import hostile
from tests.fuzz.forms import Forms
from tests.house.test_access import ROUTES, address, enter, make_world

pytestmark = pytest.mark.django_db
LARGE = os.environ.get("OFFICE_LARGE") == "1"
SAMPLE = 99 if LARGE else 2
ROLES = ("supervisor", "admin")

# Values with which a form, filled in as it comes otherwise, is accepted.
GOOD = {
    "account_new": {
        "first_name": "Nora", "last_name": "Green", "phone": "(512) 555-0142", "email": "nora@example.org",
        "street": "1 Elm St", "city": "Austin", "region": "TX", "postcode": "78704",
    },
    "client_new": {"first_name": "Nora", "last_name": "Green", "relation": "child"},
    "contact_new": {"value": "second@example.org", "kind": "email"},
    "note_new": {"text": "Called at noon."},
    "flag_new": {"kind": "attorney", "reason": "Letter came."},
    "hold_new": {"kind": "pause", "reason": "Asked for time.", "until": str(dates.today() + timedelta(days=20))},
    "charge_new": {"description": "Visit", "amount": "100.00"},
    "payment_new": {"amount": "50.00", "reference": "1017", "act": "post"},
    "payer_payment_new": {"amount": "50.00", "reference": "1018", "act": "post"},
    "payment_allocate": {"act": "post"},
    "account_adjust": {"amount": "1.00", "note": "Agreed by telephone."},
    "account_move": {"amount": "1.00", "note": "Written agreement."},
    "entry_reverse": {"act": "post"},
    "approval_refuse": {"answer": "Not now."},
    "rule_new": {
        "kind": "late_fee", "since": "2026-02-01", "percent": "1.5", "least_cents": "5.00", "most_cents": "25.00", "days": "30",
        "every_days": "30",
    },
    "payment_refund": {"amount": "1.00", "note": "Paid twice."},
    "payment_returned": {"act": "post"},
    "refund_pay": {"reference": "4417"},
    "charge_correct": {"amount": "90.00", "note": "Wrong price."},
    "charge_void": {"act": "post"},
    "reason_new": {"kind": "discount", "code": "NEW", "words": "A new reason", "biller_cents": "10.00"},
    "deposit_new": {"method": "cheque"},
    "deposit_count": {"counted": "52.00", "reason": "Counted twice."},
    "bank_account_new": {"name": "Lockbox", "last4": "1234"},
    "bank_line_aside": {"reason": "Not ours."},
    "payer_new": {"name": "Good Health", "payer_class": "insurer"},
    "office_new": {"code": "FIR", "name": "Fir Clinic"},
    "reminder_level_new": {
        "level": "9", "name": "Ninth", "days_after_due": "300", "least_cents": "5.00", "lead": "{amount} is due on {due}.",
        "paragraph": "Please pay.",
    },
    "staff_new": {"username": "n.green", "name": "Nora Green", "email": "nora@example.org", "role": "clerk"},
}  # fmt: skip
# What a form writes, where the row's fields have the names of the form's.
ROWS = {
    "account_new": Client, "client_new": Client, "client_edit": Client, "contact_new": ContactPoint, "note_new": Note,
    "flag_new": AccountFlag, "hold_new": Hold, "charge_new": Charge, "payer_new": Payer, "payer_edit": Payer,
    "office_new": Office, "office_edit": Office, "reminder_level_new": ReminderLevel,
    "reminder_level_edit": ReminderLevel, "reason_new": Reason, "reason_edit": Reason,
    "rule_new": MoneyRule, "rule_edit": MoneyRule, "staff_new": User, "staff_edit": User,
}  # fmt: skip
POSTING = {
    "charge_new", "payment_new", "payer_payment_new", "payment_allocate", "payment_move", "invoice_new", "account_adjust",
    "account_move", "entry_reverse", "payment_refund", "payment_returned", "refund_pay", "charge_correct", "charge_void", "run_new",
}  # fmt: skip
# Forms whose own tests know how they are filled: secrets and codes are checked there (tests/staff), here only attacked.
SECRETS = {"prove", "own_password", "second_factor_set", "staff_password", "sign_in"}
EVERYWHERE = {"preferences", "sign_out", "session_stay"}  # forms of the bar
NEVER = {
    "money": {"NaN", "Infinity", "1e9", "١٢٣", "9" * 30, "1.234,56", "$", "0x10", "--5", "1\x00", "½", "1_000", "９"},
    "day": set(hostile.DAYS) - {"", "2026-1-1", "02/29/2027"},
}
WATCHED = [
    m._meta.db_table
    for m in apps.get_models()
    if m._meta.app_label not in ("audit", "sessions", "contenttypes", "auth")
]
WATCHED = [
    table for table in WATCHED if not re.search("kept|try|secondfactor", table)
]  # a new secret waits for its code
FAILED = re.compile(r'role="alert"|class="toast')


@pytest.fixture
def world(office, by, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return make_world(office, by, settings)


@pytest.fixture
def people(office, world):
    return {role: enter(role, office) for role in ROLES}


def who_may(people, pattern):
    return next((one for one in people.values() if access.may(one.user, pattern.callback.may)), None)


def sent_by(form) -> dict[str, list[str]]:
    """What pressing the first button sends when nothing is touched."""
    _, fields, buttons = form
    data = {name: list(f.value) or ([] if f.kind == "tick" else [""]) for name, f in fields.items()}
    for name, f in fields.items():
        if f.kind == "choice" and not f.value and f.options:
            data[name] = f.options[:1]
    return data | {name: [value] for name, value in buttons[:1]}


def open_forms(people, world):
    """(name, browser, address, fields, what to send) of each form of each page that somebody may open."""
    found = {}
    for page, pattern in ROUTES.items():
        browser = who_may(people, pattern)
        if browser is None or page in ("sign_out", "mail_sink_mail"):
            continue
        url = address(pattern, world)
        answer = browser.get(url)
        if answer.status_code != 200 or answer.streaming or "html" not in answer["Content-Type"]:
            continue
        for form in Forms(answer.content.decode()).forms:
            to = form[0] or url
            name = next((n for n, p in ROUTES.items() if address(p, world) == to), page)
            if name not in EVERYWHERE and name not in found:
                found[name] = (browser, to, *filled(name, browser, to, form))
    return found


def filled(name, browser, to, form):
    data = sent_by(form) | {key: [value] for key, value in GOOD.get(name, {}).items()}
    if name == "staff_new":
        data["offices"] = [str(Office.objects.earliest("pk").pk)]
    if name in ("payment_new", "payer_payment_new"):  # the page shows where the money goes before it posts
        answer = browser.post(to, data | {"act": ["propose"]})
        form = Forms(answer.content.decode()).forms[-1]
        data = sent_by(form) | {"act": ["post"]}
    if name in ("account_adjust", "account_move", "payment_refund", "charge_correct"):  # so with what they do
        data |= {field: f.options[-1:] for field, f in form[1].items() if f.kind == "choice"}
        form = Forms(browser.post(to, data | {"act": ["show"]}).content.decode()).forms[-1]
        data = sent_by(form) | {"act": ["post"]}
    return form[1], data


def test_every_address_that_takes_a_form_is_attacked_here(people, world):
    """A form that stands on no page opened here would be missed by the rest of this module."""
    reached = set(open_forms(people, world))
    assert reached >= GOOD.keys() | {
        "account_edit",
        "client_edit",
        "contact_edit",
        "flag_end",
        "hold_end",
        "period_close",
    }


def count() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in WATCHED))
        return dict(cursor.fetchall())


def attack(name, browser, to, data) -> list[str]:
    """Send it, in a transaction that is taken back; what was wrong with the answer, in words."""
    wrong, cookies = [], copy.deepcopy(browser.cookies)
    with transaction.atomic():
        before = count()
        answer = browser.post(to, data)
        page = (
            b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode(errors="replace")
        )
        if answer.status_code >= 500:
            return [f"answered {answer.status_code}"]
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        answer.refused = answer.status_code not in (301, 302, 303)
        answer.changed = {t: n - before[t] for t, n in count().items() if n != before[t]}
        if answer.refused and answer.changed:
            wrong.append(f"refused with {answer.status_code}, and yet it wrote {answer.changed}")
        if answer.status_code == 422 and not FAILED.search(page):
            wrong.append("refused without a word")
        if answer.status_code not in (200, 202, 204, 302, 400, 404, 405, 409, 422):
            wrong.append(f"answered {answer.status_code}")
        if not answer.refused and name in POSTING and (broken := sound()):
            wrong.append(f"the books are broken: {broken}")
        wrong += [f"{mark} became markup" for mark in hostile.RAW if mark in page]
        wrong += list(stored_otherwise(name, to, data, answer))
        transaction.set_rollback(True)
    browser.cookies = cookies  # those of a session that was taken back lead nowhere
    browser.answer = answer
    return wrong


def stored_otherwise(name, to, data, answer):
    """Texts that were accepted and are stored as something else; spaces folded is the same."""
    if answer.refused or name not in ROWS:
        return
    rows, pk = ROWS[name].objects.order_by("-pk"), re.search(r"/(\d+)/", to)
    row = (rows.filter(pk=pk[1]) if pk and not name.endswith("_new") else rows).first()
    for field, sent in data.items():
        if (name, field) == ("contact_new", "kind"):  # an unknown one is the first: it says which form is shown
            continue
        stored = getattr(row, field, None)
        if isinstance(stored, str) and sent and folded(sent[-1]) != folded(stored):
            yield f"{field} was sent as {sent[-1]!r:.60} and is stored as {stored!r:.60}"


def folded(text: str) -> str:
    return " ".join(str(text).split()).casefold()


def tries(fields, data):
    """(field, what is said of it, the data) for each bad value of each field."""
    for at, (name, field) in enumerate(fields.items()):
        for value in hostile.sample(field.kind, at, SAMPLE):
            yield field, value, data | {name: [value]}
        yield field, "left out", {key: value for key, value in data.items() if key != name}
        yield field, "sent twice", data | {name: [*data.get(name, []), "second"]}


def test_no_bad_input_breaks_a_form_or_is_half_done(people, world):
    wrong = []
    for name, (browser, to, fields, data) in open_forms(people, world).items():
        for field, value, sent in tries(fields, data):
            found = attack(name, browser, to, sent)
            if (
                value in NEVER.get(field.kind, ())
                and not browser.answer.refused
                and name != "period_close"
                and field.name != "units"
            ):
                found.append("was accepted")
            if "\x00" in str(value) and field.kind != "tick" and not browser.answer.refused and browser.answer.changed:
                found.append("a NUL was accepted")
            wrong += [f"{name}.{field.name} = {value!r:.60}: {words}" for words in found]
    assert not wrong, "\n".join(wrong)
    assert not sound()


def test_the_forms_are_accepted_when_nothing_is_bad(people, world):
    """Else the attacks above would all fail for another reason."""
    forms = open_forms(people, world)
    for name in GOOD:
        browser, to, _, data = forms[name]
        assert not attack(name, browser, to, data), name
        why = re.findall(r'role="alert".*?</div>', browser.answer.content.decode(), re.S)
        assert browser.answer.status_code == 302, f"{name} {data} {' '.join(' '.join(why).split())}"


JUNK = [
    "act",
    "by",
    "key",
    "last_day",
    "next",
    "once",
    "lock_version",
    "code",
    "kind",
    "until",
    "again",
    "theme",
    "density",
]


def test_no_address_breaks_when_it_is_sent_what_no_page_sends(people, world):
    """Also those whose form stands on no page now: each takes a POST, whoever sends it."""
    wrong = []
    for at, (name, pattern) in enumerate(ROUTES.items()):
        browser = who_may(people, pattern)
        if browser is None or name == "sign_out":
            continue
        for value in hostile.sample("key", at, SAMPLE) + hostile.sample("text", at, SAMPLE):
            sent = {field: [value] for field in JUNK}
            wrong += [
                f"{name} {value!r:.60}: {words}" for words in attack(name, browser, address(pattern, world), sent)
            ]
    assert not wrong, "\n".join(wrong)


def test_what_no_form_asks_for_changes_nothing(people, world):
    """Mass assignment: the same form with and without fields that it does not have leaves the same rows."""
    wrong = []
    for name, (browser, to, fields, data) in open_forms(people, world).items():
        if name in SECRETS:
            continue
        extra = {key: [value] for key, value in hostile.EXTRA.items() if key not in fields}
        left = [state_after(browser, to, sent) for sent in (data, data | extra)]
        wrong += [f"{name}: {a} became {b}" for a, b in zip(*left, strict=True) if a != b]
    assert not wrong, "\n".join(wrong)


GUARDED = {
    "staff_user": "username, role, is_active, name, email",
    "accounts_account": "id, office_id, number, merged_into_id, closed_on, opened_on",
    "accounts_client": "account_id, first_name, last_name",
    "accounts_charge": "account_id, cents, service_on, client_id",
    "accounts_payment": "account_id, cents, received_on",
    "invoices_invoice": "account_id, cents, issued_on",
    "staff_office": "code, name, terms_days",
}


def state_after(browser, to, sent) -> list:
    with transaction.atomic():
        assert browser.post(to, sent).status_code < 500
        with connection.cursor() as cursor:
            left = []
            for table, columns in GUARDED.items():
                cursor.execute(f"SELECT {columns} FROM {table} ORDER BY 1, 2, 3")
                left.append((table, [row if table != "accounts_client" else row[1:] for row in cursor.fetchall()]))
        transaction.set_rollback(True)
    return left


def test_an_object_of_another_office_is_no_choice(people, world, other_office, by):
    """Their office, client, charge or account in a hidden field or a list is refused like one that is not there."""
    theirs = make_foreign(other_office, by)
    for name, (browser, to, fields, data) in open_forms(people, world).items():
        for field in fields.values():
            if name.startswith("staff_") or field.name not in theirs:
                continue
            assert not attack(name, browser, to, data | {field.name: [str(theirs[field.name])]}), f"{name}.{field.name}"
            assert browser.answer.refused, f"{name}.{field.name}"


def make_foreign(office, by) -> dict[str, int]:
    account = make_account(office, by, "Luis", "Ortega")
    charge = make_charge(account, by)
    return {"office": office.pk, "client": account.guarantor.pk, "guarantor": account.guarantor.pk, "charge": charge.pk}


@pytest.mark.skipif(not LARGE, reason="OFFICE_LARGE=1 for the product of values")
def test_pairs_of_bad_fields_by_the_thousand(people, world):
    seed = int(os.environ.get("OFFICE_SEED", dates.today().toordinal()))
    print("seed", seed)
    chance, wrong = random.Random(seed), []
    for name, (browser, to, fields, data) in open_forms(people, world).items():
        if not fields:
            continue
        for _ in range(500):
            some = chance.sample(sorted(fields), min(len(fields), chance.randint(2, 4)))
            bad = {field: [chance.choice(hostile.values(fields[field].kind))] for field in some}
            wrong += [f"{name} {bad!r:.200}: {words}" for words in attack(name, browser, to, data | bad)]
    assert not wrong, f"seed {seed}\n" + "\n".join(wrong)
    assert not sound()
