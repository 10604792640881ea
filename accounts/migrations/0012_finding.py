import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

# A name's words become known with the client who bears them. Not there twice, unless two people add the same one at once:
# then neither waits, and it does no harm.
KEEP_WORDS = """
CREATE FUNCTION name_words_known() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO accounts_nameword (word)
  SELECT DISTINCT word FROM unnest(string_to_array(translate(NEW.sort_key, '-''’.,', ' '), ' ')) AS fresh (word)
  WHERE word <> '' AND NOT EXISTS (SELECT FROM accounts_nameword known WHERE known.word = fresh.word);
  RETURN NULL;
END $$;
CREATE TRIGGER name_words_known AFTER INSERT OR UPDATE OF sort_key ON accounts_client
  FOR EACH ROW EXECUTE FUNCTION name_words_known();
INSERT INTO accounts_nameword (word)
  SELECT DISTINCT word FROM accounts_client, unnest(string_to_array(translate(sort_key, '-''’.,', ' '), ' ')) AS word
  WHERE word <> '';
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0011_estimate_document'),
    ]

    operations = [
        TrigramExtension(),
        migrations.CreateModel(
            name='NameWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('word', models.CharField(max_length=200)),
            ],
        ),
        migrations.RunSQL(KEEP_WORDS),
        migrations.AddIndex(
            model_name='client',
            index=models.Index(django.contrib.postgres.indexes.OpClass('sort_key', 'varchar_pattern_ops'), name='client_by_beginning'),
        ),
        migrations.AddIndex(
            model_name='client',
            index=django.contrib.postgres.indexes.GinIndex(models.Func(models.Func(models.F('sort_key'), models.Value("-'’.,"), models.Value(' '), function='translate', output_field=models.TextField()), models.Value(' '), function='string_to_array', output_field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)), fastupdate=False, name='client_by_word'),
        ),
        migrations.AddIndex(
            model_name='contactpoint',
            index=models.Index(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Lower('value'), 'text_pattern_ops'), condition=models.Q(('kind', 'email')), name='email_by_beginning'),
        ),
        migrations.AddIndex(
            model_name='contactpoint',
            index=models.Index(django.contrib.postgres.indexes.OpClass(models.Func(models.F('value'), models.Value('\\D'), models.Value(''), models.Value('g'), function='regexp_replace', output_field=models.TextField()), 'text_pattern_ops'), condition=models.Q(('kind', 'phone')), name='phone_by_beginning'),
        ),
        migrations.AddIndex(
            model_name='contactpoint',
            index=models.Index(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Reverse(models.Func(models.F('value'), models.Value('\\D'), models.Value(''), models.Value('g'), function='regexp_replace', output_field=models.TextField())), 'text_pattern_ops'), condition=models.Q(('kind', 'phone')), name='phone_by_end'),
        ),
        migrations.AddIndex(
            model_name='nameword',
            index=models.Index(django.contrib.postgres.indexes.OpClass('word', 'varchar_pattern_ops'), name='name_word_by_beginning'),
        ),
        migrations.AddIndex(
            model_name='nameword',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass('word', 'gin_trgm_ops'), fastupdate=False, name='name_word_by_trigram'),
        ),
    ]
