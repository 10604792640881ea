import sys
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent

# `collections/` holds two apps and is also the name of a standard module. It must never be a package, and it is
# appended, never put first, so that nothing in it can hide a module of Python's own.
sys.path.append(str(BASE_DIR / "collections"))
