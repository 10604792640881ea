from django.db import migrations

from billing_office.audit import history
from billing_office.lib.guards import append_only

# An act is dated by the database: who may write acts may not date them back.
DATED = """
CREATE FUNCTION act_dated() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  NEW.at := clock_timestamp();
  RETURN NEW;
END $$;
CREATE TRIGGER act_dated BEFORE INSERT ON audit_act FOR EACH ROW EXECUTE FUNCTION act_dated();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_seals_and_history")]
    operations = [
        migrations.RunSQL(DATED + history.FUNCTION + append_only("audit_change") + append_only("audit_seal"))
    ]
