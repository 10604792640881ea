"""Every guard of the database has an attack that it alone stops: refused while it stands, accepted once it is dropped.

A new constraint or trigger must bring its attack, or say why it needs none. Locks and code guards have their twins beside
their own tests (tests/accounts/ledger/test_concurrency.py and others).
"""

from contextlib import closing
from datetime import timedelta

import psycopg2
import pytest
from django.db import connection

from accounts import ledger, periods
from accounts.merging import candidates, merging
from accounts.models import Payer, Payment, Run
from billing_office import schedule
from billing_office.approvals import requests
from billing_office.lib import dates
from insurance import exchanges
from tests.factories import make_account, make_charge, make_client, make_payment, make_refund, make_run, make_user
from tests.insurance.edi import inquiry

from .test_access import make_world

pytestmark = pytest.mark.django_db(transaction=True)

A_DAY = "DATE '2026-01-31'"

# Copies of a row with some values changed: {guard: (table, {column: SQL})}. Triggers are off while these are tried, so that
# the constraint alone answers.
COPIES = {
    "account_client_has_office_house_has_none": (
        "accounts_account",
        {"number": "'X'", "office_id": "NULL", "kind": "'client'"},
    ),
    "account_is_not_merged_into_itself": (
        "accounts_account",
        {"number": "'X'", "merged_into_id": "(SELECT last_value + 1 FROM accounts_account_id_seq)"},
        "payer_id IS NULL",
    ),
    "merge_is_of_two": ("accounts_merge", {"survivor_id": "duplicate_id", "undone_at": "now()"}),
    "merge_of_a_duplicate_stands_once": ("accounts_merge", {}),
    "kept_apart_lower_first": ("accounts_keptapart", {"first_id": "second_id"}),
    "kept_apart_once": ("accounts_keptapart", {}),
    "attachment_kind_is_known": ("accounts_attachment", {"kind": "'x'"}),
    "attachment_withdrawn_says_why": ("accounts_attachment", {"withdrawn_at": "now()"}),
    "accounts_account_number_key": ("accounts_account", {"payer_id": "NULL"}),
    "accounts_account_payer_id_key": ("accounts_account", {"number": "'X'"}, "payer_id IS NOT NULL"),
    "flag_ends_after_it_begins": ("accounts_accountflag", {"until": "since - 1"}),
    "charge_is_positive": ("accounts_charge", {"cents": "0"}),
    "charge_kind_is_known": ("accounts_charge", {"kind": "'gift'"}),
    "money_rule_once_a_day": ("accounts_moneyrule", {}, "office_id IS NULL"),
    "money_rule_figures_can_be": ("accounts_moneyrule", {"since": A_DAY, "percent": "101"}),
    "money_rule_ends_after_it_begins": ("accounts_moneyrule", {"since": A_DAY, "until": f"{A_DAY} - 1"}),
    "accounts_run_key_key": ("accounts_run", {"posted_at": "now()"}),
    "run_of_a_kind_posts_alone": ("accounts_run", {"key": "gen_random_uuid()"}, "posted_at IS NULL"),
    "run_looks_once_at_an_account": ("accounts_runline", {"entry_id": "NULL"}),
    "accounts_runline_entry_id_key": ("accounts_runline", {"account_id": "99"}, "entry_id IS NOT NULL"),
    "refund_is_positive": ("accounts_refund", {"cents": "0", "entry_id": "99"}),
    "accounts_refund_entry_id_key": ("accounts_refund", {}),
    "accounts_payout_entry_id_key": ("accounts_payout", {}),
    "client_dies_after_birth": ("accounts_client", {"birth_date": A_DAY, "deceased_on": f"{A_DAY} - 1"}),
    "contact_consent_is_for_email": ("accounts_contactpoint", {"kind": "'phone'", "value": "'1'", "consent_on": A_DAY}),
    "contact_point_is_complete": ("accounts_contactpoint", {"kind": "'email'", "value": "''", "consent_on": "NULL"}),
    "document_has_one_addressee": (
        "accounts_document",
        {"number": "'X'", "payer_id": "1", "office_id": "1"},
        "account_id IS NOT NULL",
    ),
    "document_to_a_payer_is_an_offices": ("accounts_document", {"number": "'X'", "office_id": "1"}, "payer_id IS NULL"),
    "document_number_once": ("accounts_document", {}),
    "due_is_not_negative": ("accounts_due", {"cents": "-1", "version": "9"}),
    "due_once_a_day": ("accounts_due", {}),
    "hold_ends_after_it_begins": ("accounts_hold", {"until": "since - 1"}),
    "hold_pause_has_an_end": ("accounts_hold", {"kind": "'pause'", "until": "NULL"}),
    "entry_kind_is_known": ("accounts_journalentry", {"kind": "'gift'", "source_key": "'X'", "reverses_id": "NULL"}),
    "entry_reversal_names_what_it_reverses": (
        "accounts_journalentry",
        {"kind": "'reversal'", "source_key": "'X'", "reverses_id": "NULL"},
    ),
    "accounts_journalentry_reverses_id_key": (
        "accounts_journalentry",
        {"source_key": "'X'"},
        "reverses_id IS NOT NULL",
    ),
    "accounts_journalentry_source_key_key": ("accounts_journalentry", {}, "reverses_id IS NULL"),
    "message_has_one_addressee": (
        "accounts_message",
        {"message_id": "NULL", "account_id": "NULL", "copy": "9"},
        "payer_id IS NULL",
    ),
    "message_sent_has_a_time": (
        "accounts_message",
        {"message_id": "NULL", "copy": "9", "state": "'sent'", "sent_at": "NULL"},
    ),
    "accounts_message_message_id_key": ("accounts_message", {"copy": "9"}),
    "message_once_a_copy": ("accounts_message", {"message_id": "NULL"}),
    "number_series_once": ("accounts_numberseries", {}, "office_id IS NULL"),
    "open_item_of_party": ("accounts_openitem", {}, "payer_id IS NULL"),
    "payer_terms_within_a_year": ("accounts_payer", {"terms_days": "366"}),
    "payer_class_is_known": ("accounts_payer", {"payer_class": "'uncle'"}),
    "payment_card_is_of_a_card_payment": ("accounts_payment", {"method": "'cash'", "card_last4": "'1111'"}),
    "payment_is_positive": ("accounts_payment", {"cents": "-5"}),
    "payment_keeps_no_card_number": ("accounts_payment", {"method": "'card'", "card_token": "'4111 1111 1111 1111'"}),
    "accounts_period_last_day_key": ("accounts_period", {}),
    "posting_book_is_known": ("accounts_posting", {"book": "'pocket'"}),
    "posting_is_not_zero": ("accounts_posting", {"cents": "0"}),
    "posting_of_money_names_its_payment": ("accounts_posting", {"book": "'cash'", "payment_id": "NULL"}),
    "posting_receivable_names_its_charge": ("accounts_posting", {"book": "'receivable'", "charge_id": "NULL"}),
    "snapshot_is_not_zero": ("accounts_snapshot", {"cents": "0", "period_id": "99"}),
    "snapshot_once_a_period": ("accounts_snapshot", {}),
    "act_has_a_verb": ("audit_act", {"verb": "''"}),
    "cycle_open_once": ("dunning_dunningcycle", {}, "account_id IS NOT NULL"),
    "cycle_of_payer_open_once": ("dunning_dunningcycle", {}, "payer_id IS NOT NULL"),
    "cycle_has_one_addressee": (
        "dunning_dunningcycle",
        {"account_id": "99", "closed_on": "look_on"},
        "payer_id IS NOT NULL",
    ),
    "accounts_ledgeraccount_book_key": ("accounts_ledgeraccount", {}),
    "authorization_state_is_known": ("insurance_authorization", {"state": "'x'"}),
    "authorization_granted_has_number_and_days": ("insurance_authorization", {"number": "''"}),
    "authorization_ends_after_it_begins": ("insurance_authorization", {"valid_to": "valid_from - 1"}),
    "authorization_line_has_units": ("insurance_authorizationline", {"units": "0"}),
    "authorization_line_spans_upwards": ("insurance_authorizationline", {"last": "'0'"}),
    "authorization_rule_ends_after_it_begins": ("insurance_authorizationrule", {"until": "since - 1"}),
    "authorization_rule_spans_upwards": ("insurance_authorizationrule", {"last": "'0'"}),
    "authorization_rule_of_payer_or_plan": (
        "insurance_authorizationrule",
        {"payer_id": "(SELECT min(id) FROM accounts_payer)", "plan_id": "(SELECT min(id) FROM insurance_plan)"},
    ),
    "profile_check_is_known": (
        "insurance_payerprofile",
        {"check_by": "'x'", "payer_id": "(SELECT min(id) FROM accounts_payer)"},
    ),
    "profile_percent_is_one": (
        "insurance_payerprofile",
        {"expected_percent": "101", "payer_id": "(SELECT min(id) FROM accounts_payer)"},
    ),
    "insurance_payerprofile_payer_id_key": ("insurance_payerprofile", {}),
    "insurance_feeschedule_name_key": (
        "insurance_feeschedule",
        {"contract_id": "(SELECT min(id) FROM insurance_contract)"},
    ),
    "fee_schedule_once_a_contract": ("insurance_feeschedule", {"name": "'X'"}),
    "fee_is_an_amount": ("insurance_fee", {"value": "'X'", "cents": "-1"}),
    "fee_one_a_day": ("insurance_fee", {}),
    "plan_named_once_a_payer": ("insurance_plan", {}),
    "plan_year_begins_in_a_month": ("insurance_plan", {"name": "'X'", "year_begins": "13"}),
    "plan_kind_is_known": ("insurance_plan", {"name": "'X'", "kind": "'x'"}),
    "plan_rule_is_known": ("insurance_plan", {"name": "'X'", "rule": "'x'"}),
    "contract_one_a_day": ("insurance_contract", {}),
    "coverage_ends_after_it_begins": ("insurance_coverage", {"withdrawn_on": A_DAY, "until": "since - 1"}),
    "coverage_rank_is_known": ("insurance_coverage", {"rank": "4"}),
    "coverage_relation_is_known": (
        "insurance_coverage",
        {"rank": "3", "relation": "'x'", "holder_last": "'X'", "holder_birth": A_DAY},
    ),
    "coverage_names_its_holder": ("insurance_coverage", {"rank": "3", "relation": "'child'"}),
    "coverage_one_of_a_rank_a_day": ("insurance_coverage", {}),
    "insurance_verificationrule_only_key": ("insurance_verificationrule", {}),
    "verification_rule_is_one": ("insurance_verificationrule", {"only": "false"}),
    "visit_costs_nothing_or_more": ("insurance_visit", {"cents": "-1"}),
    "insurance_verificationtask_coverage_id_key": ("insurance_verificationtask", {}),
    "verification_state_is_known": ("insurance_verification", {"state": "'x'", "exchange_id": "NULL"}),
    "verification_way_is_known": (
        "insurance_verification",
        {"state": "'not_found'", "how": "'x'", "reference": "'x'", "exchange_id": "NULL"},
    ),
    "verification_by_hand_has_reference": (
        "insurance_verification",
        {"state": "'not_found'", "how": "'phone'", "reference": "''", "exchange_id": "NULL"},
    ),
    "verification_waits_once_a_coverage": ("insurance_verification", {"exchange_id": "NULL"}, "state = 'waiting'"),
    "insurance_verification_exchange_id_key": (
        "insurance_verification",
        {"state": "'not_found'"},
        "exchange_id IS NOT NULL",
    ),
    "estimate_version_once": (
        "insurance_estimate",
        {"document_id": "NULL", "state": "'superseded'"},
        "state = 'given'",
    ),
    "estimate_one_draft": ("insurance_estimate", {"version": "9"}, "state = 'draft'"),
    "estimate_one_given": ("insurance_estimate", {"version": "9", "document_id": "NULL"}, "state = 'given'"),
    "insurance_estimate_document_id_key": (
        "insurance_estimate",
        {"number": "'X'"},
        "document_id IS NOT NULL",
    ),
    "estimate_state_is_known": (
        "insurance_estimate",
        {"number": "'X'", "document_id": "NULL", "state": "'x'"},
        "state = 'given'",
    ),
    "estimate_adds_up": ("insurance_estimate", {"number": "'X'", "document_id": "NULL", "billed_cents": "7"}),
    "estimate_is_not_negative": (
        "insurance_estimate",
        {
            "number": "'X'",
            "document_id": "NULL",
            "writeoff_cents": "-1",
            "client_cents": "billed_cents - payers_cents + 1",
        },
    ),
    "estimate_given_by_somebody": ("insurance_estimate", {"number": "'X'", "given_at": "now()"}, "state = 'draft'"),
    "estimate_line_has_units": ("insurance_estimateline", {"units": "0"}),
    "estimate_line_adds_up": ("insurance_estimateline", {"fee_cents": "7"}),
    "estimate_line_is_not_negative": (
        "insurance_estimateline",
        {"writeoff_cents": "-1", "client_cents": "fee_cents - payers_cents + 1"},
    ),
    "estimate_figure_once": ("insurance_estimatefigure", {}),
    "estimate_figure_is_known": ("insurance_estimatefigure", {"name": "'x'"}),
    "estimate_override_has_a_reason": (
        "insurance_estimatefigure",
        {"rank": "9", "reason": "'x'", "override_cents": "NULL"},
    ),
    "estimate_figure_is_not_negative": ("insurance_estimatefigure", {"rank": "9", "cents": "-1"}),
    "insurance_advice_number_key": ("insurance_advice", {"document_id": "99"}),
    "insurance_advice_document_id_key": ("insurance_advice", {"number": "'X'"}),
    "advice_standing_is_known": ("insurance_advice", {"number": "'X'", "document_id": "99", "standing": "'x'"}),
    "advice_way_is_known": ("insurance_advice", {"number": "'X'", "document_id": "99", "way": "'x'"}),
    "advice_names_whom": ("insurance_advice", {"number": "'X'", "document_id": "99", "told_to": "''"}),
    "cheaper_way_kind_is_known": ("insurance_cheaperway", {"kind": "'x'"}),
    "cheaper_way_ends_after_it_begins": ("insurance_cheaperway", {"until": "since - 1"}),
    "cheaper_way_of_payer_or_plan": ("insurance_cheaperway", {"payer_id": "99", "plan_id": "99"}),
    "cheaper_way_leads_elsewhere": ("insurance_cheaperway", {"to_code": "code"}),
    "duty_is_of_a_known_case": ("insurance_duty", {"applies": "'x'"}),
    "duty_ends_after_it_begins": ("insurance_duty", {"until": "since - 1"}),
    "insurance_holiday_on_key": ("insurance_holiday", {}),
    "good_faith_asked_once_a_day": ("insurance_goodfaithrequest", {}),
    "good_faith_review_says_why": ("insurance_goodfaithreview", {"reason": "''"}),
    "good_faith_review_is_of_more": ("insurance_goodfaithreview", {"billed_cents": "expected_cents"}),
    "code_once_a_day": ("insurance_code", {}),
    "code_ends_after_it_begins": ("insurance_code", {"value": "'X'", "until": "since - 1"}),
    "code_system_is_known": ("insurance_code", {"system": "'runes'"}),
    "code_is_complete": ("insurance_code", {"value": "''"}),
    "code_load_state_is_known": ("insurance_codeload", {"state": "'x'"}),
    "ledger_account_is_of_a_book": ("accounts_ledgeraccount", {"book": "'X'"}),
    "accounts_reason_code_key": ("accounts_reason", {}),
    "reason_kind_is_known": ("accounts_reason", {"code": "'X'", "kind": "'whim'"}),
    "reason_limits_are_not_negative": ("accounts_reason", {"code": "'X'", "clerk_cents": "-1"}),
    "approvals_request_key_key": ("approvals_request", {}),
    "request_is_decided_whole": ("approvals_request", {"key": "gen_random_uuid()", "decided_at": "NULL"}),
    "request_maker_is_not_checker": ("approvals_request", {"key": "gen_random_uuid()", "decided_by_id": "asked_by_id"}),
    "request_refusal_says_why": ("approvals_request", {"key": "gen_random_uuid()", "answer": "''"}),
    "request_withdrawn_by_its_maker": (
        "approvals_request",
        {"key": "gen_random_uuid()", "decision": "'withdrawn'"},
    ),
    "rule_version_once": ("dunning_compliancerule", {}),
    "reminder_asks_for_something": ("dunning_reminder", {"cents": "0", "level": "9", "message_id": "99"}),
    "dunning_reminder_message_id_key": ("dunning_reminder", {"level": "9"}),
    "reminder_once_a_level": ("dunning_reminder", {"message_id": "99"}),
    "level_reminds_of_something": ("dunning_reminderlevel", {"least_cents": "0", "level": "9", "days_after_due": "9"}),
    "level_audience_is_known": ("dunning_reminderlevel", {"audience": "'uncle'"}),
    "level_within_two_years": ("dunning_reminderlevel", {"level": "9", "days_after_due": "731"}),
    "level_day_once_in_its_ladder": ("dunning_reminderlevel", {"level": "9"}),
    "level_once_in_its_ladder": ("dunning_reminderlevel", {"days_after_due": "9"}),
    "exchange_state_is_known": ("insurance_exchange", {"control": "9", "trace": "'X'", "state": "'lost'"}),
    "exchange_answered_has_its_answer": (
        "insurance_exchange",
        {"control": "9", "trace": "'X'", "state": "'answered'", "answer_id": "NULL"},
    ),
    "insurance_exchange_control_key": ("insurance_exchange", {"trace": "'X'"}),
    "insurance_exchange_trace_key": ("insurance_exchange", {"control": "9"}),
    "invoice_asks_for_something": (
        "invoices_invoice",
        {"cents": "0", "number": "'X'", "series_number": "99", "source_key": "'X'", "document_id": "99"},
    ),
    "invoice_due_after_issue": (
        "invoices_invoice",
        {"due_on": "issued_on - 1", "number": "'X'", "series_number": "99", "source_key": "'X'", "document_id": "99"},
    ),
    "invoice_has_one_addressee": (
        "invoices_invoice",
        {"payer_id": "1", "number": "'X'", "series_number": "99", "source_key": "'X'", "document_id": "99"},
        "account_id IS NOT NULL",
    ),
    "invoice_number_once_in_series": ("invoices_invoice", {"number": "'X'", "source_key": "'X'", "document_id": "99"}),
    "invoices_invoice_document_id_key": (
        "invoices_invoice",
        {"number": "'X'", "series_number": "99", "source_key": "'X'"},
    ),
    "invoices_invoice_number_key": (
        "invoices_invoice",
        {"series_number": "99", "source_key": "'X'", "document_id": "99"},
    ),
    "invoices_invoice_source_key_key": (
        "invoices_invoice",
        {"number": "'X'", "series_number": "99", "document_id": "99"},
    ),
    "invoices_creditnote_number_key": (
        "invoices_creditnote",
        {"series_number": "99", "invoice_id": "99", "document_id": "99"},
    ),
    "invoices_creditnote_invoice_id_key": (
        "invoices_creditnote",
        {"number": "'X'", "series_number": "99", "document_id": "99"},
    ),
    "invoices_creditnote_document_id_key": (
        "invoices_creditnote",
        {"number": "'X'", "series_number": "99", "invoice_id": "99"},
    ),
    "credit_note_number_once_in_series": (
        "invoices_creditnote",
        {"number": "'X'", "invoice_id": "99", "document_id": "99"},
    ),
    "credit_note_takes_back": (
        "invoices_creditnote",
        {"cents": "0", "number": "'X'", "series_number": "99", "invoice_id": "99", "document_id": "99"},
    ),
    "credit_note_says_why": (
        "invoices_creditnote",
        {"reason": "''", "number": "'X'", "series_number": "99", "invoice_id": "99", "document_id": "99"},
    ),
    "invoice_line_asks_for_something": ("invoices_invoiceline", {"cents": "0", "open_item_id": "99"}),
    "invoice_line_once_an_item": ("invoices_invoiceline", {}),
    "deposit_method_is_known": ("invoices_deposit", {"method": "'barter'"}),
    "deposit_is_counted_whole": ("invoices_deposit", {"expected_cents": "NULL"}, "closed_at IS NOT NULL"),
    "deposit_is_closed_whole": ("invoices_deposit", {"closed_by_id": "NULL"}, "closed_at IS NOT NULL"),
    "deposit_maker_is_not_checker": ("invoices_deposit", {"closed_by_id": "counted_by_id"}, "closed_at IS NOT NULL"),
    "deposit_difference_is_explained": (
        "invoices_deposit",
        {"counted_cents": "expected_cents + 1", "difference_reason": "''"},
        "closed_at IS NOT NULL",
    ),
    "deposit_closed_or_dropped": ("invoices_deposit", {"dropped_at": "closed_at"}, "closed_at IS NOT NULL"),
    "invoices_depositline_posting_id_key": ("invoices_depositline", {}),
    "clearing_is_of_one_thing": ("invoices_clearing", {"deposit_id": "NULL"}, "payment_id IS NULL"),
    "clearing_names_its_line_or_says_why": ("invoices_clearing", {"line_id": "NULL"}, "line_id IS NOT NULL"),
    "clearing_is_not_zero": ("invoices_clearing", {"cents": "0"}),
    "clearing_is_undone_whole": ("invoices_clearing", {"undone_at": "at"}, "undone_at IS NULL"),
    "day_is_closed_once": ("invoices_dayclose", {}),
    "day_is_not_closed_by_its_takers": ("invoices_dayclose", {"day": A_DAY, "takers": "ARRAY[closed_by_id]"}),
    "bank_account_keeps_four_digits": ("invoices_bankaccount", {"name": "'X'", "last4": "'43a1'"}),
    "bank_account_name_once": ("invoices_bankaccount", {}),
    "bank_line_once_while_it_stands": ("invoices_bankline", {}),
    "bank_line_is_not_zero": ("invoices_bankline", {"cents": "0", "key": "'X'"}),
    "job_state_is_known": ("outbox_job", {"state": "'lost'", "dedupe_key": "'X'", "lease_until": "NULL"}),
    "job_working_has_a_lease": ("outbox_job", {"state": "'working'", "dedupe_key": "'X'", "lease_until": "NULL"}),
    "outbox_job_dedupe_key_key": ("outbox_job", {}),
    "recurring_is_positive": ("invoices_recurringcharge", {"cents": "0"}),
    "recurring_rhythm_is_known": ("invoices_recurringcharge", {"rhythm": "'daily'"}),
    "recurring_ends_with_its_last_day": ("invoices_recurringcharge", {"until": "next_on - 1"}),
    "office_profile_is_known": ("staff_office", {"code": "'X'", "name": "'X'", "profile": "'circus'"}),
    "office_field_once": ("staff_officefield", {}),
    "fact_once": ("accounts_accountfact", {}),
    "fact_says_something": ("accounts_accountfact", {"value": "''", "account_id": "99"}),
    "account_import_state_is_known": ("intake_accountimport", {"state": "'lost'"}),
    "account_taken_once": ("intake_takenaccount", {"account_id": "99"}),
    "intake_takenaccount_account_id_key": ("intake_takenaccount", {"reference": "''"}),
    "contact_made_is_known": ("accounts_contactmade", {"way": "'pigeon'"}),
    "contact_promise_is_of_money_and_day": ("accounts_contactmade", {"cents": "5"}, "outcome <> 'promise'"),
    "accounts_note_corrects_id_key": ("accounts_note", {}, "corrects_id IS NOT NULL"),
    "mention_once_a_note": ("accounts_mention", {}),
    "follow_up_is_one_persons_or_one_roles": (
        "accounts_followup",
        {"for_user_id": "made_by_id", "for_role": "'clerk'"},
    ),
    "follow_up_is_done_by_somebody": ("accounts_followup", {"done_at": "made_at", "done_by_id": "NULL"}),
    "snooze_once_a_line": ("accounts_snooze", {}),
    "run_once_a_period": ("outbox_run", {}),
    "bulk_line_once_a_row": ("desk_bulkline", {}),
    "bulk_line_left_out_says_why": ("desk_bulkline", {"row": "99", "done": "false", "why": "''"}),
    "desk_bulkrun_form_key": ("desk_bulkrun", {}),
    "saved_list_one_a_name": ("desk_savedlist", {}),
    "saved_list_unnamed_is_ones_own": (
        "desk_savedlist",
        {"name": "''", "office_id": "(SELECT min(id) FROM staff_office)"},
    ),
    "office_terms_within_a_year": ("staff_office", {"code": "'X'", "terms_days": "366"}),
    "staff_office_code_key": ("staff_office", {}),
    "user_role_is_known": ("staff_user", {"username": "'X'", "role": "'owner'"}),
    "user_service_has_no_password": ("staff_user", {"username": "'X'", "role": "'service'", "password": "'pbkdf2'"}),
    "staff_user_username_key": ("staff_user", {}),
}

# Whole statements against triggers: {(table, trigger): SQL}. {account}, {by}, {charge}, {entry}, {payment}, {reversal} are filled in.
ENTRY = "INSERT INTO accounts_journalentry (account_id, kind, effective_date, posted_by_id, memo, source_key{more}) VALUES ({{account}}, {kind}, {day}, {{by}}, '', 'X'{values})"  # noqa: E501


def entry(kind="'charge'", day="CURRENT_DATE", more="", values="") -> str:
    return ENTRY.format(kind=kind, day=day, more=more, values=values)


STATEMENTS = {
    ("approvals_request", "request_decided_once"): "UPDATE approvals_request SET answer = 'yes'",
    ("accounts_journalentry", "ledger_entry_has_postings"): entry() + "; SET CONSTRAINTS ALL IMMEDIATE",
    ("accounts_journalentry", "ledger_closed_periods"): entry(day="DATE '2000-01-01'"),
    ("accounts_journalentry", "ledger_before_entry"): entry("'reversal'", more=", reverses_id", values=", {reversal}"),
    ("accounts_posting", "ledger_check_postings"): (
        "INSERT INTO accounts_posting (entry_id, account_id, book, charge_id, cents) VALUES"
        " ({entry}, {account}, 'receivable', {charge}, 7), ({entry}, {account}, 'revenue', {charge}, -7)"
    ),
    ("accounts_document", "document_frozen"): "UPDATE accounts_document SET template = 'X'",
    ("insurance_estimate", "estimate_frozen"): (
        "UPDATE insurance_estimate SET service_on = service_on + 1 WHERE state = 'given'"
    ),
    ("insurance_estimateline", "estimate_line_frozen"): (
        "UPDATE insurance_estimateline SET code = 'X' WHERE estimate_id IN (SELECT id FROM insurance_estimate WHERE state = 'given')"
    ),
    ("insurance_estimatefigure", "estimate_figure_frozen"): (
        "UPDATE insurance_estimatefigure SET note = 'X' WHERE line_id IN (SELECT l.id FROM insurance_estimateline l"
        " JOIN insurance_estimate e ON e.id = l.estimate_id WHERE e.state = 'given')"
    ),
    ("invoices_invoice", "invoice_frozen"): "UPDATE invoices_invoice SET cents = cents + 1",
    ("invoices_deposit", "deposit_frozen"): "UPDATE invoices_deposit SET day = day - 1",
    ("invoices_depositline", "deposit_line_frozen"): (
        "DELETE FROM invoices_depositline WHERE deposit_id IN (SELECT id FROM invoices_deposit WHERE closed_at IS NOT NULL)"
    ),
}

NO_ATTACK = {
    # (id, account): there for composite foreign keys to point at; an id is a primary key already.
    "charge_of_account", "client_of_account", "entry_of_account", "document_of_addressee",
    # The range of its exclusion constraint refuses such days as well.
    "contract_ends_after_it_begins",
}  # fmt: skip
OURS = ("accounts", "approvals", "insurance", "invoices", "dunning", "outbox", "audit", "staff", "intake", "desk")
# Tables, and the history of all of them, whose guards are proved where they are made: tests/staff, tests/audit, tests/intake.
ELSEWHERE = ("staff_", "intake_", "audit_")


@pytest.fixture
def owner():
    s = connection.settings_dict
    with closing(
        psycopg2.connect(
            host=s["HOST"],
            port=s["PORT"] or None,
            dbname=s["NAME"],
            user="billing_owner",
            password=s["PASSWORD"] or None,
        )
    ) as own:
        yield own
        own.rollback()


@pytest.fixture
def filled(office, by, settings):
    """A row at least in every table that a guard stands on, and the ids that the statements name."""
    world = make_world(office, by, settings)
    account = world["account"]
    requests.refuse(world["request"].pk, "no", by=make_user("supervisor", office))
    make_client(account, by)
    twins = [make_account(office, by, "Ana", "Ruiz") for _ in range(2)]
    candidates.keep_apart(*twins, "x", by=by)
    merging.merge(*twins, "x", on=dates.today(), by=by)
    first = make_charge(account, by, days_ago=1)
    reversal = ledger.reverse(ledger.JournalEntry.objects.latest("id"), on=dates.today(), by=by, memo="x")
    make_refund(make_payment(account, by), by, paid_out=True)
    run = make_run(account, by)
    Run.objects.filter(pk=run.pk).update(posted_at=None)
    make_charge(account, by, days_ago=70)
    periods.close(periods.month_end(dates.today() - timedelta(days=50)), today=dates.today(), by=by)
    account.holds.update(until=dates.today())
    exchanges.begin(Payer.objects.earliest("id"), [inquiry()], by=by, now=dates.now())
    on = dates.today() + timedelta(days=40)
    schedule.run_steps(on, dates.office_time(on), as_of=dates.office_time(on))
    schedule.today_begins()
    return {
        "account": account.pk, "by": by.pk, "charge": first.pk, "reversal": reversal.pk, "entry": reversal.reverses_id,
        "payment": Payment.objects.latest("id").pk,
    }  # fmt: skip


def catalogue(owner, sql) -> list:
    with owner.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


CONSTRAINTS = """SELECT conrelid::regclass::text, conname FROM pg_constraint
                  WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'u', 'x')
                  UNION ALL
                 SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
                  WHERE i.indisunique AND NOT i.indisprimary AND c.relnamespace = 'public'::regnamespace
                    AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = i.indexrelid)"""
TRIGGERS = """SELECT tgrelid::regclass::text, tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
               WHERE NOT tgisinternal AND c.relnamespace = 'public'::regnamespace"""


def test_every_guard_brings_its_attack(owner, db):
    """Django's own "positive" checks (…_check) come with the field and are left to Django's tests."""
    constraints = {
        name
        for table, name in catalogue(owner, CONSTRAINTS)
        if table.startswith(OURS) and not table.startswith(ELSEWHERE) and not name.endswith("_check")
    }
    assert constraints - set(COPIES) - NO_ATTACK == set()
    triggers = {
        (table, name)
        for table, name in catalogue(owner, TRIGGERS)
        if not name.startswith(("append_only", "audit_history", "name_words")) and not table.startswith(ELSEWHERE)
    }
    assert triggers - set(STATEMENTS) == set()


def refused(cursor, statement) -> str | None:
    """What the database says to a statement, which is undone either way; None when it is accepted."""
    cursor.execute("SAVEPOINT attack")
    try:
        cursor.execute(statement)
    except psycopg2.Error as error:
        return error.diag.constraint_name or str(error)
    else:
        return None
    finally:
        cursor.execute("ROLLBACK TO SAVEPOINT attack")


def copy(cursor, table, changes, where="true") -> str:
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'"
        " AND column_name <> 'id'",
        [table],
    )
    names = [name for (name,) in cursor.fetchall()]
    values = ", ".join(str(changes.get(name, f'"{name}"')) for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} WHERE {where} LIMIT 1"


def test_each_constraint_alone_stops_its_attack(owner, filled):
    with owner.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for name, (table, changes, *where) in COPIES.items():
            cursor.execute(f"SELECT count(*) FROM {table} WHERE {where[0] if where else 'true'}")
            assert cursor.fetchone()[0], f"{name}: {table} is empty, the attack proves nothing"
            attack = copy(cursor, table, changes, *where)
            assert refused(cursor, attack) == name
            cursor.execute("SAVEPOINT without")
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name} CASCADE")
            cursor.execute(f"DROP INDEX IF EXISTS {name}")
            assert refused(cursor, attack) is None, f"{name} is not what stops its attack"
            cursor.execute("ROLLBACK TO SAVEPOINT without")


def test_each_trigger_alone_stops_its_attack(owner, filled):
    with owner.cursor() as cursor:
        for (table, name), statement in STATEMENTS.items():
            attack = statement.format(**filled)
            assert refused(cursor, attack), f"{name} stops nothing"
            cursor.execute("SAVEPOINT without")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
            assert refused(cursor, attack) is None, f"{name} is not what stops its attack"
            cursor.execute("ROLLBACK TO SAVEPOINT without")


def test_each_append_only_trigger_alone_stops_changes(owner, filled):
    guards = [
        (t, n) for t, n in catalogue(owner, TRIGGERS) if n.startswith("append_only") and not t.startswith("audit_")
    ]
    assert len(guards) > 20
    with owner.cursor() as cursor:
        for table, name in guards:
            cursor.execute(f"SELECT count(*) FROM {table}")
            count = cursor.fetchone()[0]
            if name == "append_only_rows" and not count:
                continue
            column = catalogue_column(cursor, table)
            attack = (
                f"TRUNCATE {table} CASCADE"
                if name == "append_only_table"
                else f"UPDATE {table} SET {column} = {column}"
            )
            assert refused(cursor, attack), f"{name} of {table} stops nothing"
            cursor.execute("SAVEPOINT without")
            for other, same in guards:
                if same == name and (other == table or name == "append_only_table"):
                    cursor.execute(f"ALTER TABLE {other} DISABLE TRIGGER {same}")
            assert refused(cursor, attack) is None, f"{name} of {table} is not what stops it"
            cursor.execute("ROLLBACK TO SAVEPOINT without")


def catalogue_column(cursor, table) -> str:
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position DESC LIMIT 1",
        [table],
    )
    return f'"{cursor.fetchone()[0]}"'
