"""A form filled in before someone else saved is refused, keeps what was typed and shows what stands."""

import pytest
from django import forms
from django.template.loader import render_to_string

from billing_office.lib.fields import OfficeForm, OfficeModelForm, StaleFormMixin
from billing_office.staff.models import Office


class TermsForm(StaleFormMixin, OfficeModelForm):
    class Meta:
        model = Office
        fields = ["name", "paper", "terms_days"]

    def who_changed(self):
        return "J. Tran at 1:12 pm"


@pytest.fixture
def office(db):
    """An office as it stands now, saved for the third time by someone else."""
    office = Office(pk=1, code="ELM", name="Elm Clinic", paper="letter", terms_days=30)
    office.lock_version = 3
    return office


def filled(office, **changes):
    data = {"name": "Elm Clinic", "paper": "letter", "terms_days": "30", "lock_version": "3"} | changes
    return TermsForm({key: value for key, value in data.items() if value is not None}, instance=office)


def test_the_version_that_was_opened_saves_and_counts_up(office):
    form = filled(office, terms_days="14")
    assert form.is_valid(), form.errors
    assert form.save(commit=False).lock_version == 4


@pytest.mark.parametrize("version", ["2", "4", "", None, "x", "99999999999999999999"])
def test_any_other_version_is_refused_and_says_who_and_what_is_kept(office, version):
    form = filled(office, terms_days="14", lock_version=version)
    assert not form.is_valid()
    assert "J. Tran at 1:12 pm saved this meanwhile. Your entries are kept; look again and save." in str(form.errors)


def test_what_stands_now_is_shown_beside_what_was_entered_in_words(office):
    form = filled(office, lock_version="2", paper="a4", terms_days="14")
    form.is_valid()
    told = sorted((one.label, one.theirs, one.yours) for one in form.theirs)
    assert told == [("Paper", "Letter", "A4"), ("Terms days", "30", "14")]


def test_looking_again_and_saving_is_one_more_press(office):
    form = filled(office, lock_version="2", terms_days="14")
    form.is_valid()
    page = render_to_string("_form.html", {"form": form})
    assert 'name="lock_version" value="3"' in page
    assert 'name="terms_days" value="14"' in page
    assert 'name="keep-terms_days" value="theirs"> 30' in page


def test_a_form_that_is_first_opened_carries_the_version(office):
    assert 'name="lock_version" value="3"' in render_to_string("_form.html", {"form": TermsForm(instance=office)})


def test_a_field_is_bound_to_its_label_its_help_and_its_error(office):
    form = filled(office, terms_days="soon")
    page = render_to_string("_form.html", {"form": form})
    assert '<a href="#id_terms_days">Terms days</a>' in page
    assert 'aria-describedby="id_terms_days_helptext id_terms_days_error"' in page
    assert 'aria-invalid="true"' in page
    assert 'id="id_terms_days_error"' in page


class ChosenForm(OfficeForm):
    day = forms.CharField(initial="today")
    kind = forms.ModelChoiceField(Office.objects.none())
    office = forms.ModelChoiceField(Office.objects.none(), required=False)


def test_a_form_begins_at_the_first_field_that_waits_to_be_filled():
    assert 'data-first="id_kind"' in render_to_string("_form.html", {"form": ChosenForm()})


def test_a_form_that_was_refused_begins_at_its_errors(db):
    page = render_to_string("_form.html", {"form": ChosenForm({})})
    assert "data-first" not in page and "autofocus" in page


def test_an_empty_choice_says_choose_where_one_must(db):
    form = ChosenForm()
    assert "Choose…" in str(form["kind"]) and "Choose…" not in str(form["office"]) and "----" not in str(form)
