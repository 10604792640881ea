"""ICD-10-CM from its package: the codes that may stand on a claim, without their chapters and categories.

The package holds one release and takes more than a second to open: a worker opens it, no page does.
"""

from importlib import import_module, metadata

from .rows import Reading, Row, normal

PACKAGE = "simple-icd-10-cm"


def release() -> str:
    return f"{PACKAGE} {metadata.version(PACKAGE)}"


def read() -> Reading:
    icd = import_module("simple_icd_10_cm")
    # Blocks of categories are named as spans (C00-C75), or like their only category: a code counts once.
    leaves = dict.fromkeys(code for code in icd.get_all_codes(with_dots=False) if icd.is_leaf(code) and "-" not in code)
    return Reading([Row(normal(code), icd.get_description(code)) for code in leaves])
