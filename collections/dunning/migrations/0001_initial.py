import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ComplianceRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule_id', models.CharField(max_length=20)),
                ('version', models.PositiveSmallIntegerField(default=1)),
                ('active', models.BooleanField(default=True)),
                ('severity', models.CharField(choices=[('block', 'Nobody may override'), ('warn', 'A supervisor may override')], default='block', max_length=5)),
                ('sentence', models.CharField(help_text='What it forbids, in words.', max_length=200)),
                ('way_round', models.CharField(help_text='What the clerk can do next.', max_length=200)),
                ('scope', models.CharField(max_length=60)),
                ('params', models.JSONField(blank=True, default=dict)),
                ('citation', models.CharField(max_length=200)),
                ('source_url', models.URLField(blank=True)),
                ('effective_from', models.DateField()),
                ('effective_to', models.DateField(blank=True, null=True)),
                ('confirmed_by', models.CharField(blank=True, max_length=80)),
                ('confirmed_on', models.DateField(blank=True, null=True)),
            ],
            options={
                'ordering': ['rule_id', 'version'],
                'constraints': [models.UniqueConstraint(fields=('rule_id', 'version'), name='rule_version_once')],
            },
        ),
        migrations.CreateModel(
            name='DunningCycle',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('opened_on', models.DateField()),
                ('closed_on', models.DateField(null=True)),
                ('look_on', models.DateField()),
                ('waits_for', models.CharField(blank=True, help_text='Why the last look sent nothing.', max_length=200)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='dunning_cycles', to='accounts.account')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Reminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.PositiveSmallIntegerField()),
                ('level_name', models.CharField(max_length=40)),
                ('on', models.DateField()),
                ('cents', models.BigIntegerField()),
                ('cycle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='dunning.dunningcycle')),
                ('message', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='reminder', to='accounts.message')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='ReminderLevel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lock_version', models.PositiveIntegerField(default=1, editable=False)),
                ('level', models.PositiveSmallIntegerField(unique=True)),
                ('name', models.CharField(help_text='As the document says it: Courtesy, Urgent, Final.', max_length=40)),
                ('days_after_due', models.SmallIntegerField(help_text='0 is the due date itself.', unique=True)),
                ('least_cents', models.BigIntegerField(default=100, help_text='Below it no reminder goes out.', verbose_name='smallest amount')),
                ('respite_days', models.PositiveSmallIntegerField(default=14, help_text='Days to pay that the reminder gives.')),
                ('lead', models.CharField(help_text='First sentence. {amount} and {due} are filled in.', max_length=300)),
                ('paragraph', models.CharField(blank=True, max_length=600)),
                ('active', models.BooleanField(default=True)),
            ],
            options={
                'ordering': ['days_after_due'],
                'constraints': [models.CheckConstraint(condition=models.Q(('days_after_due__gte', 0), ('days_after_due__lte', 730)), name='level_within_two_years'), models.CheckConstraint(condition=models.Q(('least_cents__gte', 1)), name='level_reminds_of_something')],
            },
        ),
        migrations.CreateModel(
            name='ContactEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('action', models.CharField(max_length=12)),
                ('channel', models.CharField(max_length=6)),
                ('stage', models.CharField(choices=[('sending', 'Sending'), ('sent', 'Sent'), ('failed', 'Failed'), ('printed', 'Printed')], max_length=8)),
                ('to', models.CharField(max_length=400)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('moment', models.DateTimeField()),
                ('zone', models.CharField(blank=True, max_length=200)),
                ('zone_basis', models.CharField(blank=True, max_length=60)),
                ('rules', models.JSONField(default=list, help_text='Id and version of every rule that was asked.')),
                ('note', models.CharField(blank=True, max_length=400)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='contact_events', to='accounts.account')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('message', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='contact_events', to='accounts.message')),
                ('payer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='contact_events', to='accounts.payer')),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['account', '-id'], name='contact_by_account')],
            },
        ),
        migrations.AddIndex(
            model_name='dunningcycle',
            index=models.Index(condition=models.Q(('closed_on', None)), fields=['look_on'], name='cycle_to_look_at'),
        ),
        migrations.AddConstraint(
            model_name='dunningcycle',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_on', None)), fields=('account',), name='cycle_open_once'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.UniqueConstraint(fields=('cycle', 'level'), name='reminder_once_a_level'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.CheckConstraint(condition=models.Q(('cents__gt', 0)), name='reminder_asks_for_something'),
        ),
    ]
