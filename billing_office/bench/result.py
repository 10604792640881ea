"""What was measured, as JSON (docs/bench.md has its shape) and as a table fit for the README."""

import os
import platform

from django.db import connection

from .clock import Row

HEAD = "| What | Measured | 95 % under | Floor in the same run | Ratio |\n| --- | ---: | ---: | --- | ---: |"


def machine() -> dict:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgres = cursor.fetchone()[0]
    return {"cores": os.cpu_count(), "python": platform.python_version(), "postgresql": postgres}


def table(result: dict, rows: list[Row]) -> str:
    on = result["machine"]
    title = (
        f"{result['accounts']:,} accounts, {on['cores']} cores, Python {on['python']}, PostgreSQL {on['postgresql']};"
        f" built in {result['build_s']} s."
    )
    return "\n".join([title, "", HEAD, *(_line(row) for row in rows)])


def _line(row: Row) -> str:
    asked = f", {row.queries} queries" if row.queries else ""
    floor = f"{row.floor_what}: {_figure(row.floor)}" if row.floor is not None else ""
    ratio = f"{row.ratio:.2f}" if row.ratio is not None else ""
    return f"| {row.part}: {row.what}{asked} | {_figure(row.value)} {row.unit} | {_figure(row.worst)} | {floor} | {ratio} |"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
