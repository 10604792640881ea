from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0017_look_on'),
        ('dunning', '0003_payers'),
    ]

    operations = [
        migrations.RunSQL("""
            UPDATE accounts_accountbalance b SET look_on = c.look_on
              FROM dunning_dunningcycle c WHERE c.closed_on IS NULL AND c.account_id = b.account_id
        """),
    ]
