"""What is sealed can be proved: one byte, one row, one seal, each found and named."""

import json
import threading
import time
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction

from billing_office import schedule, tasks
from billing_office.audit import acts, seals, verification
from billing_office.audit.models import Act, Seal
from billing_office.desk import sealing
from billing_office.lib import dates
from billing_office.staff.models import User
from tests.factories import make_account, make_charge, make_office

ACTS = sealing.CHAINS[0]


def seal(chain=ACTS, **options) -> int:
    return seals.seal(chain, dates.now(), **options)


def act(verb="invoice_issued", **detail) -> Act:
    return acts.record(User.objects.service(), verb, account_id=7, detail=detail)


def found(chain=ACTS) -> list[tuple]:
    return [(f.seal, f.row, f.words) for f in verification.verify(chain).findings]


@pytest.fixture
def sealed(owner):
    """Three seals over two acts each."""
    rows = []
    for _ in range(3):
        rows += [act(), act()]
        assert seal() == 2
    return rows


# -- sealing -------------------------------------------------------------------------------------------------------------


def test_what_came_since_is_sealed_and_then_nothing_is_left(transactional_db):
    one, two = act(), act()
    assert seal() == 2
    assert seal() == 0
    only = Seal.objects.get()
    assert (only.kind, only.number, only.count, only.from_id, only.up_to) == ("acts", 1, 2, one.pk, two.pk)


def test_seals_are_chained(sealed):
    first, second, third = Seal.objects.order_by("number")
    assert (second.prev_hash, third.prev_hash) == (first.hash, second.hash)
    assert found() == []


def test_every_kind_of_what_is_written_once_is_sealed(transactional_db):
    by, office = User.objects.service(), make_office()
    make_charge(make_account(office, by), by)
    counts = sealing.seal_all(dates.now())
    assert {"acts", "history", "entries", "postings", "charges"} <= set(counts)
    assert counts["postings"] == 2
    assert [proof.found for proof in sealing.verify_all()] == [0] * len(sealing.CHAINS)


def test_a_row_that_is_still_on_its_way_is_waited_for_and_never_comes_to_lie_under_a_seal(transactional_db):
    """Its id is lower than that of a row which is there already."""
    under_way, go_on = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            act("slow")
            under_way.set()
            go_on.wait(20)
        connection.close()

    writer = threading.Thread(target=slow)
    writer.start()
    under_way.wait(20)
    quick = act("quick")
    assert seal(patience=0.2) == 0
    go_on.set()
    writer.join()
    assert seal() == 2
    assert Seal.objects.get().up_to == quick.pk
    assert found() == []


def test_without_waiting_the_late_row_would_lie_under_the_seal(transactional_db, monkeypatch):
    """The negative control of the test above."""
    monkeypatch.setattr(seals, "_writers", lambda cursor, chain: set())
    under_way, go_on = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            act("slow")
            under_way.set()
            go_on.wait(20)
        connection.close()

    writer = threading.Thread(target=slow)
    writer.start()
    under_way.wait(20)
    act("quick")
    assert seal() == 1
    go_on.set()
    writer.join()
    [(number, row, words)] = found()
    assert (number, row) == (1, Act.objects.get(verb="slow").pk)
    assert "slipped in" in words


def test_a_reader_is_not_waited_for(transactional_db):
    reading, go_on = threading.Event(), threading.Event()

    def read():
        with transaction.atomic():
            list(Act.objects.all())
            reading.set()
            go_on.wait(20)
        connection.close()

    act()
    reader = threading.Thread(target=read)
    reader.start()
    reading.wait(20)
    assert seal(patience=0.2) == 1
    go_on.set()
    reader.join()


def test_ids_of_transactions_that_were_undone_are_missed_by_nobody(transactional_db):
    act()
    try:
        with transaction.atomic():
            act("undone")
            raise RuntimeError
    except RuntimeError:
        pass
    act()
    assert seal() == 2
    assert found() == []


def test_many_sealers_at_once_make_one_chain(transactional_db):
    for _ in range(20):
        act()
    gate, errors = threading.Barrier(4), []

    def run():
        try:
            gate.wait(20)
            seal()
        except Exception as error:  # noqa: BLE001  told by the main thread
            errors.append(error)
        finally:
            connections.close_all()

    sealers = [threading.Thread(target=run) for _ in range(4)]
    for sealer in sealers:
        sealer.start()
    for sealer in sealers:
        sealer.join()
    seal()
    assert errors == []
    assert sum(Seal.objects.values_list("count", flat=True)) == 20
    assert found() == []


def test_a_great_backlog_is_sealed_in_pieces(transactional_db, monkeypatch):
    monkeypatch.setattr(seals, "BATCH", 3)
    for _ in range(7):
        act()
    assert seal() == 7
    assert list(Seal.objects.order_by("number").values_list("count", flat=True)) == [3, 3, 1]
    assert found() == []


def test_a_column_that_comes_later_breaks_no_seal(sealed, owner):
    owner.execute("ALTER TABLE audit_act ADD COLUMN later text NOT NULL DEFAULT 'x'")
    try:
        assert found() == []
    finally:
        owner.execute("ALTER TABLE audit_act DROP COLUMN later")
        connection.close()


# -- tampering -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "verb = 'invoice_issueD'", "at = at + interval '1 microsecond'", "account_id = 8", "account_id = NULL", "role = 'clerk'",
        "detail = '{\"a\": 1}'", "request_id = 'x'", "reason = ' '",
    ],
)  # fmt: skip
def test_one_changed_byte_is_found(sealed, owner, change):
    owner.execute(f"UPDATE audit_act SET {change} WHERE id = %s", [sealed[2].pk])
    assert found() == [(2, sealed[2].pk, f"row {sealed[2].pk} was changed after seal 2")]


def test_a_removed_row_is_found(sealed, owner):
    owner.execute("DELETE FROM audit_act WHERE id = %s", [sealed[5].pk])
    assert found() == [(3, sealed[5].pk, f"row {sealed[5].pk} is gone from under seal 3")]


@pytest.mark.parametrize("low", [False, True])
def test_a_row_slipped_in_is_found(owner, low):
    one, _, three = act(), act(), act()
    owner.execute("DELETE FROM audit_act WHERE id = %s", [one.pk + 1])  # an id that is free, as after a rollback
    seal()
    free = one.pk - 1000 if low else one.pk + 1
    owner.execute(
        "INSERT INTO audit_act SELECT (jsonb_populate_record(a, jsonb_build_object('id', %s))).* FROM audit_act a WHERE id = %s",
        [free, three.pk],
    )
    assert found() == [(1, free, f"row {free} was slipped in under seal 1")]
    act()
    seal()
    assert [row for _, row, _ in found()] == [free], "and the next seal does not bless it"


@pytest.mark.parametrize(
    "change",
    ["count = count + 1", "sealed_at = sealed_at - interval '1 day'", "prev_hash = repeat('1', 64)", "up_to = up_to + 1",
     "leaves = set_byte(leaves, 20, (get_byte(leaves, 20) + 1) % 256)", "hash = repeat('1', 64)", "columns = '[\"id\"]'"],
)  # fmt: skip
def test_a_changed_seal_is_found(sealed, owner, change):
    owner.execute(f"UPDATE audit_seal SET {change} WHERE kind = 'acts' AND number = 2")
    assert (2, None, "seal 2 was changed") in found()


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_removed_seal_is_found_the_last_one_too(sealed, owner, number):
    owner.execute("DELETE FROM audit_seal WHERE number = %s", [number])
    assert [(n, row) for n, row, words in found() if "is gone" in words] == [(number, None)]


def test_all_seals_removed_is_found(sealed, owner):
    owner.execute("DELETE FROM audit_seal")
    assert [number for number, _, words in found() if "is gone" in words] == [1, 2, 3]


def test_a_row_and_its_seal_made_to_agree_are_found_by_the_next_seal(sealed, owner):
    """Whoever changes a row and writes its seal anew breaks the chain behind it."""
    owner.execute("UPDATE audit_act SET verb = 'other' WHERE id = %s", [sealed[0].pk])
    forged = Seal.objects.get(number=1)
    pairs = seals.leaves(ACTS, forged.columns, 0, forged.up_to)
    forged.leaves = b"".join(seals.packed(leaf) for leaf in pairs)
    forged.hash = seals.seal_hash(forged)
    owner.execute("UPDATE audit_seal SET leaves = %s, hash = %s WHERE number = 1", [bytes(forged.leaves), forged.hash])
    assert found() == [(2, None, "seal 2 does not follow the seal before it")]


def test_ten_changed_rows_are_ten_findings(transactional_db, owner):
    for _ in range(10):
        act()
    seal()
    owner.execute("UPDATE audit_act SET reason = 'x'")
    assert len(found()) == 10


def test_the_ledger_is_sealed_against_its_owner(owner):
    by = User.objects.service()
    make_charge(make_account(make_office(), by), by)
    sealing.seal_all(dates.now())
    owner.execute("UPDATE accounts_posting SET cents = cents * 2")
    told = {proof.chain.kind: proof.found for proof in sealing.verify_all()}
    assert told == {chain.kind: 2 if chain.kind == "postings" else 0 for chain in sealing.CHAINS}


# -- the command, and the night ------------------------------------------------------------------------------------------


def command(*options) -> tuple[int, str]:
    out, code = StringIO(), 0
    try:
        call_command("verify_audit", *options, stdout=out)
    except SystemExit as left:
        code = left.code
    return code, out.getvalue()


def test_the_command_says_how_far_it_is_sealed(sealed):
    act()
    code, told = command()
    assert code == 0
    assert f"6 rows under 3 seals, sealed to row {sealed[-1].pk} at " in told
    assert "1 not sealed yet" in told
    assert told.endswith("The audit is whole.\n")


def test_the_command_names_the_row_and_fails(sealed, owner):
    owner.execute("UPDATE audit_act SET reason = 'x' WHERE id = %s", [sealed[3].pk])
    code, told = command()
    assert code == 1
    assert f"row {sealed[3].pk} was changed after seal 2" in told
    code, told = command("--json")
    told = json.loads(told)
    assert (code, told["ok"]) == (1, False)
    assert [(f["kind"], f["seal"], f["row"]) for f in told["findings"]] == [("acts", 2, sealed[3].pk)]


def test_a_head_noted_elsewhere_shows_a_chain_that_was_written_anew(sealed, owner):
    head = Seal.objects.get(number=2).hash
    assert command("--contains", head)[0] == 0
    owner.execute("DELETE FROM audit_seal; DELETE FROM audit_chainhead")
    seal()
    assert command()[0] == 0, "within the database nothing is left to tell"
    assert command("--contains", head)[0] == 1


def test_the_night_proves_once_and_records_what_it_found(sealed, owner):
    schedule.prove_today()
    schedule.prove_today()
    proof = Act.objects.get(verb="books_proved")
    assert (proof.detail["ok"], proof.detail["chains"]["acts"]["rows"]) == (True, 6)


def test_a_worker_seals_what_the_clock_asks_for(celery_workers, transactional_db):
    one = act()
    tasks.seal.delay()
    end = time.monotonic() + 20
    while not Seal.objects.filter(kind="acts", up_to__gte=one.pk).exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert Seal.objects.filter(kind="acts", up_to__gte=one.pk).exists()


def test_both_clocks_are_wound(settings):
    told = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {"office.seal", "office.proof"} <= told


def test_a_night_that_finds_something_says_so(sealed, owner):
    owner.execute("UPDATE audit_act SET reason = 'x' WHERE id = %s", [sealed[0].pk])
    schedule.prove_today()
    proof = Act.objects.get(verb="books_proved")
    assert (proof.detail["ok"], proof.detail["chains"]["acts"]["found"]) == (False, 1)
