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
            name='Books',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('directory', models.TextField()),
                ('beginning', models.CharField(help_text='SHA-256 of the first patient, claim and row.', max_length=64, unique=True)),
                ('mode', models.CharField(choices=[('all', 'Everything, as it was posted'), ('charges', 'Charges only, still to be worked')], max_length=7)),
                ('until', models.DateField(help_text='The day that the newest service was moved to.', null=True)),
                ('shift_days', models.IntegerField(default=0, help_text='By how many days all days were moved for that.')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('office', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='staff.office')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Known',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('external_id', models.CharField(max_length=100)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.account')),
                ('books', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='known', to='intake.books')),
                ('payer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.payer')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('account__isnull', False), ('payer__isnull', True)), models.Q(('account__isnull', True), ('payer__isnull', False)), _connector='OR'), name='known_is_account_or_payer'), models.UniqueConstraint(condition=models.Q(('payer', None)), fields=('books', 'external_id'), name='known_patient_once'), models.UniqueConstraint(condition=models.Q(('account', None)), fields=('books', 'external_id'), name='known_payer_once')],
            },
        ),
    ]
