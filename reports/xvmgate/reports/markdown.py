"""The Markdown report, for a CI step's summary: the verdict, a table of subjects, a block for each finding."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xvmgate.fixtures import rule as catalogue

from .text import COUNTED, clip
from .view import view

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .events import CheckReport, SuiteReport
    from .view import Row, View

MAX_BLOCKS = 100
"""Most findings that are written in full; of more, the number is given."""
MAX_SUBJECTS = 200
"""Most subjects in the table."""
LONGEST = 400
"""Longest text of a medium or subject, in characters: with the limits above the whole stays under 1 MiB, which is
what GitHub takes as a step's summary."""
SPECIAL = re.compile(r"""[!"#$%&'()*+:;<=>?@\[\\\]^_`{|}~]""")
"""ASCII punctuation that Markdown, its extensions or HTML could take for markup."""
MARKS = {"conformant": "✅", "nonconformant": "❌", "incomplete": "⚠️", "unreadable": "❌"}


def render(report: CheckReport | SuiteReport, options: Sequence[str] = ()) -> str:
    """Return the report as GitHub's Markdown."""
    return "\n".join(_lines(view(report, options))) + "\n"


def code(text: str) -> str:
    """Return text as inline code that holds no markup, whatever it says."""
    return f"<code>{_plain(text)}</code>"


def _plain(text: str) -> str:
    """Write punctuation as character references, which no Markdown reads as markup."""
    return SPECIAL.sub(lambda match: f"&#{ord(match[0])};", clip(text, LONGEST))


def _lines(run: View) -> Iterator[str]:
    yield f"## {MARKS[run.verdict]} {run.title}: {run.verdict}"
    yield ""
    yield f"{_counts(run.counts)}."
    for problem in run.problems:
        yield f"\n**Also:** {code(problem)}"
    yield from ("", "| subject | verdict | checks |", "|---|---|---|")
    for column in run.columns[:MAX_SUBJECTS]:
        said = code(column.error) if column.error else _counts(_count(column.rows))
        yield f"| {code(column.label)} | {column.verdict} | {said} |"
    if len(run.columns) > MAX_SUBJECTS:
        yield f"\nAnd {len(run.columns) - MAX_SUBJECTS} subjects more."
    findings = run.findings
    for row in findings[:MAX_BLOCKS]:
        yield from _block(row)
    if len(findings) > MAX_BLOCKS:
        yield f"\nAnd {len(findings) - MAX_BLOCKS} findings more."


def _block(row: Row) -> Iterator[str]:
    rule = catalogue.find(row.rule)
    title = f" {_plain(rule.title)}" if rule else ""
    yield from ("", f"### {row.verdict.upper()} {_plain(row.case)}{title}", "", f"- subject: {code(row.subject)}")
    if rule:
        yield f"- rule: {_plain(rule.statement)} ({rule.source})"
    for name, text in (("expected", row.expected), ("actual", row.actual), ("note", row.note)):
        if text:
            yield f"- {name}: {code(text)}"
    if rule:
        yield f"- remedy: {_plain(rule.remedy)}"
    yield f"- repeat: {code(row.repeat)}"


def _count(rows: Sequence[Row]) -> dict[str, int]:
    found = [row.verdict for row in rows]
    return {verdict: found.count(verdict) for verdict in dict.fromkeys(found)}


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{counts[kind]} {word}" for kind, word in COUNTED if counts.get(kind)) or "nothing checked"
