"""From a bare python3 to one that has what requirements.txt names. Standard library only: nothing else is there yet."""

import ctypes
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from billing_office import BASE_DIR

from .trouble import Trouble

VENV = BASE_DIR / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / "office-requirements.json"
# WeasyPrint's native half, which no Python package carries: what it loads, and the Debian packages that bring it.
NATIVE = (
    "libgobject-2.0.so.0",
    "libfontconfig.so.1",
    "libharfbuzz.so.0",
    "libharfbuzz-subset.so.0",
    "libpango-1.0.so.0",
    "libpangoft2-1.0.so.0",
)
NATIVE_PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-dejavu-core")
# An ordinary user's own copy of them, and what every Debian has already.
NATIVE_HOME = VENV / "native"
EVERYWHERE = ("libc6", "libc-", "libgcc", "libcrypt", "libselinux", "libpam", "libaudit", "libstdc++")
FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>/usr/share/fonts</dir><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""


def inside() -> bool:
    return Path(sys.prefix).resolve() == VENV.resolve()


def enter(*requirements: str):
    """Make .venv, install `requirements` where they changed, then run this command again in it, in its place."""
    install(*requirements)
    _know_native()
    os.execv(PYTHON, [str(PYTHON), str(BASE_DIR / "manage.py"), *sys.argv[1:]])  # noqa: S606  no shell is what we want


def install(*requirements: str):
    """Bring .venv up to the named requirements files; done already costs two small reads."""
    with _one_at_a_time():
        wanted = {name: hashlib.sha256((BASE_DIR / name).read_bytes()).hexdigest() for name in requirements}
        stamps = _stamps()
        behind = [name for name in requirements if stamps.get(name) != wanted[name]]
        if not behind and PYTHON.exists():
            return
        if not _has_pip():
            with step("Python environment .venv"):
                _make_venv()
        with step(f"Packages of {' and '.join(behind)}"):
            _pip(behind)
        STAMPS.write_text(json.dumps(_stamps() | {name: wanted[name] for name in behind}))


def need_native_libraries():
    """What turns documents into PDF. As root they are installed, and that is said; else one line names them."""
    if not _missing_native():
        return
    names = " ".join(NATIVE_PACKAGES)
    if os.geteuid() != 0:
        _use_own_native(names)
    with step(f"Debian packages {names}"):
        apt_install(*NATIVE_PACKAGES)
    if missing := _missing_native():
        raise Trouble(f"PDF documents cannot be made: {' '.join(missing)} still missing after installing {names}.")


def _use_own_native(names: str):
    """An ordinary user gets the libraries beside .venv: downloaded, unpacked, nothing installed. Goes on as a new process."""
    ask = f"PDF documents need libraries that this machine lacks. Please run: sudo apt-get install {names}"
    if NATIVE_HOME.exists():
        raise Trouble(ask)  # they are there, and still do not load
    with step(f"Libraries for PDF, unpacked into {NATIVE_HOME}"):
        try:
            _fetch_native()
        except (OSError, subprocess.CalledProcessError) as error:
            raise Trouble(ask) from error
    _know_native()
    os.execv(PYTHON, [str(PYTHON), str(BASE_DIR / "manage.py"), *sys.argv[1:]])  # noqa: S606


def _fetch_native():
    asked = ["apt-cache", "depends", "--recurse", "--no-recommends", "--no-suggests", "--no-conflicts", "--no-breaks"]
    asked += ["--no-replaces", "--no-enhances", *NATIVE_PACKAGES]
    told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.splitlines()
    wanted = [name for name in told if name.startswith(("lib", "font")) and not name.startswith(EVERYWHERE)]
    draft = NATIVE_HOME.with_suffix(".part")
    shutil.rmtree(draft, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["apt-get", "download", "-q", *wanted], cwd=folder, capture_output=True, check=True)
        for package in Path(folder).glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", package, draft], capture_output=True, check=True)
    (draft / "fonts.conf").write_text(
        FONTS_CONF.format(fonts=NATIVE_HOME / "usr/share/fonts", cache=VENV / "fontconfig")
    )
    draft.rename(NATIVE_HOME)


def _know_native():
    """The loader reads these when a process begins; every process of the office is begun from one that has them."""
    if not NATIVE_HOME.exists():
        return
    folders = [*NATIVE_HOME.glob("usr/lib/*-linux-*"), *NATIVE_HOME.glob("lib/*-linux-*")]
    given = [os.environ["LD_LIBRARY_PATH"]] if os.environ.get("LD_LIBRARY_PATH") else []
    os.environ["LD_LIBRARY_PATH"] = ":".join(dict.fromkeys([*map(str, folders), *given]))
    if not Path("/etc/fonts/fonts.conf").exists():
        os.environ["FONTCONFIG_FILE"] = str(NATIVE_HOME / "fonts.conf")


def apt_install(*packages: str):
    """Install Debian packages as root; the lists are fetched when there are none, or when they prove too old."""
    how = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    update = ["apt-get", "update", "-q"]
    have_lists = any(Path("/var/lib/apt/lists").glob("*_Packages*"))
    for commands in ([install] if have_lists else [update, install], [update, install]):
        try:
            runs = [
                subprocess.run(command, env=how, capture_output=True, text=True, check=False) for command in commands
            ]
        except FileNotFoundError as error:
            raise Trouble(f"Needed, and there is no apt-get to install them: {' '.join(packages)}") from error
        if runs[-1].returncode == 0:
            return
    raise Trouble(f"apt-get could not install {' '.join(packages)}: {_last_line(runs[-1].stderr or runs[-1].stdout)}")


# Each process has servers of its own; a file stays in one process, and the longest come first (tests/conftest.py).
IN_PARALLEL = ["-n", "auto", "--maxprocesses", "4", "--dist", "loadfile", "--no-loadscope-reorder"]


def test(arguments: list[str]):
    """Run the test suite, which brings its own servers, in place of this process: whole, it runs on several cores."""
    install("requirements.txt", "requirements-test.txt")
    need_native_libraries()
    os.chdir(BASE_DIR)
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *(arguments or IN_PARALLEL)])  # noqa: S606


@contextmanager
def step(name: str, out=sys.stderr):
    """One line of progress with the seconds it took; on stderr, for stdout belongs to what a command prints."""
    begin = time.monotonic()
    print(f"  {name} ...", end=" ", file=out, flush=True)
    try:
        yield
    except BaseException:
        print("not done", file=out, flush=True)
        raise
    print(f"{time.monotonic() - begin:.1f} s", file=out, flush=True)


@contextmanager
def _one_at_a_time():
    """`up` and `test` begun at once in a fresh clone must not build one .venv twice."""
    with open(BASE_DIR / "manage.py") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _make_venv():
    if not find_spec("ensurepip") or not find_spec("venv"):
        if os.geteuid() != 0:
            raise Trouble("Python's venv module is missing. Please run: sudo apt-get install python3-venv")
        apt_install("python3-venv")
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", VENV], capture_output=True, text=True, check=False, cwd="/"
    )
    if made.returncode:
        raise Trouble(f"Cannot make {VENV}: {_last_line(made.stderr or made.stdout)}")


def _has_pip() -> bool:
    """Whether .venv is whole: one begun and interrupted, or of a Python that is gone, is made anew."""
    try:
        return (
            subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True, check=False, cwd="/").returncode
            == 0
        )
    except OSError:
        return False


def _pip(files: list[str]):
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    for name in files:
        command += ["-r", BASE_DIR / name]
    # In the checkout the folder collections/ would stand before Python's own module of that name.
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode:
        network = " It could not reach its packages: is there a network?" if "ConnectionError" in done.stderr else ""
        raise Trouble(f"pip could not install {' '.join(files)}: {_last_line(done.stderr, 'ERROR')}.{network}")


def _missing_native() -> list[str]:
    return [name for name in NATIVE if not _loads(name)]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _stamps() -> dict[str, str]:
    try:
        return json.loads(STAMPS.read_text())
    except (OSError, ValueError):
        return {}


def _last_line(text: str, wanted: str = "") -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return ([line for line in lines if wanted in line] or lines or ["it gave no reason."])[-1]
