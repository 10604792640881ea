"""The ledger's guards as SQL, applied by migration 0002. Hand-written: what a plain role can switch off is no guard.

Each function names its search_path: without it a temporary table of the ledger's name would fool the trigger.
"""

from billing_office.lib.guards import append_only

COMPOSITE_KEYS = """
ALTER TABLE accounts_posting
  ADD CONSTRAINT posting_entry_account FOREIGN KEY (entry_id, account_id) REFERENCES accounts_journalentry (id, account_id),
  ADD CONSTRAINT posting_charge_account FOREIGN KEY (charge_id, account_id) REFERENCES accounts_charge (id, account_id);
ALTER TABLE accounts_charge
  ADD CONSTRAINT charge_client_account FOREIGN KEY (client_id, account_id) REFERENCES accounts_client (id, account_id);
ALTER TABLE accounts_account
  ADD CONSTRAINT account_guarantor FOREIGN KEY (guarantor_id, id) REFERENCES accounts_client (id, account_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE accounts_message
  ADD CONSTRAINT message_document_addressee FOREIGN KEY (document_id, addressee) REFERENCES accounts_document (id, addressee);
"""

# Every entry's postings come in one INSERT of the entry's own transaction, two or more, summing to zero.
CHECK_POSTINGS = """
CREATE FUNCTION ledger_check_postings() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE bad record;
BEGIN
  SELECT n.entry_id, n.total, n.legs INTO bad
    FROM (SELECT entry_id, sum(cents) AS total, count(*) AS legs FROM new_postings GROUP BY entry_id) n
    LEFT JOIN accounts_journalentry e ON e.id = n.entry_id
   WHERE n.total <> 0 OR n.legs < 2 OR e.created_txid IS DISTINCT FROM txid_current()
      OR EXISTS (SELECT 1 FROM accounts_posting p WHERE p.entry_id = n.entry_id OFFSET n.legs)
   LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'journal entry %: % postings, sum %; they must be all of its postings, in its own transaction, summing to zero',
      bad.entry_id, bad.legs, bad.total USING ERRCODE = '23514', CONSTRAINT = 'ledger_entry_balanced_and_closed';
  END IF;
  SELECT p.payment_id, sum(p.cents) AS total INTO bad
    FROM accounts_posting p
   WHERE p.book = 'unapplied' AND p.payment_id IN (SELECT payment_id FROM new_postings WHERE book = 'unapplied')
   GROUP BY p.payment_id, p.account_id HAVING sum(p.cents) > 0 LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'payment %: more was spent than came in', bad.payment_id
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_payment_not_overspent';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_check_postings AFTER INSERT ON accounts_posting
  REFERENCING NEW TABLE AS new_postings FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_postings();
"""

# The one case that a trigger on postings never sees.
ENTRY_HAS_POSTINGS = """
CREATE FUNCTION ledger_entry_has_postings() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM accounts_posting WHERE entry_id = NEW.id) THEN
    RAISE EXCEPTION 'journal entry % has no postings', NEW.id USING ERRCODE = '23514', CONSTRAINT = 'ledger_entry_has_postings';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_entry_has_postings AFTER INSERT ON accounts_journalentry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_has_postings();
"""

# The entry's transaction is what the database says, not the application; a reversal is never reversed.
BEFORE_ENTRY = """
CREATE FUNCTION ledger_before_entry() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  NEW.created_txid := txid_current();
  NEW.posted_at := clock_timestamp();
  IF NEW.reverses_id IS NOT NULL AND EXISTS (
       SELECT 1 FROM accounts_journalentry WHERE id = NEW.reverses_id AND (reverses_id IS NOT NULL OR account_id <> NEW.account_id)) THEN
    RAISE EXCEPTION 'entry % is a reversal or of another account', NEW.reverses_id
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_no_reversal_of_reversal';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_before_entry BEFORE INSERT ON accounts_journalentry FOR EACH ROW EXECUTE FUNCTION ledger_before_entry();
"""

# No entry is dated into a closed period. Each entry shares the lock that closing takes alone: an entry on its way is either
# in the snapshot or refused.
CLOSED_PERIODS = """
CREATE FUNCTION ledger_closed_periods() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE closed date;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtext('accounts_period'));
  SELECT max(last_day) INTO closed FROM accounts_period;
  IF NEW.effective_date <= closed THEN
    RAISE EXCEPTION 'the books are closed through %, and the entry is dated %', closed, NEW.effective_date
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_period_is_open';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_closed_periods BEFORE INSERT ON accounts_journalentry
  FOR EACH ROW EXECUTE FUNCTION ledger_closed_periods();
"""

# A document's words never change, its bytes are set once.
DOCUMENT_FROZEN = """
CREATE FUNCTION document_frozen() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.blob_id IS NOT NULL
     OR (OLD.account_id, OLD.payer_id, OLD.kind, OLD.number, OLD.template, OLD.paper, OLD.context, OLD.created_at)
        IS DISTINCT FROM (NEW.account_id, NEW.payer_id, NEW.kind, NEW.number, NEW.template, NEW.paper, NEW.context, NEW.created_at) THEN
    RAISE EXCEPTION 'document % is frozen', OLD.number USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER document_frozen BEFORE UPDATE OR DELETE ON accounts_document FOR EACH ROW EXECUTE FUNCTION document_frozen();
"""

APPEND_ONLY = ["journalentry", "posting", "charge", "payment", "due", "blob", "note"]


def everything() -> str:
    tables = "".join(append_only(f"accounts_{name}") for name in APPEND_ONLY)
    return COMPOSITE_KEYS + CHECK_POSTINGS + ENTRY_HAS_POSTINGS + BEFORE_ENTRY + DOCUMENT_FROZEN + tables
