"""The house stands in layers: what the import linter cannot see."""

import re
import tomllib

from django.apps import apps

from billing_office import BASE_DIR

LAYERS = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]["layers"]
HEIGHT = {module: -at for at, line in enumerate(LAYERS) for module in re.split(r" [:|] ", line)}


def height(module: str) -> int | None:
    names = [name for name in HEIGHT if module == name or module.startswith(f"{name}.")]
    return HEIGHT[max(names, key=len)] if names else None


def ours():
    return [model for model in apps.get_models() if height(model.__module__) is not None]


def test_foreign_keys_point_down_or_stay():
    upward = [
        f"{model.__name__}.{field.name}"
        for model in ours()
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation and (there := height(field.related_model.__module__)) is not None
        if there > height(model.__module__)
    ]
    assert upward == []
    assert len(ours()) > 20


def test_every_app_on_disk_stands_in_a_layer():
    folders = [*BASE_DIR.glob("*/__init__.py"), *(BASE_DIR / "collections").glob("*/__init__.py")]
    names = {file.parent.name for file in folders} - {"tests"}
    names |= {f"billing_office.{file.parent.name}" for file in (BASE_DIR / "billing_office").glob("*/__init__.py")}
    assert names - set(HEIGHT) - {"billing_office"} == set()


def test_collections_is_no_package():
    assert not (BASE_DIR / "collections" / "__init__.py").exists()


MONEY = "JournalEntry|Posting|OpenItem|AccountBalance|Due|Charge|Payment"
WRITES = re.compile(
    rf"\b({MONEY})\.objects\.(create|bulk_create|get_or_create|update_or_create|bulk_update)\b"
    rf"|\b({MONEY})\([^)]*\)\.save\("
    r"|(INSERT INTO|UPDATE|DELETE FROM) +accounts_(journalentry|posting|openitem|accountbalance|due|charge|payment)\b"
)


def test_only_the_ledger_writes_money():
    sources = [
        file
        for folder in ("billing_office", "accounts", "insurance", "invoices", "collections")
        for file in (BASE_DIR / folder).rglob("*.py")
        if "migrations" not in file.parts
    ]
    writers = {str(file.relative_to(BASE_DIR)) for file in sources if WRITES.search(file.read_text())}
    assert writers == {"accounts/ledger.py"}


def test_no_template_switches_escaping_off_in_html():
    offending = [
        file.name
        for file in (BASE_DIR / "templates").rglob("*.html")
        if re.search(r"\|\s*safe\b|autoescape off", file.read_text())
    ]
    assert offending == []


def test_no_template_carries_inline_style_or_script():
    inline = re.compile(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|javascript:", re.I)
    offending = [
        str(file.relative_to(BASE_DIR / "templates"))
        for file in (BASE_DIR / "templates").rglob("*.html")
        if inline.search(file.read_text())
    ]
    assert offending == []
