"""manage.py audit_dependencies: known weaknesses of the packages this office runs on, asked of pip-audit.

A check that could not be made never passes: when the list of weaknesses cannot be reached, or a package was skipped,
the command fails and names what is unknown. With --offline it says that nothing was checked, and does not fail.
"""

import json
import re
import subprocess
import sys

from django.core.management.base import BaseCommand, CommandError

from billing_office import BASE_DIR

FILES = ["requirements.txt", "requirements-test.txt", "requirements-dev.txt"]
PIN = re.compile(r"^([A-Za-z0-9_.\[\]-]+)==([^\s;#]+)")


class Command(BaseCommand):
    help = "Look for known weaknesses of the pinned packages. Fails when it finds one, and when it could not look."

    def add_arguments(self, parser):
        parser.add_argument("--offline", action="store_true", help="do not look: only read the lists and say so")
        parser.add_argument("--timeout", type=int, default=300, help="seconds")

    def handle(self, *, offline, timeout, **_):
        pins = read_pins()
        if offline:
            self.stdout.write(f"{len(pins)} packages are pinned. Not checked for known weaknesses (--offline).")
            return
        answered = self._ask(timeout)
        seen = {_plain(package["name"]): package for package in answered["dependencies"]}
        weak = [(package, one) for package in seen.values() for one in package.get("vulns", [])]
        skipped = {name: package["skip_reason"] for name, package in seen.items() if "skip_reason" in package}
        skipped |= {name: "no answer about it" for name in pins if _plain(name) not in seen}
        for package, one in weak:
            mended = ", ".join(one.get("fix_versions", [])) or "none yet"
            self.stderr.write(f"{package['name']} {package['version']}: {one['id']}, mended in: {mended}")
        for name, why in skipped.items():
            self.stderr.write(f"Not checked: {name} ({why})")
        if weak or skipped:
            raise CommandError(f"{len(weak)} known weaknesses; {len(skipped)} packages could not be checked.")
        self.stdout.write(f"{len(seen)} packages checked: no known weakness.")

    def _ask(self, timeout: int) -> dict:
        command = [
            sys.executable,
            "-m",
            "pip_audit",
            "--format",
            "json",
            "--progress-spinner",
            "off",
            "--timeout",
            "15",
        ]
        for file in FILES:
            command += ["--requirement", str(BASE_DIR / file)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
        except subprocess.TimeoutExpired as error:
            raise CommandError(f"Nothing was checked: no answer within {timeout} s.") from error
        try:
            return json.loads(done.stdout)
        except ValueError as error:
            said = done.stderr.strip().splitlines() or ["it said nothing"]
            raise CommandError(f"Nothing was checked: pip-audit gave no answer ({said[-1][:300]}).") from error


def read_pins() -> dict[str, str]:
    """Name and version of every pinned package. Raises CommandError for a line that pins none."""
    pins = {}
    for file in FILES:
        for line in (BASE_DIR / file).read_text().splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            if not (pin := PIN.match(line)):
                raise CommandError(f"{file}: “{line}” pins no version, so nobody knows what would run.")
            pins[pin[1]] = pin[2]
    return pins


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.partition("[")[0]).lower()
