"""Every word that people read goes through gettext: under a language that marks each, nothing on a page stays unmarked.

What is left must be data: a value of the database. The test cannot see a word that happens to be one too.
"""

import ast
import os
import re
from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import CharField, JSONField, TextField
from django.utils import translation
from django.utils.translation import trans_real

from billing_office.management.commands.makemessages import ALIASES
from billing_office.staff.models import Role
from tests.house.test_access import ROUTES, address, enter, make_world

pytestmark = pytest.mark.django_db
ONLY = [part for part in os.environ.get("WORDS_OF", "").split(",") if part]  # of routes' names and addresses
OPEN, CLOSE = "⟦", "⟧"
SHOWN = {"title", "aria-label", "placeholder", "alt", "data-confirm"}
VOID = {"br", "hr", "img", "input", "link", "meta", "col", "use", "path", "circle", "rect", "line", "wbr"}
# Names, units and marks that are the same in every language.
SAME = {
    "CSV", "XLSX", "Excel", "PDF", "JPEG", "PNG", "TIFF", "EDI", "NPI", "CPT", "HCPCS", "ICD-10-CM", "UTC", "BAI2", "USD",
    "SHA-256", "Redis", "PostgreSQL", "HMO", "PPO", "Level", "II",
}  # fmt: skip
CODE = re.compile(r"\d|^[A-Z2-7]{32}$")  # a number of ours, a user's name of the test, a secret


class Marking:
    """A language in which every word is itself, marked. (What Django itself says is marked too.)"""

    def to_language(self):
        return "en-us"

    def gettext(self, message):
        context, _, words = message.rpartition("\x04")
        return f"{OPEN}{words}{CLOSE}"

    def ngettext(self, one, many, number):
        return self.gettext(one if number == 1 else many)


class Unmarked(HTMLParser):
    """The words of a page that stand outside marks: runs of text, and attributes that are read aloud or shown.

    A mark that is opened in an element (and cut off there) closes with it.
    """

    def __init__(self, page: str):
        super().__init__()
        self.depths, self.skipped, self.depth, self.runs = [], 0, 0, []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in SHOWN or (name == "value" and tag == "input" and ("type", "submit") in attrs):
                self.runs += _outside(value or "", 0)[0]
        if tag in VOID:
            return
        self.depths.append((tag, self.depth))
        self.skipped += tag in ("script", "style", "svg", "kbd", "time")

    def handle_endtag(self, tag):
        while self.depths:
            opened, depth = self.depths.pop()
            self.skipped -= opened in ("script", "style", "svg", "kbd", "time")
            if opened == tag:
                if tag in ("td", "th", "li", "p", "h1", "h2", "h3", "dd", "dt", "section", "div", "label", "option"):
                    self.depth = depth
                return

    def handle_data(self, data):
        runs, self.depth = _outside(data, self.depth)
        self.runs += [] if self.skipped else runs


def _outside(text: str, depth: int) -> tuple[list[str], int]:
    runs, run = [], ""
    for letter in text:
        if letter == OPEN:
            depth += 1
        elif letter == CLOSE:
            depth = max(0, depth - 1)
        elif depth == 0:
            run += letter
            continue
        runs.append(run)
        run = ""
    return [one for one in (" ".join(each.split()) for each in [*runs, run]) if re.search(r"[A-Za-z]{2}", one)], depth


class Data:
    """What the database holds as text: the office's own words, which are nobody's to translate."""

    def __init__(self):
        self.values, self.words = set(), set(SAME)
        for model in apps.get_models():
            fields = [
                field
                for field in model._meta.concrete_fields
                if isinstance(field, CharField | TextField | JSONField) and not field.choices
            ]
            for row in model.objects.values_list(*(field.name for field in fields)) if fields else ():
                for value in row:
                    self._take(value)
        self.all = "\n".join(self.values)

    def _take(self, value):
        if isinstance(value, str):
            self.values.add(" ".join(value.split()))
            self.words.update(re.findall(r"[\w'’.@+-]+", value) if len(value) < 60 else ())
        elif isinstance(value, dict | list):
            for each in value.values() if isinstance(value, dict) else value:
                self._take(each)

    def holds(self, run: str) -> bool:
        run = run.strip(" :;,.·–(")
        words = re.findall(r"[\w'’.@+-]*[A-Za-z]{2}[\w'’.@+-]*", run)
        return all(CODE.search(word) or word in self.words or word.strip(".") in self.words for word in words) or (
            len(words) > 1 and run in self.all
        )


def _pages(role, office, world):
    """What a person of this role is shown, under GET and as a refused POST of an empty form, in order of addresses."""
    browser = enter(role, office)
    for name, pattern in ROUTES.items():
        url = address(pattern, world)
        if name == "sign_out" or (ONLY and not any(part in name or part in url for part in ONLY)):
            continue
        for method in (browser.get, browser.post):
            answer = method(url)
            if not answer.streaming and answer.headers.get("Content-Type", "").startswith("text/html"):
                yield f"{method.__name__} {name} {url}", answer.content.decode()


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.ADMIN, Role.COLLECTOR])
def test_no_word_of_a_page_misses_gettext(role, office, by, settings, monkeypatch):
    world = make_world(office, by, settings)
    monkeypatch.setitem(trans_real._translations, settings.LANGUAGE_CODE, Marking())
    monkeypatch.setattr(trans_real, "_default", None)
    translation.deactivate()
    pages = list(_pages(role, office, world))
    data = Data()
    wrong = {}
    for name, page in pages:
        for run in Unmarked(page).runs:
            if not data.holds(run):
                wrong.setdefault(run, name)
    assert not wrong, "\n".join(f"{name}: {run}" for run, name in sorted(wrong.items(), key=lambda each: each[1]))
    assert pages


def test_words_are_collected_under_every_name_that_marks_them():
    """xgettext finds words by the name of the function around them: a name it does not know would lose its words."""
    for app in ("accounts", "billing_office", "collections", "insurance", "invoices"):
        for path in (settings.BASE_DIR / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
                    for name in node.names:
                        assert name.asname in (None, "_", ALIASES.get(name.name)), f"{path}: {name.asname}"
