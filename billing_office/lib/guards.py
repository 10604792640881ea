"""SQL that makes a table append-only, for migrations. Hand-written: a library's switchable triggers are no guard."""

APPEND_ONLY = """
CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""


def append_only(table: str) -> str:
    """Refuse UPDATE, DELETE and TRUNCATE of `table`, whoever asks."""
    return f"""
{APPEND_ONLY}
CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER append_only_table BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION append_only();
"""
