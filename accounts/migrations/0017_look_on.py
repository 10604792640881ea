from django.db import migrations, models

KNOWN = """
UPDATE accounts_accountbalance b SET look_on = d.day
  FROM (SELECT i.account_id, min(greatest(d.due_on, d.in_force_from)) AS day
          FROM accounts_due d JOIN accounts_openitem i ON i.id = d.open_item_id
         WHERE i.payer_id IS NULL AND i.cents > 0 AND d.cents > 0 GROUP BY i.account_id) d
 WHERE b.account_id = d.account_id;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0016_name_bearers'),
    ]

    operations = [
        migrations.AddField(
            model_name='accountbalance',
            name='look_on',
            field=models.DateField(null=True),
        ),
        migrations.RunSQL(KNOWN),
        migrations.AddIndex(
            model_name='accountbalance',
            index=models.Index(condition=models.Q(('look_on__isnull', False)), fields=['look_on'], name='balance_to_look_at'),
        ),
    ]
