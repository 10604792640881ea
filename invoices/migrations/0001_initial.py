import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('staff', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Invoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=30, unique=True)),
                ('series_number', models.BigIntegerField()),
                ('issued_on', models.DateField()),
                ('due_on', models.DateField()),
                ('cents', models.BigIntegerField()),
                ('content_hash', models.CharField(max_length=64)),
                ('source_key', models.CharField(max_length=120, unique=True)),
                ('issued_at', models.DateTimeField(auto_now_add=True)),
                ('voided_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to='accounts.account')),
                ('document', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='invoice', to='accounts.document')),
                ('issued_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('office', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to='staff.office')),
                ('payer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to='accounts.payer')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='InvoiceLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cents', models.BigIntegerField()),
                ('description', models.CharField(max_length=200)),
                ('code', models.CharField(blank=True, max_length=20)),
                ('service_on', models.DateField()),
                ('client_name', models.CharField(max_length=160)),
                ('billed_cents', models.BigIntegerField()),
                ('off_cents', models.BigIntegerField(default=0, help_text='Agreed discount and other adjustments.')),
                ('payers_paid_cents', models.BigIntegerField(default=0)),
                ('others_cents', models.BigIntegerField(default=0, help_text='Still asked of others, or paid by the addressee before.')),
                ('invoice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='invoices.invoice')),
                ('open_item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invoice_lines', to='accounts.openitem')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(fields=['account', '-id'], name='invoice_by_account'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('account__isnull', False), ('payer__isnull', True)), models.Q(('account__isnull', True), ('payer__isnull', False)), _connector='OR'), name='invoice_has_one_addressee'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.UniqueConstraint(fields=('office', 'series_number'), name='invoice_number_once_in_series'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(('cents__gt', 0)), name='invoice_asks_for_something'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(('due_on__gte', models.F('issued_on'))), name='invoice_due_after_issue'),
        ),
        migrations.AddConstraint(
            model_name='invoiceline',
            constraint=models.UniqueConstraint(fields=('invoice', 'open_item'), name='invoice_line_once_an_item'),
        ),
        migrations.AddConstraint(
            model_name='invoiceline',
            constraint=models.CheckConstraint(condition=models.Q(('cents__gt', 0)), name='invoice_line_asks_for_something'),
        ),
    ]
