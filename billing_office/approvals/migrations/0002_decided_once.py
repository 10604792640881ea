from django.db import migrations

from billing_office.approvals import guards


class Migration(migrations.Migration):
    dependencies = [("approvals", "0001_initial")]
    operations = [migrations.RunSQL(guards.DECIDED_ONCE)]
