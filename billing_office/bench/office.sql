-- A lifelike office in set-based statements, the same for the same seed: {accounts} client accounts, three charges each,
-- seven in ten owed by clients, four in five settled. Guards are off: it is run in the bench's own database alone.
SET session_replication_role = replica;
SET LOCAL work_mem = '256MB';
SET LOCAL maintenance_work_mem = '512MB';
SELECT setseed(0.{seed});

-- Rows come first and indexes after them, which takes a fraction of the time; those that a constraint needs stay.
CREATE TEMP TABLE later AS
  SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS made FROM pg_index
   WHERE indrelid::regclass::text ~ '^(accounts|audit|dunning|insurance|invoices)_' AND NOT indisunique
     AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = indexrelid);
DO $$ DECLARE one record; BEGIN FOR one IN SELECT * FROM later LOOP EXECUTE 'DROP INDEX ' || one.name; END LOOP; END $$;

CREATE TEMP TABLE syllable AS
  SELECT row_number() OVER () - 1 AS n, s FROM unnest(ARRAY['ba','cor','den','el','far','gar','hol','is','jor','kel','lin','mor','nel','or','per','quin','ros','sal','ter','wen']) s;
CREATE TEMP TABLE surname AS  -- 80,000 of them, as a large town has
  SELECT a.n * 8000 + b.n * 400 + c.n * 20 + d.n AS n, initcap(a.s || b.s || c.s || d.s) AS word
    FROM syllable a, syllable b, syllable c, syllable d WHERE a.n < 10;
CREATE TEMP TABLE given AS
  SELECT a.n * 20 + b.n AS n, initcap(a.s || b.s) AS word FROM syllable a, syllable b;
CREATE UNIQUE INDEX ON surname (n); CREATE UNIQUE INDEX ON given (n);

CREATE TEMP TABLE person AS  -- few names are frequent and most are rare
  SELECT 1000 + i AS id, floor(power(random(), 4) * 80000)::int AS s, floor(power(random(), 3) * 400)::int AS g, random() AS r
    FROM generate_series(1, {accounts}) i;
INSERT INTO accounts_client (id, lock_version, kind, first_name, last_name, sort_key, served, relation, birth_date, language, time_zone, account_id)
  SELECT p.id, 1, 'person', g.word, s.word, lower(s.word || ' ' || g.word), true, '', DATE '1930-01-01' + floor(r * 30000)::int, 'en', '', p.id
    FROM person p JOIN surname s ON s.n = p.s JOIN given g ON g.n = p.g;
INSERT INTO accounts_account (id, lock_version, kind, number, name, sort_key, financial_class, opened_on, office_id, guarantor_id, closed_why)
  SELECT id, 1, 'client', 'A-' || (10000 + id), first_name || ' ' || last_name, sort_key, 'commercial', DATE '{today}' - 900, ({offices})[1 + id % 4], id, ''
    FROM accounts_client;
INSERT INTO accounts_client (id, lock_version, kind, first_name, last_name, sort_key, served, relation, birth_date, language, time_zone, account_id)
  SELECT c.id + {accounts}, 1, 'person', g.word, c.last_name, split_part(c.sort_key, ' ', 1) || ' ' || lower(g.word), true, 'child', c.birth_date + 9000, 'en', '', c.id
    FROM accounts_client c JOIN given g ON g.n = c.id % 400 WHERE c.id % 4 = 0;
INSERT INTO accounts_namebearer (client_id, word, leads, office_id, account_id)
  SELECT c.id, w.word, w.leads, a.office_id, a.id FROM accounts_client c JOIN accounts_account a ON a.id = c.account_id, name_words_of(c.sort_key) w;
INSERT INTO accounts_nameword (word) SELECT DISTINCT word FROM accounts_namebearer;
INSERT INTO accounts_contactpoint (lock_version, kind, value, street, city, region, postcode, country, preferred, source, bad_reason, consent_on, consent_wording, client_id)
  SELECT 1, way, CASE way WHEN 'phone' THEN '(512) ' || substr(n, 1, 3) || '-' || substr(n, 4) ELSE lower(first_name) || id || '@example.org' END,
         '', '', '', '', 'US', false, '', '', CASE way WHEN 'email' THEN DATE '{today}' - 900 END, '', id
    FROM (SELECT *, lpad(id::text, 7, '0') AS n FROM accounts_client) c, (VALUES ('phone'), ('email')) k (way);
INSERT INTO insurance_coverage (rank, since, member_number, group_number, relation, holder_first, holder_last, source, withdrawn_why, added_at, lock_version, added_by_id, client_id, plan_id)
  SELECT 1, DATE '{today}' - 900, 'M' || (500000000 + id), '', 'self', '', '', '', '', now(), 1, {by}, id, ({plans})[1 + id % 8] FROM accounts_client WHERE id % 2 = 0;

CREATE TEMP TABLE bill AS
  SELECT 3 * (account - 1001) + k AS id, account, k, CASE WHEN r < 0.7 THEN NULL ELSE ({payers})[1 + account % 8] END AS payer, cents, on_day,
         CASE WHEN f < 0.8 THEN cents WHEN f < 0.88 THEN cents / 2 ELSE 0 END AS paid
    FROM (SELECT 1000 + i AS account, k, random() AS r, random() AS f, 2000 + floor(power(random(), 2) * 60000)::bigint AS cents,
                 DATE '{today}' - floor(random() * 700)::int AS on_day FROM generate_series(1, {accounts}) i, generate_series(1, 3) k) b;
INSERT INTO accounts_charge (id, service_on, description, code, code_system, units, cents, provider, created_at, account_id, created_by_id, client_id)
  SELECT id, on_day, 'Office visit, 30 minutes', '99213', 'CPT', 1, cents, '', on_day, account, {by}, account FROM bill;
INSERT INTO accounts_payment (id, received_on, method, reference, cents, created_at, account_id, created_by_id, payer_id)
  SELECT id, on_day + 20, 'cheque', id::text, paid, on_day + 20, account, {by}, payer FROM bill WHERE paid > 0;
INSERT INTO accounts_journalentry (id, kind, effective_date, posted_at, memo, source_key, account_id, posted_by_id)
  SELECT id, 'charge', on_day, on_day, '', 'bench:' || id || ':1', account, {by} FROM bill
  UNION ALL SELECT id + 3 * {accounts}, CASE WHEN payer IS NULL THEN 'client_payment' ELSE 'payer_payment' END, on_day + 20, on_day + 20, '',
         'bench:paid:' || id || ':1', account, {by} FROM bill WHERE paid > 0;
INSERT INTO accounts_posting (book, cents, account_id, charge_id, entry_id, payer_id, payment_id)
  SELECT 'receivable', cents, account, id, id, payer, NULL::bigint FROM bill
  UNION ALL SELECT 'revenue', -cents, account, id, id, NULL::bigint, NULL::bigint FROM bill
  UNION ALL SELECT 'cash', paid, account, NULL, id + 3 * {accounts}, payer, id FROM bill WHERE paid > 0
  UNION ALL SELECT 'receivable', -paid, account, id, id + 3 * {accounts}, payer, id FROM bill WHERE paid > 0;
INSERT INTO accounts_openitem (id, cents, since, account_id, charge_id, payer_id) SELECT id, cents - paid, on_day, account, id, payer FROM bill;
INSERT INTO accounts_accountbalance (account_id, receivable_cents, unapplied_cents) SELECT account, sum(cents - paid), 0 FROM bill GROUP BY 1;
INSERT INTO accounts_due (version, due_on, cents, in_force_from, posted_at, because, open_item_id)
  SELECT 1, on_day + 45, cents, on_day, on_day, 'invoice', id FROM bill WHERE payer IS NULL;

CREATE TEMP TABLE asked AS SELECT DISTINCT ON (account) * FROM bill WHERE payer IS NULL ORDER BY account, k;
INSERT INTO accounts_document (id, kind, number, template, paper, context, created_at, account_id)
  SELECT id, 'invoice', 'B1-INV-' || lpad(id::text, greatest(6, length(id::text)), '0'), 'invoice', 'letter', '{{}}', on_day, account FROM asked;
INSERT INTO invoices_invoice (id, number, series_number, issued_on, due_on, cents, content_hash, source_key, issued_at, account_id, document_id, issued_by_id, office_id)
  SELECT id, 'B1-INV-' || lpad(id::text, greatest(6, length(id::text)), '0'), id, on_day + 15, on_day + 45, cents, '', 'bench:' || id, on_day, account, id, {by}, ({offices})[1] FROM asked;
INSERT INTO invoices_invoiceline (cents, description, code, service_on, client_name, billed_cents, off_cents, payers_paid_cents, others_cents, invoice_id, open_item_id)
  SELECT cents, 'Office visit, 30 minutes', '99213', on_day, '', cents, 0, 0, 0, id, id FROM asked;
INSERT INTO dunning_dunningcycle (opened_on, look_on, waits_for, account_id)  -- all were looked at but {due}, whose day it is
  SELECT min(on_day) + 46, DATE '{today}' + CASE WHEN row_number() OVER (ORDER BY account) <= {due} THEN 0 ELSE 30 END, '', account
    FROM bill WHERE payer IS NULL AND paid < cents AND on_day + 45 <= DATE '{today}' GROUP BY account;
UPDATE accounts_accountbalance b SET look_on = d.day  -- as accounts/ledger.py keeps it: by the cycle, or by the next due
  FROM (SELECT account AS account_id, min(on_day + 45) AS day FROM bill WHERE payer IS NULL AND paid < cents GROUP BY account) d WHERE b.account_id = d.account_id;
UPDATE accounts_accountbalance b SET look_on = c.look_on FROM dunning_dunningcycle c WHERE c.account_id = b.account_id;
INSERT INTO audit_act (at, role, verb, object_kind, object_id, account_id, changed, reason, detail, request_id, actor_id)
  SELECT b.on_day, 'biller', v, 'accounts.charge', b.id, b.account, '[]', '', jsonb_build_object('form', gen_random_uuid()), '', {by}
    FROM bill b, (VALUES ('charge_posted'), ('account_read')) verbs (v);

DO $$ DECLARE one record; BEGIN FOR one IN SELECT * FROM later LOOP EXECUTE one.made; END LOOP; END $$;

SELECT setval(pg_get_serial_sequence(t, 'id'), 10 * {accounts} + 2000) FROM unnest(ARRAY['accounts_account', 'accounts_client', 'accounts_charge',
  'accounts_payment', 'accounts_journalentry', 'accounts_openitem', 'accounts_document', 'invoices_invoice']) t;
SET session_replication_role = origin;
