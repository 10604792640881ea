from django.db import migrations

from accounts import guards
from billing_office.lib.guards import append_only


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_periods")]
    operations = [
        migrations.RunSQL(guards.CLOSED_PERIODS + append_only("accounts_period") + append_only("accounts_snapshot"))
    ]
