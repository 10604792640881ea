"""Who changed which field, from what to what: by form, in bulk, by plain SQL; and nobody can leave it out."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from accounts.models import Account, AccountFlag, Client, ContactPoint, Hold, Payer
from billing_office.audit.acting import acting
from billing_office.audit.models import Act, Change
from billing_office.lib import dates
from billing_office.staff.models import Office, User
from dunning.models import ReminderLevel
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def last() -> Change:
    return Change.objects.first()


def sql(statement: str, *params):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)


# -- what is kept --------------------------------------------------------------------------------------------------------


def test_a_change_by_form_names_who_and_in_which_request(clerk, account):
    client = account.guarantor
    form = {
        "first_name": "Robert",
        "last_name": "Whyte",
        "kind": "person",
        "language": "en",
        "served": "on",
        "lock_version": "1",
    }
    assert clerk.post(reverse("client_edit", args=[client.pk]), form).status_code == 302
    change = Change.objects.get(table_name="accounts_client", op="update", row_id=client.pk)
    act = Act.objects.get(verb="client_edited")
    assert change.changes["last_name"] == ["White", "Whyte"]
    assert (change.actor_id, change.account_id, change.role_name) == (clerk.user.pk, account.pk, "billing_app")
    assert change.request_id == act.request_id != ""


def test_a_bulk_update_is_seen_row_by_row(account, foreign):
    Client.objects.update(relation="cousin")
    rows = Change.objects.filter(table_name="accounts_client", op="update")
    assert {(row.account_id, str(row.changes)) for row in rows} == {
        (one.pk, "{'relation': ['', 'cousin']}") for one in (account, foreign)
    }


def test_plain_sql_is_seen_and_nobody_signs_it(account):
    sql("UPDATE accounts_account SET financial_class = 'charity' WHERE id = %s", account.pk)
    assert (last().changes, last().actor_id, last().request_id) == (
        {"financial_class": ["self_pay", "charity"]},
        None,
        "",
    )
    assert (last().account_id, last().row_id, last().table_name) == (account.pk, account.pk, "accounts_account")


def test_what_is_deleted_is_kept_whole(account, by):
    flag = AccountFlag.objects.create(
        account=account, kind="cease", since=dates.today(), reason="asked by letter", set_by=by
    )
    pk = flag.pk
    flag.delete()
    assert (last().op, last().row_id, last().account_id) == ("delete", pk, account.pk)
    assert last().changes["reason"] == ["asked by letter", None]


def test_what_is_new_is_kept_with_its_values(account, by):
    point = ContactPoint.objects.create(client=account.guarantor, kind="phone", value="(512) 555-0199")
    change = Change.objects.get(table_name="accounts_contactpoint", row_id=point.pk)
    assert (change.op, change.account_id) == ("insert", account.pk)
    assert change.changes["value"] == [None, "(512) 555-0199"]
    assert "street" not in change.changes


def test_saving_without_a_change_leaves_no_history(account):
    before = Change.objects.count()
    Client.objects.filter(pk=account.guarantor_id).update(last_name="White")
    account.guarantor.save()
    assert Change.objects.count() == before


KEPT = {
    Account: {"closed_on": "2026-01-09"}, Client: {"birth_date": "1990-01-01"}, ContactPoint: {"source": "phone call"},
    AccountFlag: {"reason": "other"}, Hold: {"reason": "other"}, Payer: {"phone": "555"}, Office: {"phone": "555"},
    ReminderLevel: {"lead": "other"}, User: {"name": "Other Name"},
}  # fmt: skip


@pytest.mark.parametrize("model", KEPT, ids=lambda model: model.__name__)
def test_every_kind_of_record_keeps_its_history(model, account, payer, by):
    common = {"account": account, "since": dates.today(), "reason": "x", "set_by": by}
    AccountFlag.objects.create(kind="cease", **common)
    Hold.objects.create(kind="review", **common)
    pk = model.objects.order_by("pk").values_list("pk", flat=True).last()
    [(name, value)] = KEPT[model].items()
    model.objects.filter(pk=pk).update(**{name: value})
    change = last()
    assert (change.table_name, change.row_id, change.op) == (model._meta.db_table, pk, "update")
    assert change.changes[name][1] == value


def test_which_office_a_person_may_see_is_kept(office, other_office):
    person = make_user("clerk", office)
    person.offices.set([other_office])
    told = [
        (change.op, change.changes["office_id"])
        for change in Change.objects.filter(table_name="staff_user_offices")[:2]
    ]
    assert sorted(told) == [("delete", [office.pk, None]), ("insert", [None, other_office.pk])]


def test_a_password_is_never_in_history(office):
    person = make_user("clerk", office, password="correct horse battery")
    person.set_password("another long password")
    person.save()
    assert last().changes == {"password": ["…", "…"]}
    everything = " ".join(str(change) for change in Change.objects.values_list("changes", flat=True))
    assert "pbkdf2" not in everything


def test_a_sign_in_is_no_change_of_the_person(office):
    person = make_user("clerk", office)
    before = Change.objects.count()
    User.objects.filter(pk=person.pk).update(last_login=dates.now())
    assert Change.objects.count() == before


def test_a_stale_name_does_not_stay_in_the_transaction(account, by):
    with acting(lambda: by.pk):
        Client.objects.filter(pk=account.guarantor_id).update(relation="aunt")
    assert last().actor_id == by.pk
    Client.objects.filter(pk=account.guarantor_id).update(relation="uncle")
    assert last().actor_id is None


def test_a_name_that_is_no_number_reaches_no_statement(account):
    with acting(lambda: "1', true); DROP TABLE x; --"), pytest.raises(ValueError, match="plain"):
        Client.objects.update(relation="x")


# -- nobody leaves it out ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "trick",
    [
        "SET pgtrigger.ignore = '{audit_history}'",
        "SET LOCAL office.actor = '999'",
        "SET CONSTRAINTS ALL DEFERRED",
        "SET LOCAL search_path = pg_temp, public",
        "SET LOCAL check_function_bodies = off",
    ],
)
def test_no_setting_leaves_a_change_out(trick, account):
    before = Change.objects.count()
    sql(trick)
    sql("UPDATE public.accounts_client SET relation = 'cousin' WHERE id = %s", account.guarantor_id)
    assert Change.objects.count() == before + 1
    sql("RESET search_path")


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE accounts_client DISABLE TRIGGER audit_history", "DROP TRIGGER audit_history ON accounts_client",
        "SET session_replication_role = replica", "DELETE FROM audit_change", "UPDATE audit_change SET actor_id = 1",
        "TRUNCATE audit_change", "TRUNCATE accounts_client CASCADE",
    ],
)  # fmt: skip
def test_the_application_cannot_switch_it_off(statement, account):
    with pytest.raises(DatabaseError, match="permission denied|must be owner"):
        sql(statement)


def test_the_owner_who_switches_it_off_is_the_negative_control(account, owner):
    before = Change.objects.count()
    owner.execute("UPDATE accounts_client SET relation = 'cousin'")
    assert Client.objects.filter(relation="cousin").exists()
    assert Change.objects.count() == before
