"""What people who mean harm, and files and fingers that slip, put where an amount, a day, a text or a choice belongs."""

MARK = "zzfuzz"  # in every payload that would be markup, so that it is found again in an answer

MONEY = [
    "NaN", "Infinity", "1e9", "-5", "0", "0.001", "1,000.00", "١٢٣", "9" * 30, "1.234,56", "$", "   ", "1\u00a0000",
    "0x10", "--5", "5.", ".5", "10000000000.01", "1\x00", "½", "1_000", "９",
]  # fmt: skip
DAYS = [
    "0001-01-01", "9999-12-31", "2026-02-30", "2026-13-01", "12/31/26", "tomorrow", "", "1e9", "0000-00-00", "2026-1-1",
    "२०२६-०१-०१", "2026-01-01T00:00", "-1", "2026-01-01\x00", "99999-01-01", "02/29/2027",
]  # fmt: skip
TEXTS = [
    f"{MARK}\x00null", f"{MARK} " + "x" * 5000, f"{MARK}\r\nBcc: a@b.c", f"<script>{MARK}(1)</script>",
    f'"><img src=x onerror={MARK}>', f"{MARK}{{{{7*7}}}}{{% debug %}}", f"{MARK}{{0.__class__}}%s%n", f"{MARK}' OR 1=1--",
    f'=HYPERLINK("http://{MARK}")', f"{MARK}\u202e00.1\u202c", f"{MARK} 🧾👩‍⚕️", f"{MARK}\\ud800", f"javascript:{MARK}", "", "   ",
    f"{MARK}\ufeff\u200b", f"../../{MARK}", f"{MARK}\x1b[31m", "4111 1111 1111 1111",
]  # fmt: skip
EMAILS = [
    "a@b.c,evil@x",
    "a@b.c;evil@x.org",
    "a@b.org\r\nBcc: evil@x.org",
    "a@b.org\nTo: x@y.org",
    "@",
    f"<{MARK}>@b.org",
    "a b@c.org",
]
CHOICES = ["unknown", "-1", "999999999999999999999", "0", "1e3", "x\x00", "__all__", "١", ""]
KEYS = ["", "garbage", "-1", "9" * 30, "00000000-0000-0000-0000-000000000000", "1\x00", "null", "١"]

# Marks whose bare appearance in a page means that somebody's text became markup.
RAW = (f"<script>{MARK}", f"<img src=x onerror={MARK}", f"<{MARK}")

EXTRA = {
    "is_superuser": "on", "is_staff": "on", "role": "admin", "office_id": "999", "balance": "0", "balance_cents": "0",
    "issued_at": "2020-01-01", "created_at": "2020-01-01", "number": "A-1", "sort_key": "a", "id": "1", "pk": "1",
    "account": "1", "account_id": "1", "merged_into": "1", "cents": "1", "posted_by": "1", "by_id": "1",
}  # fmt: skip


def values(kind: str) -> list[str]:
    return {"money": MONEY, "day": DAYS, "email": EMAILS + TEXTS, "choice": CHOICES, "key": KEYS}.get(kind, TEXTS)


def sample(kind: str, at: int, size: int) -> list[str]:
    """`size` of the values of a kind, other ones for each place `at`, the same ones in every run."""
    all_of = values(kind)
    return [all_of[(at * size + step) % len(all_of)] for step in range(min(size, len(all_of)))]
