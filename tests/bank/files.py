"""Files as banks send them, by the published record types."""

from datetime import date

HEAD = "Date,Description,Payer,Reference,Amount\n"


def csv(*rows: str, head: str = HEAD) -> bytes:
    return (head + "".join(f"{row}\n" for row in rows)).encode()


def bai2(*movements: str, on: date, account: str = "000111224321", opening: int = 100_000) -> bytes:
    """One group with one account; control totals and counts as the specification counts them. A movement begins with its type."""
    rows = [f"16,{movement}/" for movement in movements]
    total = opening + sum(int(movement.split(",")[1]) for movement in movements)
    more = sum(row.count("\n") for row in rows)
    count = len(rows) + more
    return "\n".join([
        f"01,122099999,123456789,{on:%y%m%d},0200,1,65,,2/",
        f"02,031001234,122099999,1,{on:%y%m%d},2359,,2/",
        f"03,{account},,010,{opening},,/",
        *rows,
        f"49,{total},{count + 2}/",
        f"98,{total},1,{count + 4}/",
        f"99,{total},1,{count + 6}/",
    ]).encode() + b"\n"  # fmt: skip
