"""The table that a run ends with."""

import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime

import psutil

from bench.plan import Phase
from bench.rounds import Result

Line = tuple[Phase, Result]

HEADINGS = ("measure", "commits", "kith", "other", "ratio", "target", "")


def machine() -> str:
    """When and on what this was measured."""
    now = datetime.now(UTC)
    gigabytes = psutil.virtual_memory().total / 1e9
    return (
        f"{now:%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, {gigabytes:.0f} GB, "
        f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    )


def table(lines: Iterable[Line]) -> str:
    """The lines as a table that is Markdown as well."""
    rows = [HEADINGS, *(_cells(phase, result) for phase, result in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    shown = [" | ".join(map(str.ljust, row, widths)) for row in rows]
    rule = "-|-".join("-" * width for width in widths)
    return "\n".join(f"| {line} |" for line in (shown[0], rule, *shown[1:]))


def _cells(phase: Phase, result: Result) -> tuple[str, ...]:
    sign = "≥" if result.at_least else "≤"
    return (
        result.measure,
        phase.name,
        f"{_number(result.kith)} {result.unit}",
        "" if result.other is None else f"{_number(result.other)} {result.unit}",
        "" if result.ratio is None else f"{result.ratio:.2f}",
        "" if result.target is None else f"{sign} {result.target:g}",
        result.verdict,
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
