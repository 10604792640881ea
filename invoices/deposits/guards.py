"""The guards of deposits as SQL: what is closed or discarded stands, whoever asks the database."""

GUARDS = """
CREATE FUNCTION deposit_frozen() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.closed_at IS NOT NULL OR OLD.dropped_at IS NOT NULL
     OR (OLD.office_id, OLD.day, OLD.method, OLD.drawer_id, OLD.opened_by_id, OLD.opened_at)
        IS DISTINCT FROM (NEW.office_id, NEW.day, NEW.method, NEW.drawer_id, NEW.opened_by_id, NEW.opened_at) THEN
    RAISE EXCEPTION 'deposit % is frozen', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER deposit_frozen BEFORE UPDATE OR DELETE ON invoices_deposit FOR EACH ROW EXECUTE FUNCTION deposit_frozen();

-- The row lock makes whoever closes wait for who is adding, and the other way round.
CREATE FUNCTION deposit_line_frozen() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  deposit bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.deposit_id ELSE NEW.deposit_id END;
BEGIN
  PERFORM 1 FROM invoices_deposit WHERE id = deposit AND closed_at IS NULL AND dropped_at IS NULL FOR SHARE;
  IF NOT FOUND OR TG_OP = 'UPDATE' THEN
    RAISE EXCEPTION 'deposit % takes and gives no receipt', deposit USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER deposit_line_frozen BEFORE INSERT OR UPDATE OR DELETE ON invoices_depositline
  FOR EACH ROW EXECUTE FUNCTION deposit_line_frozen();

-- Whoever took cash of the day does not close it.
ALTER TABLE invoices_dayclose ADD CONSTRAINT day_is_not_closed_by_its_takers CHECK (NOT closed_by_id = ANY (takers));
"""
