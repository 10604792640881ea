"""No secret stands in the tree, and the look for weaknesses of dependencies is honest."""

import io
import re
import subprocess

import pytest
from django.core.management import CommandError, call_command

from billing_office import BASE_DIR
from billing_office.management.commands import audit_dependencies

PATTERNS = {
    "a private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----",
    "a cloud key": r"\bA(?:KIA|SIA)[0-9A-Z]{16}\b",
    "a token of a code host": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{40,}|glpat-[\w-]{20})\b",
    "a token of a chat": r"\bxox[abpr]-[\w-]{20,}",
    "a payment key": r"\b[rs]k_live_[0-9a-zA-Z]{20,}",
    "a web token": r"\beyJ[\w-]{16,}\.eyJ[\w-]{16,}\.[\w-]{16,}",
    "a password in an address": r"\b[a-z][a-z0-9+]*://[^\s/:@'\"<>{}$]+:(?P<value>[^\s/@'\"<>{}$…]{3,})@",
    "a secret given a value": (
        r"(?i)\b[\w.]*(?:secret|passw(?:or)?d|api_?key|auth_?token)[\w.]*[\"']?\s*[:=]\s*[\"'](?P<value>[^\"'\s{}<>]{8,})[\"']"
    ),
}
# Values that look like secrets and open nothing that matters, each with where it may stand.
KNOWN = {
    "harbor-lantern-42": "the demo's log-ins, printed at each start",
    "local-only-": "the key of an office that is nobody's, refused in production",
    "password": "the README's own example of an address",
}
FOLDERS_OF_EXAMPLES = ("tests/",)  # there a password is a line of a play; keys and tokens are refused there too
NAMES_ONLY = ("a secret given a value", "a password in an address")


def suspects(path: str, text: str):
    for what, pattern in PATTERNS.items():
        if what in NAMES_ONLY and path.startswith(FOLDERS_OF_EXAMPLES):
            continue
        for found in re.finditer(pattern, text):
            value = found.groupdict().get("value") or found[0]
            dotted = re.fullmatch(r"[a-z_]+(\.[A-Za-z_]+)+", value)  # the name of a module or setting
            if not dotted and not any(known in value for known in KNOWN):
                yield f"{path}:{text.count(chr(10), 0, found.start()) + 1}: {what}"


def test_no_secret_stands_in_the_tree():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=BASE_DIR, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("this is no checkout")
    found = []
    for name in filter(None, listed.stdout.decode().split("\0")):
        file = BASE_DIR / name
        if file.is_file() and b"\0" not in (content := file.read_bytes())[:4096]:
            found += suspects(name, content.decode(errors="replace"))
    assert found == []


@pytest.mark.parametrize(
    "planted",
    [
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "AKIA" + "ABCDEFGHIJKLMNOP",
        "ghp_" + "a" * 36,
        'SECRET_KEY = "' + 'x8#kq0vn2m"',
        'EMAIL_URL = "smtp://user:' + 'hunter22@mail:587"',
    ],
)
def test_a_planted_secret_is_found(planted):
    assert list(suspects("billing_office/settings.py", f"a\n{planted}\n"))


def test_no_file_that_holds_secrets_by_custom_is_in_the_tree():
    listed = subprocess.run(["git", "ls-files"], cwd=BASE_DIR, capture_output=True, text=True, check=False).stdout
    assert not re.findall(r"(?m)^(?:.*/)?(?:\.env|.*\.pem|.*\.p12|id_rsa|.*\.sqlite3|\.pgpass)$", listed)


def ask(monkeypatch, script: str, *args) -> str:
    """The command, with another program in pip-audit's place: what it answers is the outside world's, not ours."""
    true_run = subprocess.run

    def run(command, **more):
        return true_run(["sh", "-c", script], **more)

    monkeypatch.setattr(audit_dependencies.subprocess, "run", run)
    out = io.StringIO()
    call_command("audit_dependencies", *args, stdout=out, stderr=out)
    return out.getvalue()


def answer(**changes) -> str:
    packages = [
        {"name": name, "version": version, "vulns": []} for name, version in audit_dependencies.read_pins().items()
    ]
    packages[0] |= changes
    return "cat <<'E'\n" + str({"dependencies": packages}).replace("'", '"') + "\nE"


def test_nothing_known_is_said_when_all_were_checked(monkeypatch):
    assert "no known weakness" in ask(monkeypatch, answer())


def test_a_known_weakness_fails(monkeypatch):
    with pytest.raises(CommandError, match="1 known weaknesses"):
        ask(monkeypatch, answer(vulns=[{"id": "PYSEC-1", "fix_versions": ["9"]}]))


def test_a_skipped_package_fails(monkeypatch):
    with pytest.raises(CommandError, match="1 packages could not be checked"):
        ask(monkeypatch, answer(skip_reason="not found"))


def test_a_package_nobody_spoke_of_fails(monkeypatch):
    with pytest.raises(CommandError, match="1 packages could not be checked"):
        ask(monkeypatch, answer(name="something-else"))


def test_no_answer_fails_and_says_so(monkeypatch):
    with pytest.raises(CommandError, match="Nothing was checked.*no route"):
        ask(monkeypatch, "echo no route to host >&2; exit 1")


def test_told_offline_it_says_that_nothing_was_checked(monkeypatch):
    assert "Not checked" in ask(monkeypatch, "exit 1", "--offline")
