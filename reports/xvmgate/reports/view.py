"""One shape for every report format: what a run judged, subject by subject, whether `check` or the suite made it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, NamedTuple

from .events import ERROR, FAIL, WAIVED, WARN, CheckReport, SuiteReport, count
from .text import size
from .verdict import of_suite

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .events import Check, MediumResult, SuiteCheck

SHOWN = (FAIL, ERROR, WARN, WAIVED)
"""Verdicts that are findings, worst first."""
ENGINE, MEDIUM = "engine", "medium"


class Row(NamedTuple):
    """One check of one subject; `repeat` is the command that puts this one again."""

    rule: str
    level: str
    vector: str | None
    subject: str
    verdict: str
    expected: str | None
    actual: str | None
    message: str
    repeat: str

    @property
    def case(self) -> str:
        """The check within its subject: the rule, and the vector where there is one."""
        return f"{self.rule}/{self.vector}" if self.vector is not None else self.rule

    @property
    def note(self) -> str | None:
        """The message where it says more than `actual`."""
        return None if self.message in (self.actual, "") else self.message


class Column(NamedTuple):
    """One subject: its name, its verdict, what is known of it, and its checks in their order."""

    name: str
    kind: str
    verdict: str
    error: str | None
    facts: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]

    @property
    def label(self) -> str:
        """The name without the directories that a medium lies in."""
        if self.kind == ENGINE:
            return self.name
        return self.name.rstrip("/").rpartition("/")[2] or self.name


class View(NamedTuple):
    """A whole run; `facts` are those of its header."""

    title: str
    verdict: str
    counts: Mapping[str, int]
    columns: tuple[Column, ...]
    problems: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def findings(self) -> list[Row]:
        """The checks that are not as they should be, worst first."""
        rows = [row for column in self.columns for row in column.rows if row.verdict in SHOWN]
        return sorted(rows, key=lambda row: SHOWN.index(row.verdict))


def view(report: CheckReport | SuiteReport, options: Sequence[str] = ()) -> View:
    """Return a report in the common shape; `options` state a check's question, for the lines that repeat it."""
    return _of_suite(report) if isinstance(report, SuiteReport) else _of_check(report, options)


def _of_check(report: CheckReport, options: Sequence[str]) -> View:
    columns = tuple(_medium(result, options) for result in report.media)
    counts = count(check for result in report.media for check in result.checks)
    return View("xvmgate check", report.verdict, counts, columns, report.problems)


def _medium(result: MediumResult, options: Sequence[str]) -> Column:
    rows = tuple(_row(check, result.location, options) for check in result.checks)
    return Column(result.location, MEDIUM, result.verdict, result.error, _medium_facts(result), rows)


def _row(check: Check, location: str, options: Sequence[str]) -> Row:
    repeat = shlex.join(["xvmgate", "check", location, *options, "--rule", check.rule])
    return Row(
        check.rule, check.level, None, location, check.verdict, check.expected, check.actual, check.message, repeat
    )


def _medium_facts(result: MediumResult) -> tuple[tuple[str, str], ...]:
    if result.kind is None:
        return ()
    plans = [(f"{bits}-bit plan", f"{plan.kernel}, {plan.ramdisk}") for bits, plan in result.plans.items() if plan]
    facts = [
        ("kind", result.kind),
        ("volume", result.volume_id),
        ("created", result.created),
        ("family", result.family or "none"),
        ("nearest layout", result.layout),
        *plans,
        ("sha256", result.sha256),
        ("read", size(result.bytes_read) + (f" in {result.requests} requests" if result.requests else "")),
    ]
    return tuple((name, text) for name, text in facts if text)


def _of_suite(report: SuiteReport) -> View:
    header = report.header
    known = {subject.name: subject for subject in header.subjects} if header else {}
    checks: dict[str, list[SuiteCheck]] = {name: [] for name in known}
    for check in report.checks:
        checks.setdefault(check.subject, []).append(check)
    columns = []
    for name, found in checks.items():
        kind = known[name].kind if name in known else _kind(found)
        version = known[name].version if name in known else None
        verdict = of_suite(found, selected=header is not None and header.selected)
        facts = (("version", version),) if version else ()
        rows = tuple(Row(*check, repeat=_again(check, kind)) for check in found)
        columns.append(Column(name, kind, verdict, None, facts, rows))
    return View("xvmgate suite", report.verdict, report.counts, tuple(columns), report.problems, _header_facts(report))


def _kind(checks: list[SuiteCheck]) -> str:
    return ENGINE if any(check.vector is not None for check in checks) else MEDIUM


def _again(check: SuiteCheck, kind: str) -> str:
    if kind == MEDIUM and "/" in check.subject:
        return shlex.join(["xvmgate", "check", check.subject, "--rule", check.rule])
    if kind == MEDIUM:
        return shlex.join(["xvmgate", "suite", "--", "-k", f"{check.rule}[{check.subject}]"])
    subject = ["--subject", check.subject] if check.subject.startswith("exec:") else []
    return shlex.join(["xvmgate", "suite", *subject, "--", "-k", f"{check.rule}/{check.vector}["])


def _header_facts(report: SuiteReport) -> tuple[tuple[str, str], ...]:
    header = report.header
    if header is None:
        return ()
    facts = [
        ("rule set", header.rule_set),
        ("document", f"sha256 {header.document}"),
        ("xvmgate", header.xvmgate),
        ("python", header.python),
        ("started", header.started),
        ("scope", "a selection" if header.selected else "everything"),
    ]
    return tuple((name, text) for name, text in facts if text)
