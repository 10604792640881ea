from django.db import migrations

from billing_office.lib.guards import append_only


class Migration(migrations.Migration):
    dependencies = [("dunning", "0001_initial")]
    operations = [migrations.RunSQL(append_only("dunning_contactevent"))]
