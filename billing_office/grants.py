"""What billing_app, the role that everything but migrations runs as, may do: one list, applied after each migrate.

The guards' triggers refuse changes whoever asks; these grants refuse them to the application before a trigger is asked.
Every table stands in PROTECTED or in ORDINARY; a new one that stands in neither may not even be read. HISTORY says which
tables tell the audit of each change to their rows.
"""

from django.db import connections

from billing_office.audit.history import Kept, keep

ALL = "SELECT, INSERT, UPDATE, DELETE"
APPEND = "SELECT, INSERT"
READ = "SELECT"

# What was written stays. A name ending in a bracket grants UPDATE on those columns only.
PROTECTED = {
    "accounts_journalentry": APPEND,
    "accounts_posting": APPEND,
    "accounts_charge": APPEND,
    "accounts_payment": APPEND,
    "accounts_due": APPEND,
    "accounts_blob": APPEND,
    "accounts_note": APPEND,
    "accounts_contactmade": APPEND,
    "accounts_mention": f"{APPEND}, UPDATE (read_at)",
    "accounts_followup": f"{APPEND}, UPDATE (done_by_id, done_at)",
    "accounts_period": APPEND,
    "accounts_snapshot": APPEND,
    "accounts_openitem": f"{APPEND}, UPDATE (cents, since)",
    "accounts_accountbalance": f"{APPEND}, UPDATE (receivable_cents, unapplied_cents, look_on)",
    "accounts_document": f"{APPEND}, UPDATE (blob_id, rendered_at)",
    "accounts_refund": APPEND,
    "accounts_payout": APPEND,
    "accounts_run": f"{APPEND}, UPDATE (started_at, posted_at, undo_by_id, undo_why, undo_at, undone_at)",
    "accounts_merge": f"{APPEND}, UPDATE (undone_by_id, undone_at)",
    "accounts_keptapart": APPEND,
    "accounts_attachment": f"{APPEND}, UPDATE (withdrawn_by_id, withdrawn_at, withdrawn_why)",
    "accounts_runline": f"{APPEND}, UPDATE (entry_id, left_out, kept)",
    "invoices_invoice": f"{APPEND}, UPDATE (voided_at)",
    "invoices_invoiceline": APPEND,
    "invoices_creditnote": APPEND,
    "invoices_deposit": (
        f"{APPEND}, UPDATE (counted_cents, expected_cents, difference_reason, counted_by_id, counted_at, closed_by_id,"
        " closed_at, dropped_at)"
    ),
    "invoices_clearing": f"{APPEND}, UPDATE (undone_by_id, undone_at)",
    "invoices_dayclose": APPEND,
    "invoices_bankimport": f"{APPEND}, UPDATE (rows, findings, known, read_at, undone_by_id, undone_at)",
    "invoices_bankline": f"{APPEND}, UPDATE (chosen, trouble, aside, undone_at)",
    "insurance_exchange": f"{APPEND}, UPDATE (state, attempts, error, answer_id, sent_at, answered_at)",
    "insurance_verification": (
        f"{APPEND}, UPDATE (state, enrolment, benefits, other_coverage, said, exchange_id, checked_on)"
    ),
    "insurance_verificationbatch": APPEND,
    "insurance_benefit": APPEND,
    "insurance_advice": APPEND,
    "insurance_goodfaithrequest": APPEND,
    "insurance_goodfaithreview": APPEND,
    "dunning_contactevent": APPEND,
    "approvals_request": f"{APPEND}, UPDATE (decision, decided_by_id, decided_at, answer, outcome)",
    "audit_act": APPEND,
    "audit_change": READ,  # its trigger alone writes
    "audit_seal": APPEND,
    "audit_chainhead": f"{APPEND}, UPDATE (number, hash)",
    "staff_logo": APPEND,
    "django_migrations": READ,
}

# What the office may change and delete: state, settings, records of people. Their history is below, or is none.
ORDINARY = {
    "accounts_account",
    "accounts_accountfact",
    "accounts_accountflag",
    "accounts_client",
    "accounts_contactpoint",
    "accounts_hold",
    "accounts_ledgeraccount",
    "accounts_message",
    "accounts_moneyrule",
    "accounts_namebearer",
    "accounts_nameword",
    "accounts_numberseries",
    "accounts_payer",
    "accounts_reason",
    "accounts_snooze",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
    "django_session",
    "desk_bulkline",
    "desk_bulkrun",
    "desk_savedlist",
    "dunning_compliancerule",
    "dunning_dunningcycle",
    "dunning_reminder",
    "dunning_reminderlevel",
    "insurance_authorization",
    "insurance_authorizationline",
    "insurance_authorizationrule",
    "insurance_cheaperway",
    "insurance_code",
    "insurance_codeload",
    "insurance_contract",
    "insurance_coverage",
    "insurance_duty",
    "insurance_estimate",
    "insurance_estimatefigure",
    "insurance_estimateline",
    "insurance_fee",
    "insurance_feeschedule",
    "insurance_holiday",
    "insurance_payerprofile",
    "insurance_plan",
    "insurance_verificationrule",
    "insurance_verificationtask",
    "insurance_visit",
    "intake_accountimport",
    "intake_books",
    "intake_takenaccount",
    "intake_takencoverage",
    "invoices_bankaccount",
    "invoices_depositline",
    "invoices_recurringcharge",
    "intake_known",
    "outbox_job",
    "outbox_pause",
    "outbox_run",
    "staff_keptform",
    "staff_office",
    "staff_officefield",
    "staff_recoverycode",
    "staff_secondfactor",
    "staff_trycount",
    "staff_user",
    "staff_user_offices",
}

HISTORY = {
    "accounts_account": Kept("id"),
    "accounts_client": Kept("account_id"),
    "accounts_contactpoint": Kept("client_id"),
    "accounts_accountflag": Kept("account_id"),
    "accounts_accountfact": Kept("account_id"),
    "accounts_hold": Kept("account_id"),
    "accounts_payer": Kept(),
    "accounts_ledgeraccount": Kept(),
    "accounts_reason": Kept(),
    "invoices_bankaccount": Kept(),
    "invoices_recurringcharge": Kept("account_id"),
    "accounts_moneyrule": Kept(),
    "insurance_authorization": Kept(),
    "insurance_authorizationline": Kept(),
    "insurance_authorizationrule": Kept(),
    "insurance_cheaperway": Kept(),
    "insurance_contract": Kept(),
    "insurance_coverage": Kept("client_id"),
    "insurance_duty": Kept(),
    "insurance_feeschedule": Kept(),
    "insurance_holiday": Kept(),
    "insurance_payerprofile": Kept(),
    "insurance_plan": Kept(),
    "insurance_verificationrule": Kept(),
    "insurance_verificationtask": Kept("coverage_id"),
    "insurance_visit": Kept("client_id"),
    "dunning_reminderlevel": Kept(),
    "dunning_compliancerule": Kept(),
    "staff_office": Kept(),
    "staff_officefield": Kept(),
    # That a password or a way to end sessions changed is told, never what it is.
    "staff_user": Kept(skipped=("id", "last_login"), shown=("username", "name", "email", "role", "is_active")),
    "staff_user_offices": Kept(),
}


def apply(using="default", **_):
    """Set the grants to the list. Does nothing on a connection that does not own the tables, or where the role is missing."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'billing_app'")
        if not cursor.fetchone():
            return
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND pg_has_role(current_user, c.relowner, 'usage')"
        )
        tables = [row[0] for row in cursor.fetchall()]
        if not tables:
            return
        cursor.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC, billing_app")  # as databases older than 15 had it
        cursor.execute("GRANT USAGE ON SCHEMA public TO billing_app")
        cursor.execute("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, billing_app")
        for table in tables:
            if granted := PROTECTED.get(table) or (table in ORDINARY and ALL):
                cursor.execute(f'GRANT {granted} ON "{table}" TO billing_app')
        cursor.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO billing_app")
        for table in HISTORY.keys() & set(tables):
            keep(cursor, table, HISTORY[table])
