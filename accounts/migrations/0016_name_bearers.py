import django.db.models.deletion
from django.db import migrations, models

# Who bears which word follows the client's name and the account's office by itself. The word that a name is sorted by leads.
KEEP_BEARERS = """
CREATE FUNCTION name_words_of(name text) RETURNS TABLE (word text, leads boolean)
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT part, bool_or(place = 1)
    FROM regexp_split_to_table(btrim(translate(name, '-''’.,', ' ')), ' +') WITH ORDINALITY AS parts (part, place)
   WHERE part <> '' GROUP BY part
$$;
CREATE FUNCTION name_words_borne() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    DELETE FROM accounts_namebearer WHERE client_id = OLD.id;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO accounts_namebearer (client_id, word, leads, office_id, account_id)
    SELECT NEW.id, w.word, w.leads, a.office_id, a.id FROM accounts_account a, name_words_of(NEW.sort_key) w
     WHERE a.id = NEW.account_id AND a.office_id IS NOT NULL;
  END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION name_words_moved() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE accounts_namebearer SET office_id = NEW.office_id
   WHERE client_id IN (SELECT id FROM accounts_client WHERE account_id = NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER name_words_borne AFTER INSERT OR DELETE OR UPDATE OF sort_key, account_id ON accounts_client
  FOR EACH ROW EXECUTE FUNCTION name_words_borne();
CREATE TRIGGER name_words_moved AFTER UPDATE OF office_id ON accounts_account
  FOR EACH ROW WHEN (OLD.office_id IS DISTINCT FROM NEW.office_id) EXECUTE FUNCTION name_words_moved();
INSERT INTO accounts_namebearer (client_id, word, leads, office_id, account_id)
  SELECT c.id, w.word, w.leads, a.office_id, a.id
    FROM accounts_client c JOIN accounts_account a ON a.id = c.account_id, name_words_of(c.sort_key) w
   WHERE a.office_id IS NOT NULL;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0015_advice_document'),
        ('staff', '0004_office_profile'),
    ]

    operations = [
        migrations.CreateModel(
            name='NameBearer',
            fields=[
                ('pk', models.CompositePrimaryKey('client', 'word', blank=True, editable=False, primary_key=True, serialize=False)),
                ('client', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='words', to='accounts.client')),
                ('word', models.CharField(max_length=200)),
                ('leads', models.BooleanField(help_text='The name is sorted by this word: the last name, or its first word.')),
                ('office', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='staff.office')),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.account')),
            ],
        ),
        migrations.RunSQL(KEEP_BEARERS),
        migrations.AddIndex(
            model_name='namebearer',
            index=models.Index(fields=['word', 'leads', 'office', 'account', 'client'], name='name_bearer_by_word', opclasses=['varchar_pattern_ops', 'bool_ops', 'int8_ops', 'int8_ops', 'int8_ops']),
        ),
        migrations.RemoveIndex(model_name='client', name='client_by_word'),
        migrations.RemoveIndex(model_name='client', name='client_by_beginning'),
    ]
