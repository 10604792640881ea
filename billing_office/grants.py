"""What billing_app, the role that everything but migrations runs as, may do: one list, applied after each migrate.

The guards' triggers refuse changes whoever asks; these grants refuse them to the application before a trigger is asked.
"""

from django.db import connections

ALL = "SELECT, INSERT, UPDATE, DELETE"
APPEND = "SELECT, INSERT"

# Tables not named here get ALL. A name ending in a bracket grants UPDATE on those columns only.
PROTECTED = {
    "accounts_journalentry": APPEND,
    "accounts_posting": APPEND,
    "accounts_charge": APPEND,
    "accounts_payment": APPEND,
    "accounts_due": APPEND,
    "accounts_blob": APPEND,
    "accounts_note": APPEND,
    "accounts_period": APPEND,
    "accounts_snapshot": APPEND,
    "accounts_openitem": f"{APPEND}, UPDATE (cents, since)",
    "accounts_accountbalance": f"{APPEND}, UPDATE (receivable_cents, unapplied_cents)",
    "accounts_document": f"{APPEND}, UPDATE (blob_id, rendered_at)",
    "invoices_invoice": f"{APPEND}, UPDATE (voided_at)",
    "invoices_invoiceline": APPEND,
    "dunning_contactevent": APPEND,
    "audit_act": APPEND,
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
        cursor.execute("GRANT USAGE ON SCHEMA public TO billing_app")
        cursor.execute("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM billing_app")
        for table in tables:
            cursor.execute(f'GRANT {PROTECTED.get(table, ALL)} ON "{table}" TO billing_app')
        cursor.execute("REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM billing_app")
        cursor.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO billing_app")
