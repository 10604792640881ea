from django.db import migrations

from accounts import guards


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunSQL(guards.everything())]
