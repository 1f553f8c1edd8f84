"""What GitHub Actions shows beside a run: an annotation for each finding, as workflow commands, a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .events import ERROR, FAIL, WARN
from .text import clip
from .view import view

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .events import CheckReport, SuiteReport

KINDS = {FAIL: "error", ERROR: "error", WARN: "warning"}
MOST = 10
"""Annotations of one kind that GitHub keeps of a step; further ones would be dropped without a word."""
LONGEST = 1000
"""Longest text of an annotation, in characters."""


def commands(report: CheckReport | SuiteReport, options: Sequence[str] = ()) -> Iterator[str]:
    """Yield the commands, errors first; where there are more than GitHub keeps, the last one says how many."""
    found: dict[str, list[str]] = {"error": [], "warning": []}
    for title, text, kind in _findings(report, options):
        found[kind].append(_command(kind, title, text))
    for kind, lines in found.items():
        if len(lines) <= MOST:
            yield from lines
        else:
            yield from lines[: MOST - 1]
            yield _command(kind, "xvmgate", f"{len(lines) - MOST + 1} more: see the report")


def _findings(report: CheckReport | SuiteReport, options: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    run = view(report, options)
    for problem in run.problems:
        yield "xvmgate", problem, "error"
    for column in run.columns:
        if column.error:
            yield column.label, column.error, "error"
    labels = {column.name: column.label for column in run.columns}
    for row in run.findings:
        if row.verdict in KINDS:
            expected = f"expected {row.expected}; " if row.expected else ""
            text = f"{labels[row.subject]}: {expected}{row.message or row.actual}; repeat: {row.repeat}"
            yield row.case, text, KINDS[row.verdict]


def _command(kind: str, title: str, text: str) -> str:
    """Write one command; `%`, and in a property `:` and `,` too, are escaped as the runner undoes it."""
    said = clip(text, LONGEST).replace("%", "%25")
    name = clip(title, LONGEST).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    return f"::{kind} title={name}::{said}"


def shield(text: str) -> str:
    """Break up `##[`, which GitHub's runner takes for a command wherever it stands in a line."""
    return text.replace("##[", "#\\x23[")
