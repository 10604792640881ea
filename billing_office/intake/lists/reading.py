"""A list of accounts read: accounts to be, what is wrong by cell, and what to look at. Writes nothing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from accounts.forms.clients import LANGUAGES
from accounts.forms.contacts import phone_number
from accounts.models import Account, Client, ContactPoint
from billing_office.intake import cells
from billing_office.intake.models import TakenAccount
from billing_office.lib import cards, dates, money, sheets
from billing_office.lib.sorting import sort_key
from billing_office.staff.models import Office

from .layout import wanted

MOST_ROWS = 10_000
YES = {"yes", "y", "true", "1", "x", "consents"}
NO = {"", "no", "n", "false", "0", "-"}


@dataclass(frozen=True)
class Finding:
    """What one cell says that cannot be taken, or should be looked at: `row` as numbered in the file, from 1 for the heads."""

    row: int
    column: str
    value: str
    why: str

    @property
    def told(self) -> list:
        return [self.row, self.column, self.value[:60], self.why]


@dataclass
class Person:
    """A client to be, with the ways to reach them: fields of Client and of ContactPoint."""

    row: int
    fields: dict
    points: list[dict] = field(default_factory=list)


@dataclass
class Planned:
    """An account to be; its first person is the guarantor. `cents` are owed by the client since `cents_on`."""

    row: int
    reference: str
    people: list[Person]
    opened_on: date
    financial_class: str
    facts: dict[int, str]
    cents: int = 0
    cents_on: date | None = None
    note: str = ""


@dataclass
class Reading:
    """`errors` stop the import; `notices` do not. `known` rows were taken over before and are left out."""

    accounts: list[Planned] = field(default_factory=list)
    errors: list[Finding] = field(default_factory=list)
    notices: list[Finding] = field(default_factory=list)
    rows: int = 0
    known: int = 0


def read(content: bytes, named: Mapping[str, str], office: Office, today: date) -> Reading:
    """`named` maps targets (layout.wanted) to the file's own columns. Raises sheets.NoTable."""
    return _Reader(named, office, today).read(content)


class _Reader:
    def __init__(self, named: Mapping[str, str], office: Office, today: date):
        self.named, self.office, self.today = named, office, today
        self.labels = wanted(office)
        self.reading = Reading()
        self.by_reference: dict[str, Planned] = {}
        self.known = set(TakenAccount.objects.standing().filter(office=office).values_list("reference", flat=True))

    def read(self, content: bytes) -> Reading:
        for row, said in sheets.lines(content, self.named):
            self.reading.rows += 1
            if self.reading.rows > MOST_ROWS:
                raise sheets.NoTable(
                    _("The list has more than %(most)s rows. Import it in parts.") % {"most": f"{MOST_ROWS:,}"}
                )
            self._row(row, said)
        self._look_alikes()
        return self.reading

    # -- one row --

    def _row(self, row: int, said: dict[str, str]):
        self.at, self.said, self.broken = row, said, False
        reference = self._text("reference", 60)
        if reference and reference in self.known:
            self.reading.known += 1
            return
        person = Person(row, self._person(), self._points())
        first = self.by_reference.get(reference) if reference else None
        if first:
            self._joins(first, person)
            return
        planned = Planned(
            row, reference, [person], self._day("opened_on", past=True) or self.today, self._class(), self._facts(),
            self._balance(), self._day("balance_on", past=True), self._text("note", 2000),
        )  # fmt: skip
        if self.broken:
            return
        self.reading.accounts.append(planned)
        if reference:
            self.by_reference[reference] = planned

    def _joins(self, first: Planned, person: Person):
        """A further client of an account; what is the account's own stands in its first row."""
        if self._cell("balance") and self._balance() not in (0, first.cents):
            self._wrong(
                "balance",
                _("The balance of %(reference)s stands in row %(row)s; here is another.")
                % {"reference": first.reference, "row": first.row},
            )
        if not self.broken:
            first.people.append(person)

    def _person(self) -> dict:
        last, first = self._text("last_name", 80), self._text("first_name", 80)
        whole = self._text("name", 160)
        if not last and whole:
            last, first = _split(whole)
        if not last:
            self._wrong("last_name" if "last_name" in self.named else "name", _("A client needs a name."))
        elif len(last) > 80 or len(first) > 80:
            self._wrong("name", _("The name is longer than 80 letters."))
        return {
            "last_name": last, "first_name": first, "birth_date": self._day("birth_date", past=True), "language": self._language(),
            "kind": Client.Kind.PERSON if first or self.office.words.insured else Client.Kind.ORGANISATION,
        }  # fmt: skip

    def _points(self) -> list[dict]:
        Kind, points = ContactPoint.Kind, []
        if value := self._checked("email", 254, validate_email, _("This is no e-mail address.")):
            points.append({"kind": Kind.EMAIL, "value": value, "consent_on": self._consent()})
        elif self._cell("consent").lower() not in NO:
            self._wrong("consent", _("There is consent to e-mail, and no e-mail address."))
        if value := self._checked("phone", 60, phone_number, _("This is no phone number.")):
            points.append({"kind": Kind.PHONE, "value": value})
        street, city = self._text("street", 120), self._text("city", 80)
        if street and city:
            lines = {
                "street": street,
                "city": city,
                "region": self._text("region", 40),
                "postcode": self._text("postcode", 16),
            }
            points.append({"kind": Kind.POSTAL, **lines})
        elif street or city:
            self._wrong("city" if street else "street", _("An address needs street and city."))
        return points

    def _consent(self) -> date | None:
        text = self._cell("consent")
        if text.lower() in NO:
            return None
        return self.today if text.lower() in YES else self._day("consent", past=True)

    def _facts(self) -> dict[int, str]:
        keys = (key for key in self.named if key.startswith("field-"))
        return {int(key.removeprefix("field-")): text for key in keys if (text := self._text(key, 80))}

    def _balance(self) -> int:
        text = self._cell("balance")
        if not text:
            return 0
        try:
            cents = money.parse(text)
        except money.NotMoney as error:
            self._wrong("balance", str(error))
            return 0
        if cents < 0:
            self._wrong("balance", _("The client is owed money. Leave it out, and post it as a receipt afterwards."))
        elif cents > money.MAX_CENTS:
            self._wrong("balance", _("More than %(amount)s cannot be owed.") % {"amount": money.show(money.MAX_CENTS)})
        return cents

    def _language(self) -> str:
        text = self._cell("language").lower()
        known = {name.lower(): code for code, name in LANGUAGES} | {code: code for code, _ in LANGUAGES}
        if text and text not in known:
            self._wrong(
                "language",
                _("Use one of %(codes)s, or the language’s English name.")
                % {"codes": ", ".join(code for code, _name in LANGUAGES)},
            )
        return known.get(text, "en")

    def _class(self) -> str:
        text, classes = self._cell("financial_class").lower(), Account.FinancialClass
        known = {label.lower(): value for value, label in classes.choices} | {value: value for value in classes.values}
        if text and text not in known:
            self._wrong(
                "financial_class",
                _("Use one of %(classes)s.") % {"classes": ", ".join(map(str, classes.labels))},
            )
        return known.get(text, classes.SELF_PAY)

    # -- one cell --

    def _cell(self, key: str) -> str:
        return self.said.get(key, "")

    def _text(self, key: str, most: int) -> str:
        try:
            text = cells.text(_("This"), self._cell(key), most)
        except cells.Broken as error:
            return self._wrong(key, f"{error}.")
        if cards.holds_number(text):
            return self._wrong(
                key, _("This may be a card’s number. Take it out of the list: it must not be kept."), shown="…"
            )
        return text

    def _checked(self, key: str, most: int, check, why: str) -> str:
        text = self._text(key, most)
        try:
            if text:
                check(text)
        except ValidationError:
            return self._wrong(key, why)
        return text

    def _day(self, key: str, *, past: bool) -> date | None:
        try:
            found = sheets.day(self._cell(key))
        except ValueError as error:
            self._wrong(key, str(error))
            return None
        if past and found and found > self.today:
            self._wrong(key, _("%(day)s has not come yet.") % {"day": dates.long(found)})
        return found

    def _wrong(self, key: str, why: str, shown: str | None = None) -> str:
        """Note what is wrong; returns "", which is what is then taken of the cell."""
        column = self.named.get(key) or str(self.labels.get(key, key))
        self.reading.errors.append(Finding(self.at, column, self._cell(key) if shown is None else shown, why))
        self.broken = True
        return ""

    # -- the whole --

    def _look_alikes(self):
        """Clients of this office who are called and were born alike: shown, and taken over nevertheless."""
        keys = {
            (sort_key(who["last_name"], who["first_name"]), who["birth_date"]): planned
            for planned in self.reading.accounts
            for who in (person.fields for person in planned.people)
            if who["birth_date"]
        }
        found = Client.objects.filter(
            account__office=self.office, sort_key__in={name for name, _ in keys}
        ).select_related("account")
        for client in found:
            if planned := keys.get((client.sort_key, client.birth_date)):
                why = _("Looks like %(client)s, %(account)s. It is taken over; merge the two if they are one.") % {
                    "client": client.name,
                    "account": client.account.number,
                }
                self.reading.notices.append(Finding(planned.row, _("Name and birth date"), client.name, why))


def _split(whole: str) -> tuple[str, str]:
    """Last and first name of a whole one.

    >>> _split("Hill, Grace"), _split("Grace A. Hill"), _split("Hilltop")
    (('Hill', 'Grace'), ('Hill', 'Grace A.'), ('Hilltop', ''))
    """
    last, comma, first = whole.partition(",")
    if comma:
        return last.strip(), first.strip()
    first, _, last = whole.rpartition(" ")
    return (last, re.sub(r"\s+", " ", first)) if first else (whole, "")
