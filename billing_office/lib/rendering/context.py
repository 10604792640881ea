"""The words of a document, and what a template needs beside them: sizes and joins.

A context is a dict of strings ready to read: amounts `$1,234.56`, in tables `1,234.56`, minus U+2212; dates in words,
with no-break spaces where a date or telephone number must not break.

- all documents: lang, kind, number, copy (bool), office {name, contact (lines)}, to (lines: name, street, city),
  facts [[label, value]] up to 5, lead (one sentence), ask {label, amount, by, sub?} or None,
  help {title, text}?, notes [{title, text}]?, fine?
- a table of groups (invoice, credit-note, estimate): what (first head), columns (amount heads),
  visits [{when, who, by, why?, lines [{what, code, amounts [one per column]}]}], totals {label, amounts}?;
  when, who and by head the group and may each be empty
- a table of rows (the others): what, columns, rows [{what, amounts, when? (statement)}], totals?,
  column_class "d" or "e" (wide enough for dates)?; a statement also when (head of the dates)?,
  aging {title, heads, amounts}?
- settle [{label, amount, tone? "t" the sum, "g" not due yet}]?, paragraphs [text]?, sections [{title, points [text]}]?
- slip {cut, mail (lines), refs [[label, value]] up to 3, due [label, amount], enclosed, online (lines)?, url?, qr_alt?}
  or None. Without url no QR code and no link are printed.
- sign {client, office, seal} (plan-agreement)

A name goes into a sentence through isolated(name) only.
"""

import copy
import textwrap

MAX_LINES = 500  # rows of one document, some 15 pages; what is longer is a mistake, and would hold a worker for seconds
MAX_TEXT = 200_000  # characters of one document

# Directional controls a name could carry. WeasyPrint 70 ignores unicode-bidi, so a right-to-left override in a name
# turned "$203.45" in the same sentence into "54.302$". Only FSI and PDI are ours, written by isolated().
_OVERRIDES = [0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), 0x2066, 0x2067]
_NO_LETTERS = dict.fromkeys([c for c in (*range(0x20), *range(0x7F, 0xA0)) if c != 0x0A])
_TYPED = dict.fromkeys([*_OVERRIDES, 0x2068, 0x2069])
_PRINTED = dict.fromkeys(_OVERRIDES) | _NO_LETTERS | {0x09: " "}

_FACT, _REFERENCE = 23, 21  # characters that fit beside a label in the top third, and on the slip


class TooLong(ValueError):
    """The document has more lines or words than a document may have; the message says how many."""


def plain(value):
    """The same value (text, or a dict or list of such) with directional controls taken out of every text in it."""
    return _translated(value, _TYPED)


def isolated(name: str) -> str:
    """A name to be put into a sentence: whatever its direction, the words and amounts around it stay put."""
    return f"\u2068{plain(name)}\u2069"


def ready(given: dict, paper: str) -> dict:
    """What the templates get: a copy of the words with paper, sizes and joined lines added. Raises TooLong."""
    context = _translated(copy.deepcopy(given), _PRINTED)
    rows = [line for visit in context.get("visits", ()) for line in visit["lines"]] + context.get("rows", [])
    _measured(context, len(rows))
    amounts = [amount for row in rows for amount in row["amounts"]]
    amounts += [row["amount"] for row in context.get("settle") or ()]
    widest = max((len(amount) for amount in amounts if amount[-3:-2] == "."), default=0)

    context["paper"] = paper
    context["roomy"] = len(rows) <= 6 and widest <= 10 and not context.get("sections")
    context["ask_class"] = _by_length(len((context.get("ask") or {}).get("amount", "")), "big", "big long", "big vast")
    context["settle_class"] = _by_length(widest, "m", "z", "zz")
    if widest > 10:
        context["column_class"] = _by_length(widest, "", "o", "oo")
    context["small_to"] = sum(1 + len(line) // 46 for line in context["to"].split("\n")) > 4
    context["span"] = str(len(context.get("columns", ())) + 1)
    context["facts"] = _listed(context["facts"], _FACT)
    for visit in context.get("visits", ()):
        names = [isolated(visit[key]) for key in ("who", "by") if visit.get(key)]
        visit["title"] = " · ".join([visit["when"], *names] if visit.get("when") else names)
    if slip := context.get("slip"):
        slip["refs"] = _listed(slip["refs"], _REFERENCE)
        slip["due_class"] = _by_length(len(slip["due"][1]), "sumof", "sumof", "sumof tight")
    return context


def _translated(value, table: dict):
    if isinstance(value, str):
        return value.translate(table)
    if isinstance(value, dict):
        return {key: _translated(item, table) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_translated(item, table) for item in value]
    return value


def _measured(context: dict, lines: int) -> None:
    if lines > MAX_LINES:
        raise TooLong(f"The document has {lines:,} lines; at most {MAX_LINES} fit one. Make several documents of it.")
    if (letters := _letters(context)) > MAX_TEXT:
        raise TooLong(f"The document has {letters:,} characters; at most {MAX_TEXT:,} fit one. Shorten its texts.")


def _letters(value) -> int:
    if isinstance(value, str):
        return len(value)
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return sum(map(_letters, items))


def _by_length(length: int, usual: str, long: str, vast: str) -> str:
    return usual if length <= 10 else long if length <= 13 else vast


def _listed(pairs: list, width: int) -> str:
    """Labels and values as lines with a tab between; a value too wide for its place goes on in the next line.

    One text of lines and tabs costs a third of a small table, and reads in the right order.
    """
    return "\n".join(f"{label}\t" + "\n\t".join(textwrap.wrap(value, width) or [""]) for label, value in pairs)
