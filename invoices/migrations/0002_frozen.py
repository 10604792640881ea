from django.db import migrations

from billing_office.lib.guards import append_only

# An invoice is never edited or deleted; the one thing that may be added is the act of voiding, once.
FROZEN = """
CREATE FUNCTION invoice_frozen() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.voided_at IS NOT NULL OR NEW.voided_at IS NULL OR to_jsonb(OLD) - 'voided_at' <> to_jsonb(NEW) - 'voided_at' THEN
    RAISE EXCEPTION 'invoice % is frozen', OLD.number USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER invoice_frozen BEFORE UPDATE OR DELETE ON invoices_invoice FOR EACH ROW EXECUTE FUNCTION invoice_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("invoices", "0001_initial")]
    operations = [migrations.RunSQL(FROZEN + append_only("invoices_invoiceline"))]
