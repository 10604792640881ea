"""The guard of requests as SQL: what was asked stands, and a decision is made once, whoever asks the database."""

DECIDED_ONCE = """
CREATE FUNCTION request_decided_once() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.decision <> ''
     OR (to_jsonb(OLD) - '{decision,decided_by_id,decided_at,answer,outcome}'::text[])
        IS DISTINCT FROM (to_jsonb(NEW) - '{decision,decided_by_id,decided_at,answer,outcome}'::text[]) THEN
    RAISE EXCEPTION 'request % is decided or frozen', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER request_decided_once BEFORE UPDATE OR DELETE ON approvals_request
  FOR EACH ROW EXECUTE FUNCTION request_decided_once();
"""
