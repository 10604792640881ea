from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Office',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(help_text='Two to six letters; stands in document numbers.', max_length=6, unique=True)),
                ('name', models.CharField(max_length=80)),
                ('street', models.CharField(blank=True, max_length=120)),
                ('city_line', models.CharField(blank=True, help_text='City, state and postcode, as on an envelope.', max_length=120)),
                ('phone', models.CharField(blank=True, max_length=40)),
                ('hours', models.CharField(blank=True, help_text='For example: Monday to Friday 8 am to 6 pm.', max_length=80)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('website', models.CharField(blank=True, max_length=120)),
                ('pay_to', models.TextField(blank=True, help_text='Name and address for cheques, one line each; empty: the address above.')),
                ('help_text', models.TextField(blank=True, help_text='How a client gets help with paying; printed on every document that asks for money.')),
                ('paper', models.CharField(choices=[('letter', 'Letter'), ('a4', 'A4')], default='letter', max_length=6)),
                ('time_zone', models.CharField(default='America/Chicago', max_length=60)),
                ('terms_days', models.PositiveSmallIntegerField(default=30, help_text='Days from issue to due.')),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('terms_days__lte', 365)), name='office_terms_within_a_year')],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('username', models.CharField(max_length=60, unique=True)),
                ('name', models.CharField(max_length=80)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('role', models.CharField(choices=[('clerk', 'Clerk'), ('biller', 'Biller'), ('collector', 'Collector'), ('supervisor', 'Supervisor'), ('auditor', 'Auditor'), ('admin', 'Admin'), ('service', 'Service')], max_length=12)),
                ('is_active', models.BooleanField(default=True)),
                ('offices', models.ManyToManyField(blank=True, related_name='staff', to='staff.office')),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('role__in', ['clerk', 'biller', 'collector', 'supervisor', 'auditor', 'admin', 'service'])), name='user_role_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('role', 'service'), _negated=True), ('password__startswith', '!'), _connector='OR'), name='user_service_has_no_password')],
            },
        ),
    ]
