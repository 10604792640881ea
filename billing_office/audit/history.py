"""Field history: who changed which field of the office's records, from what to what, when, in which request.

Kept by triggers of our own, not by a library. A library's history (django-pghistory was tried) writes as the
application's role and stands behind a switch, `SET pgtrigger.ignore`, that any role may turn. Ours has no switch: it
runs as the owner of the tables (SECURITY DEFINER), so billing_app can neither turn it off nor write history itself; it
can only read it. Forms, bulk updates and plain SQL are all seen, since the table itself tells.

Which tables keep history is one list beside the grants (billing_office/grants.py), applied after each migrate. What is
secret never enters: `shown` names the columns whose values may stand in history, every other column is kept as
"changed" without its values, `skipped` ones not at all.
"""

from dataclasses import dataclass

FUNCTION = """
CREATE FUNCTION audit_history() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  before jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
  after jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
  one jsonb := CASE WHEN TG_OP = 'INSERT' THEN to_jsonb(NEW) ELSE to_jsonb(OLD) END;
  skipped text[] := string_to_array(TG_ARGV[1], ',');
  shown text[] := string_to_array(TG_ARGV[2], ',');
  told jsonb;
  account bigint;
BEGIN
  SELECT jsonb_object_agg(name, CASE WHEN shown = '{*}' OR name = ANY (shown)
                                     THEN jsonb_build_array(before -> name, after -> name) ELSE '["…", "…"]' END)
    INTO told FROM jsonb_object_keys(before || after) AS name
   WHERE coalesce(before -> name, 'null') <> coalesce(after -> name, 'null') AND name <> ALL (skipped)
     AND (TG_OP = 'UPDATE' OR one -> name NOT IN ('null', '""'));
  IF told IS NULL THEN
    RETURN NULL;
  END IF;
  account := CASE TG_ARGV[0]
    WHEN '' THEN NULL
    WHEN 'client_id' THEN (SELECT account_id FROM accounts_client WHERE id = (one ->> 'client_id')::bigint)
    ELSE (one ->> TG_ARGV[0])::bigint END;
  INSERT INTO audit_change (table_name, row_id, account_id, op, changes, actor_id, request_id, role_name, txid, at)
  VALUES (TG_TABLE_NAME, (one ->> 'id')::bigint, account, lower(TG_OP), told,
          nullif(current_setting('office.actor', true), '')::bigint, coalesce(current_setting('office.request', true), ''),
          session_user, pg_current_xact_id()::text::bigint, clock_timestamp());
  RETURN NULL;
END $$;
-- Whoever may execute it could hang it on a temporary table and write history that never was.
REVOKE EXECUTE ON FUNCTION audit_history() FROM PUBLIC;
"""


@dataclass(frozen=True)
class Kept:
    """How one table keeps its history.

    `account` is the column that leads to the account: "id", "account_id", "client_id", or "" where none does.
    """

    account: str = ""
    skipped: tuple[str, ...] = ("id", "lock_version", "sort_key")
    shown: tuple[str, ...] = ("*",)


def keep(cursor, table: str, kept: Kept):
    """Hang the trigger on the table; again changes nothing. For the tables' owner."""
    given = ", ".join(f"'{text}'" for text in (kept.account, ",".join(kept.skipped), ",".join(kept.shown)))
    cursor.execute(
        f'CREATE OR REPLACE TRIGGER audit_history AFTER INSERT OR UPDATE OR DELETE ON "{table}"'
        f" FOR EACH ROW EXECUTE FUNCTION audit_history({given})"
    )
