import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Act',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('role', models.CharField(max_length=12)),
                ('verb', models.CharField(max_length=40)),
                ('object_kind', models.CharField(blank=True, max_length=40)),
                ('object_id', models.BigIntegerField(null=True)),
                ('account_id', models.BigIntegerField(null=True)),
                ('changed', models.JSONField(default=list)),
                ('reason', models.CharField(blank=True, max_length=400)),
                ('detail', models.JSONField(default=dict)),
                ('request_id', models.CharField(blank=True, max_length=36)),
                ('actor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['account_id', '-id'], name='act_by_account'), models.Index(fields=['object_kind', 'object_id'], name='act_by_object')],
                'constraints': [models.CheckConstraint(condition=models.Q(('verb', ''), _negated=True), name='act_has_a_verb')],
            },
        ),
    ]
