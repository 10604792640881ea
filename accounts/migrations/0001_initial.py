import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('staff', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Payer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lock_version', models.PositiveIntegerField(default=1, editable=False)),
                ('name', models.CharField(max_length=120)),
                ('sort_key', models.CharField(editable=False, max_length=160)),
                ('payer_class', models.CharField(choices=[('insurer', 'Insurer'), ('government', 'Government agency'), ('employer', 'Employer'), ('person', 'Person (second guarantor)'), ('other', 'Other entity')], default='insurer', max_length=12, verbose_name='class')),
                ('electronic_id', models.CharField(blank=True, help_text='The id that claims are addressed to.', max_length=40)),
                ('street', models.CharField(blank=True, max_length=120)),
                ('city_line', models.CharField(blank=True, max_length=120, verbose_name='city, state, postcode')),
                ('phone', models.CharField(blank=True, max_length=40)),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='billing e-mail')),
                ('active', models.BooleanField(default=True)),
            ],
            options={
                'ordering': ['sort_key', 'id'],
                'indexes': [models.Index(fields=['sort_key', 'id'], name='payer_by_name')],
                'constraints': [models.CheckConstraint(condition=models.Q(('payer_class__in', ['insurer', 'government', 'employer', 'person', 'other'])), name='payer_class_is_known')],
            },
        ),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lock_version', models.PositiveIntegerField(default=1, editable=False)),
                ('kind', models.CharField(choices=[('client', 'Client'), ('house', 'House')], default='client', max_length=6)),
                ('number', models.CharField(max_length=20, unique=True)),
                ('name', models.CharField(help_text='Who answers for the account; follows the guarantor.', max_length=160)),
                ('sort_key', models.CharField(editable=False, max_length=200)),
                ('financial_class', models.CharField(choices=[('commercial', 'Commercial insurance'), ('public', 'Public scheme'), ('self_pay', 'Self-pay'), ('workers_comp', 'Workers’ compensation'), ('employer', 'Employer'), ('assistance', 'Assistance')], default='self_pay', max_length=12)),
                ('opened_on', models.DateField()),
                ('closed_on', models.DateField(blank=True, null=True)),
                ('merged_into', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='accounts.account')),
                ('office', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='staff.office')),
            ],
            options={
                'ordering': ['sort_key', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Blob',
            fields=[
                ('sha256', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('content', models.BinaryField()),
                ('media_type', models.CharField(max_length=80)),
                ('size', models.PositiveIntegerField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='AccountBalance',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='balance', serialize=False, to='accounts.account')),
                ('receivable_cents', models.BigIntegerField(default=0)),
                ('unapplied_cents', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Client',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lock_version', models.PositiveIntegerField(default=1, editable=False)),
                ('kind', models.CharField(choices=[('person', 'Person'), ('organisation', 'Organisation')], default='person', max_length=12)),
                ('first_name', models.CharField(blank=True, max_length=80)),
                ('last_name', models.CharField(max_length=80, verbose_name="last name, or the organisation's")),
                ('sort_key', models.CharField(editable=False, max_length=200)),
                ('served', models.BooleanField(default=True, verbose_name='receives services')),
                ('relation', models.CharField(blank=True, max_length=40, verbose_name='relation to the guarantor')),
                ('birth_date', models.DateField(blank=True, null=True)),
                ('deceased_on', models.DateField(blank=True, null=True)),
                ('language', models.CharField(default='en', max_length=35)),
                ('time_zone', models.CharField(blank=True, help_text='Where the client lives, for contact hours; empty: taken from the address.', max_length=60)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='clients', to='accounts.account')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Charge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('service_on', models.DateField()),
                ('description', models.CharField(help_text='Plain words, as the client reads them.', max_length=200)),
                ('code', models.CharField(blank=True, max_length=20)),
                ('code_system', models.CharField(blank=True, max_length=20)),
                ('units', models.DecimalField(decimal_places=2, default=1, max_digits=9)),
                ('cents', models.BigIntegerField()),
                ('provider', models.CharField(blank=True, help_text='Who performed the service.', max_length=120)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='charges', to='accounts.account')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('client', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='charges', to='accounts.client')),
            ],
            options={
                'ordering': ['-service_on', '-id'],
            },
        ),
        migrations.AddField(
            model_name='account',
            name='guarantor',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='guarantees', to='accounts.client'),
        ),
        migrations.CreateModel(
            name='ContactPoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lock_version', models.PositiveIntegerField(default=1, editable=False)),
                ('kind', models.CharField(choices=[('email', 'E-mail'), ('phone', 'Phone'), ('postal', 'Post')], max_length=6)),
                ('value', models.CharField(blank=True, help_text='The e-mail address or phone number.', max_length=254)),
                ('street', models.CharField(blank=True, max_length=120)),
                ('city', models.CharField(blank=True, max_length=80)),
                ('region', models.CharField(blank=True, max_length=40, verbose_name='state')),
                ('postcode', models.CharField(blank=True, max_length=16)),
                ('country', models.CharField(blank=True, default='US', max_length=2)),
                ('preferred', models.BooleanField(default=False)),
                ('verified_on', models.DateField(blank=True, null=True)),
                ('source', models.CharField(blank=True, help_text='Where we have it from.', max_length=80)),
                ('bad_since', models.DateField(blank=True, null=True)),
                ('bad_reason', models.CharField(blank=True, max_length=120)),
                ('consent_on', models.DateField(blank=True, null=True, verbose_name='consent to e-mail given on')),
                ('consent_wording', models.CharField(blank=True, max_length=400)),
                ('opted_out_on', models.DateField(blank=True, null=True)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contact_points', to='accounts.client')),
                ('consent_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-preferred', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('payer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='accounts.payer')),
                ('addressee', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Coalesce('account_id', django.db.models.expressions.CombinedExpression(models.F('payer_id'), '*', models.Value(-1))), output_field=models.BigIntegerField())),
                ('kind', models.CharField(choices=[('invoice', 'Invoice'), ('reminder', 'Reminder')], max_length=12)),
                ('number', models.CharField(max_length=30)),
                ('template', models.CharField(max_length=30)),
                ('paper', models.CharField(default='letter', max_length=6)),
                ('context', models.JSONField()),
                ('rendered_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='accounts.account')),
                ('blob', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.blob')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('pause', 'Pause'), ('dispute', 'Dispute'), ('hardship', 'Hardship'), ('legal', 'Legal'), ('review', 'Review')], max_length=8)),
                ('since', models.DateField()),
                ('until', models.DateField(blank=True, null=True)),
                ('reason', models.CharField(max_length=200)),
                ('set_at', models.DateTimeField(auto_now_add=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='accounts.account')),
                ('charge', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='accounts.charge')),
                ('set_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-since', '-id'],
            },
        ),
        migrations.CreateModel(
            name='JournalEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('charge', 'Charge'), ('contractual_writeoff', 'Agreed discount'), ('payer_payment', 'Payer payment'), ('client_payment', 'Client payment'), ('allocation', 'Allocation'), ('transfer_responsibility', 'Moved'), ('discount', 'Discount'), ('small_balance_writeoff', 'Small balance written off'), ('charity', 'Assistance'), ('bad_debt', 'Bad debt'), ('settlement', 'Settlement'), ('provider_adjustment', 'Provider adjustment'), ('agency_recovery', 'Agency recovery'), ('agency_fee', 'Agency fee'), ('late_fee', 'Late fee'), ('interest', 'Interest'), ('refund', 'Refund'), ('payer_takeback', 'Payer take-back'), ('account_transfer', 'Account transfer'), ('reversal', 'Reversal')], max_length=24)),
                ('effective_date', models.DateField()),
                ('posted_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('memo', models.CharField(blank=True, max_length=200)),
                ('source_key', models.CharField(max_length=200, unique=True)),
                ('created_txid', models.BigIntegerField(db_default=0, editable=False)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='accounts.account')),
                ('posted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reverses', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversal', to='accounts.journalentry')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('text', models.CharField(max_length=2000)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='accounts.account')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='NumberSeries',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('last', models.BigIntegerField(default=0)),
                ('office', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='staff.office')),
            ],
        ),
        migrations.CreateModel(
            name='OpenItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cents', models.BigIntegerField()),
                ('since', models.DateField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='open_items', to='accounts.account')),
                ('charge', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='open_items', to='accounts.charge')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Due',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField()),
                ('due_on', models.DateField()),
                ('cents', models.BigIntegerField()),
                ('in_force_from', models.DateField()),
                ('posted_at', models.DateTimeField(auto_now_add=True)),
                ('because', models.CharField(help_text="What made it fall due, for example an invoice's number.", max_length=80)),
                ('open_item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='dues', to='accounts.openitem')),
            ],
            options={
                'ordering': ['open_item', 'version', 'due_on'],
            },
        ),
        migrations.AddField(
            model_name='openitem',
            name='payer',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='open_items', to='accounts.payer'),
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('addressee', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Coalesce('account_id', django.db.models.expressions.CombinedExpression(models.F('payer_id'), '*', models.Value(-1))), output_field=models.BigIntegerField())),
                ('action', models.CharField(max_length=12)),
                ('channel', models.CharField(choices=[('email', 'E-mail'), ('print', 'Print')], max_length=6)),
                ('to', models.CharField(help_text='The address at the time of queueing.', max_length=400)),
                ('why_print', models.CharField(blank=True, help_text='Why it goes on paper and not by e-mail.', max_length=120)),
                ('copy', models.PositiveSmallIntegerField(default=1)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('queued', 'Waiting'), ('sent', 'Sent'), ('delivered', 'Delivered'), ('bounced', 'Bounced'), ('failed', 'Failed')], default='queued', max_length=9)),
                ('message_id', models.CharField(max_length=120, null=True, unique=True)),
                ('error', models.CharField(blank=True, max_length=400)),
                ('waits_for', models.CharField(blank=True, help_text='Why it has not gone yet, in words.', max_length=200)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='accounts.account')),
                ('document', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='accounts.document')),
                ('payer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='accounts.payer')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.AddField(
            model_name='account',
            name='payer',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='house_account', to='accounts.payer'),
        ),
        migrations.CreateModel(
            name='Payment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('received_on', models.DateField()),
                ('method', models.CharField(choices=[('cash', 'Cash'), ('cheque', 'Check'), ('card', 'Card'), ('transfer', 'Bank transfer'), ('other', 'Other')], max_length=8)),
                ('reference', models.CharField(blank=True, max_length=60)),
                ('cents', models.BigIntegerField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='accounts.account')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('payer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='accounts.payer')),
            ],
            options={
                'ordering': ['-received_on', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Posting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('book', models.CharField(choices=[('receivable', 'Receivable'), ('unapplied', 'Unapplied money'), ('cash', 'Cash'), ('revenue', 'Revenue'), ('contractual', 'Agreed discount'), ('discount', 'Discount'), ('charity', 'Assistance'), ('bad_debt', 'Bad debt'), ('small_balance', 'Small balances'), ('late_fees', 'Late fees'), ('interest', 'Interest'), ('refunds', 'Refunds'), ('provider_adjustments', 'Provider adjustments'), ('agency_payable', 'Owed to agencies'), ('agency_fees', 'Agency fees'), ('transfer_clearing', 'Transfer clearing')], max_length=20)),
                ('cents', models.BigIntegerField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='accounts.account')),
                ('charge', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='accounts.charge')),
                ('entry', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='accounts.journalentry')),
                ('payer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.payer')),
                ('payment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='accounts.payment')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='AccountFlag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('returned_mail', 'Returned mail'), ('attorney', 'Represented by an attorney'), ('bankruptcy', 'Bankruptcy'), ('cease', 'Asked us to stop contact'), ('deceased', 'Deceased'), ('do_not_contact', 'Do not contact')], max_length=16)),
                ('since', models.DateField()),
                ('until', models.DateField(blank=True, null=True)),
                ('reason', models.CharField(max_length=200)),
                ('set_at', models.DateTimeField(auto_now_add=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='flags', to='accounts.account')),
                ('set_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-since', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='flag_ends_after_it_begins')],
            },
        ),
        migrations.AddConstraint(
            model_name='client',
            constraint=models.UniqueConstraint(fields=('id', 'account'), name='client_of_account'),
        ),
        migrations.AddConstraint(
            model_name='client',
            constraint=models.CheckConstraint(condition=models.Q(('deceased_on', None), ('birth_date', None), ('deceased_on__gte', models.F('birth_date')), _connector='OR'), name='client_dies_after_birth'),
        ),
        migrations.AddIndex(
            model_name='charge',
            index=models.Index(fields=['account', '-service_on', '-id'], name='charge_by_account'),
        ),
        migrations.AddConstraint(
            model_name='charge',
            constraint=models.UniqueConstraint(fields=('id', 'account'), name='charge_of_account'),
        ),
        migrations.AddConstraint(
            model_name='charge',
            constraint=models.CheckConstraint(condition=models.Q(('cents__gt', 0), ('cents__lte', 1000000000000)), name='charge_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='contactpoint',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'postal'), models.Q(('street', ''), _negated=True), models.Q(('city', ''), _negated=True)), models.Q(('kind__in', ['email', 'phone']), models.Q(('value', ''), _negated=True)), _connector='OR'), name='contact_point_is_complete'),
        ),
        migrations.AddConstraint(
            model_name='contactpoint',
            constraint=models.CheckConstraint(condition=models.Q(('consent_on', None), ('kind', 'email'), _connector='OR'), name='contact_consent_is_for_email'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='hold_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'pause'), _negated=True), ('until__isnull', False), _connector='OR'), name='hold_pause_has_an_end'),
        ),
        migrations.AddIndex(
            model_name='journalentry',
            index=models.Index(fields=['account', '-id'], name='entry_by_account'),
        ),
        migrations.AddConstraint(
            model_name='journalentry',
            constraint=models.UniqueConstraint(fields=('id', 'account'), name='entry_of_account'),
        ),
        migrations.AddConstraint(
            model_name='journalentry',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['charge', 'contractual_writeoff', 'payer_payment', 'client_payment', 'allocation', 'transfer_responsibility', 'discount', 'small_balance_writeoff', 'charity', 'bad_debt', 'settlement', 'provider_adjustment', 'agency_recovery', 'agency_fee', 'late_fee', 'interest', 'refund', 'payer_takeback', 'account_transfer', 'reversal'])), name='entry_kind_is_known'),
        ),
        migrations.AddConstraint(
            model_name='journalentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'reversal'), ('reverses__isnull', False)), models.Q(models.Q(('kind', 'reversal'), _negated=True), ('reverses__isnull', True)), _connector='OR'), name='entry_reversal_names_what_it_reverses'),
        ),
        migrations.AddConstraint(
            model_name='numberseries',
            constraint=models.UniqueConstraint(fields=('office', 'kind'), name='number_series_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='due',
            constraint=models.UniqueConstraint(fields=('open_item', 'version', 'due_on'), name='due_once_a_day'),
        ),
        migrations.AddConstraint(
            model_name='due',
            constraint=models.CheckConstraint(condition=models.Q(('cents__gte', 0)), name='due_is_not_negative'),
        ),
        migrations.AddIndex(
            model_name='openitem',
            index=models.Index(condition=models.Q(('cents', 0), _negated=True), fields=['account'], name='open_item_not_zero'),
        ),
        migrations.AddConstraint(
            model_name='openitem',
            constraint=models.UniqueConstraint(fields=('charge', 'payer'), name='open_item_of_party', nulls_distinct=False),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['state', 'channel', '-id'], name='message_by_state'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['account', '-id'], name='message_by_account'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('account__isnull', False), ('payer__isnull', True)), models.Q(('account__isnull', True), ('payer__isnull', False)), _connector='OR'), name='message_has_one_addressee'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(fields=('document', 'addressee', 'channel', 'copy'), name='message_once_a_copy'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['sent', 'delivered']), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='message_sent_has_a_time'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('account__isnull', False), ('payer__isnull', True)), models.Q(('account__isnull', True), ('payer__isnull', False)), _connector='OR'), name='document_has_one_addressee'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.UniqueConstraint(fields=('id', 'addressee'), name='document_of_addressee'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.UniqueConstraint(fields=('kind', 'number'), name='document_number_once'),
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(fields=['sort_key', 'id'], name='account_by_name'),
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(fields=['office', 'sort_key', 'id'], name='account_by_office'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'client'), ('office__isnull', False), ('payer__isnull', True)), models.Q(('kind', 'house'), ('office__isnull', True)), _connector='OR'), name='account_client_has_office_house_has_none'),
        ),
        migrations.AddIndex(
            model_name='payment',
            index=models.Index(fields=['account', '-received_on'], name='payment_by_account'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('cents__gt', 0), ('cents__lte', 1000000000000)), name='payment_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='posting',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cents', 0), _negated=True), ('cents__gte', -1000000000000), ('cents__lte', 1000000000000)), name='posting_is_not_zero'),
        ),
        migrations.AddConstraint(
            model_name='posting',
            constraint=models.CheckConstraint(condition=models.Q(('book__in', ['receivable', 'unapplied', 'cash', 'revenue', 'contractual', 'discount', 'charity', 'bad_debt', 'small_balance', 'late_fees', 'interest', 'refunds', 'provider_adjustments', 'agency_payable', 'agency_fees', 'transfer_clearing'])), name='posting_book_is_known'),
        ),
        migrations.AddConstraint(
            model_name='posting',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('book', 'receivable'), _negated=True), ('charge__isnull', False), _connector='OR'), name='posting_receivable_names_its_charge'),
        ),
        migrations.AddConstraint(
            model_name='posting',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('book__in', ['cash', 'unapplied', 'refunds']), _negated=True), ('payment__isnull', False), _connector='OR'), name='posting_of_money_names_its_payment'),
        ),
    ]
