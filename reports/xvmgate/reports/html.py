"""The HTML report: one page by itself, readable from a file, without a network, on paper, in light and dark.

The page's parts lie in `page/`. Every text goes through `clip` and Jinja's escaping; a policy in the page lets
only its own style and script run, whatever a text says.
"""

from __future__ import annotations

import base64
import hashlib
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from xvmgate.fixtures import rule as catalogue

from .events import ERROR, FAIL, NOT_APPLICABLE, PASS, WAIVED, WARN
from .text import COUNTED, clip
from .view import ENGINE, SHOWN, view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Environment

    from .events import CheckReport, SuiteReport
    from .view import Column, Row, View

PAGE = os.path.join(os.path.dirname(__file__), "page")
WORST = (FAIL, ERROR, WARN, WAIVED, PASS, NOT_APPLICABLE)
"""Verdicts, the one that a cell shows first in front."""
LONGEST, BRIEF = 4096, 120
"""Longest text in a block, and in a heading, in characters; of longer ones the beginning is shown."""
MAX_BLOCKS = 2000
"""Most findings that are shown in full."""


class Cell(NamedTuple):
    """What one subject makes of one rule: the worst verdict, its words, and the block to go to."""

    verdict: str
    word: str
    anchor: str | None


class Line(NamedTuple):
    """One rule of the matrix; `verdicts` are all that occur, for the filter."""

    rule: str
    title: str
    level: str
    area: str
    verdicts: str
    cells: tuple[Cell, ...]


class Finding(NamedTuple):
    """A block: the check, and what the rule says of it."""

    row: Row
    anchor: str
    area: str
    title: str
    texts: tuple[tuple[str, str], ...]


def render(report: CheckReport | SuiteReport, options: Sequence[str] = ()) -> str:
    """Return the page."""
    run = view(report, options)
    findings = [_finding(row, f"finding-{number}") for number, row in enumerate(run.findings[:MAX_BLOCKS], 1)]
    lines = _lines(run, findings)
    text: str = (
        environment()
        .get_template("page.html.j2")
        .render(
            run=run,
            lines=lines,
            findings=findings,
            left=len(run.findings) - len(findings),
            areas=list(dict.fromkeys(line.area for line in lines)),
            chips=[(verdict, run.counts[verdict]) for verdict in WORST if run.counts.get(verdict)],
            **_words(run, len(lines)),
            **parts(),
        )
    )
    return text


def environment() -> Environment:
    """Return Jinja's environment for the pages: every text is escaped, made harmless and short."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415  # only this report needs it

    environment = Environment(
        loader=FileSystemLoader(PAGE), autoescape=True, undefined=StrictUndefined, finalize=_said,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["brief"] = lambda text: clip(text, BRIEF)
    return environment


def _said(value: Any) -> Any:
    """Make any text of the page harmless and short; what is marked as markup is our own."""
    return clip(value, LONGEST) if type(value) is str else value


def parts() -> dict[str, Any]:
    """Return style and script of the pages, each with its hash for the page's policy."""
    from markupsafe import Markup  # noqa: PLC0415  # comes with Jinja

    parts: dict[str, Any] = {}
    for kind in ("css", "js"):
        with open(os.path.join(PAGE, f"page.{kind}"), encoding="utf-8") as file:
            text = file.read()
        parts[kind] = Markup(text)  # noqa: S704  # a file of ours
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        parts[f"{kind}_hash"] = Markup(digest)  # noqa: S704  # base64, whose + the policy wants as it is
    return parts


def _words(run: View, rules: int) -> dict[str, str]:
    kinds = {column.kind for column in run.columns}
    noun = "engines" if kinds == {ENGINE} else "subjects" if ENGINE in kinds else "media"
    number = len(run.columns)
    one = {"engines": "engine", "subjects": "subject", "media": "medium"}[noun]
    scope = f"{number} {one if number == 1 else noun}, {rules} rule{'' if rules == 1 else 's'}"
    counts = ", ".join(f"{run.counts[kind]} {word}" for kind, word in COUNTED if run.counts.get(kind))
    unreadable = sum(column.error is not None for column in run.columns)
    counts = ", ".join(filter(None, (counts or "nothing checked", f"{unreadable} unreadable" if unreadable else "")))
    return {"noun": noun, "scope": scope, "counts": counts}


def _finding(row: Row, anchor: str) -> Finding:
    rule = catalogue.find(row.rule)
    texts = [
        ("rule", f"{rule.statement} ({rule.source})" if rule else None),
        ("expected", row.expected),
        ("actual", row.actual),
        ("note", row.note),
        ("remedy", rule.remedy if rule else None),
    ]
    shown = tuple((name, text) for name, text in texts if text)
    return Finding(row, anchor, _area(row.rule), rule.title if rule else "", shown)


def _area(rule: str) -> str:
    return rule.removeprefix("XVM-").rpartition("-")[0]


def _lines(run: View, findings: list[Finding]) -> list[Line]:
    """Return the matrix, in the order of the document; a rule that is not known comes last."""
    anchors: dict[tuple[str, str, str], str] = {}
    for finding in findings:
        row = finding.row
        anchors.setdefault((row.subject, row.rule, row.verdict), finding.anchor)
    found: dict[str, dict[str, list[str]]] = {}
    levels: dict[str, str] = {}
    for column in run.columns:
        for row in column.rows:
            found.setdefault(row.rule, {}).setdefault(column.name, []).append(row.verdict)
            levels[row.rule] = row.level
    known = [rule.id for rule in catalogue.every_rule() if rule.id in found]
    order = (*known, *sorted(set(found) - set(known)))
    return [_line(rule, levels[rule], found[rule], run.columns, anchors) for rule in order]


def _line(
    rule_id: str,
    level: str,
    found: dict[str, list[str]],
    columns: Sequence[Column],
    anchors: dict[tuple[str, str, str], str],
) -> Line:
    rule = catalogue.find(rule_id)
    cells = tuple(_cell(rule_id, column.name, found.get(column.name, []), anchors) for column in columns)
    present = {verdict for verdicts in found.values() for verdict in verdicts}
    title = rule.title if rule else "a rule that this xvmgate does not know"
    return Line(rule_id, title, level, _area(rule_id), " ".join(filter(present.__contains__, WORST)), cells)


def _cell(rule_id: str, subject: str, found: list[str], anchors: dict[tuple[str, str, str], str]) -> Cell:
    if not found:
        return Cell("none", "-", None)
    worst = min(found, key=WORST.index)
    word = "n/a" if worst == NOT_APPLICABLE else worst
    word = word if len(found) == 1 else f"{word} {found.count(worst)}/{len(found)}"
    return Cell(worst, word, anchors.get((subject, rule_id, worst)) if worst in SHOWN else None)
