"""The two fonts of every document, made once from the variable Inter that the package fontpkg-inter carries.

Made and not committed, so that documents look alike on every machine. Latin, Greek and Cyrillic only, figures of one
width by default (amounts line up without a font feature, which would cost on every line), kerning and marks kept.
Inter is under the Open Font License, and so are these; the licence text is in the package.
"""

import os
import tempfile
from importlib import metadata, resources
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

RECIPE = 1  # raise it with every change below: the files are named after it, so that changed fonts are made anew
WEIGHTS = {"Regular": 400, "SemiBold": 600}
SIZE = 14  # optical size, points: of text, not of posters

_RANGES = (
    (0x20, 0x7E), (0xA0, 0x24F), (0x259, 0x259), (0x2BB, 0x2BD), (0x2C6, 0x2C7), (0x2D8, 0x2DD),  # Latin
    (0x300, 0x30C), (0x323, 0x323), (0x326, 0x328), (0x331, 0x331),  # marks that combine
    (0x370, 0x52F), (0x1E80, 0x1EFF),  # Greek, Cyrillic, Vietnamese
    (0x2000, 0x20CF), (0x2116, 0x2116), (0x2122, 0x2122), (0x2150, 0x215F), (0x2190, 0x2199),  # signs, currencies
    (0x2212, 0x2212), (0x2215, 0x2215), (0x2260, 0x2260), (0x2264, 0x2265), (0x25CF, 0x25CF), (0x2713, 0x2717),
    (0xFEFF, 0xFEFF), (0xFFFD, 0xFFFD),
)  # fmt: skip


def ensure(folder: Path) -> tuple[Path, Path]:
    """The regular and the semibold font in `folder`, made there where they are missing (a few seconds, once).

    Two processes may do it at once: each writes a file of its own and renames it, and both write the same bytes.
    """
    edition = f"{RECIPE}-{metadata.version('fontpkg-inter')}"
    paths = {style: folder / f"OfficeSans-{style}-{edition}.ttf" for style in WEIGHTS}
    missing = {style: path for style, path in paths.items() if not path.exists()}
    if missing:
        folder.mkdir(parents=True, exist_ok=True)
        letters = _letters()
        for style, path in missing.items():
            _write(_styled(letters, style), path)
    return paths["Regular"], paths["SemiBold"]


def _letters() -> TTFont:
    """The variable font with our letters and figures only, for both weights to be drawn from."""
    source = resources.files("fontpkg_inter") / "files" / "Inter[opsz,wght].ttf"
    with source.open("rb") as file:
        # The time of making stays out of the font: the same recipe gives the same bytes, here and elsewhere.
        font = TTFont(file, lazy=False, recalcTimestamp=False)
        _figures_of_one_width(font)
        _cut(font)
    return font


def _figures_of_one_width(font: TTFont) -> None:
    """Point the ten figures at the glyphs that the feature tnum would choose."""
    table = font["GSUB"].table
    chosen = {i for r in table.FeatureList.FeatureRecord if r.FeatureTag == "tnum" for i in r.Feature.LookupListIndex}
    swaps = {}
    for index in sorted(chosen):
        for part in table.LookupList.Lookup[index].SubTable:
            swaps |= getattr(getattr(part, "ExtSubTable", part), "mapping", {})
    for cmap in font["cmap"].tables:
        for figure in map(ord, "0123456789"):
            if figure in cmap.cmap:
                glyph = cmap.cmap[figure]
                cmap.cmap[figure] = swaps.get(glyph, glyph)  # tables may share one mapping, swapped already


def _cut(font: TTFont) -> None:
    options = subset.Options(hinting=False, notdef_outline=True, glyph_names=False, name_IDs=["*"])
    options.layout_features = ["ccmp", "locl", "mark", "mkmk", "kern"]
    options.drop_tables += ["meta", "STAT"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[point for first, last in _RANGES for point in range(first, last + 1)])
    cutter.subset(font)


def _styled(letters: TTFont, style: str) -> TTFont:
    font = instancer.instantiateVariableFont(letters, {"wght": WEIGHTS[style], "opsz": SIZE})  # a copy
    names = {
        1: "Office Sans" if style == "Regular" else f"Office Sans {style}",
        4: f"Office Sans {style}",
        6: f"OfficeSans-{style}",
        16: "Office Sans",
        17: style,
    }
    for record in font["name"].names:
        record.string = names.get(record.nameID, record.string)
    return font


def _write(font: TTFont, path: Path) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-")
    try:
        with os.fdopen(handle, "wb") as file:
            font.save(file)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
