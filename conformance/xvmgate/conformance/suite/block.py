"""A check that did not pass, as people see it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from xvmgate.fixtures.rule import get
from xvmgate.fixtures.vector import every_vector
from xvmgate.reports.text import LOCATION_COLUMN, printable

if TYPE_CHECKING:
    from xvmgate.reports.events import SuiteCheck


def block(check: SuiteCheck) -> str:
    """Return a check's lines: the rule, what was expected and found, what to do, how to see it again."""
    rule = get(check.rule)
    note = None if check.message in (check.actual, "") else check.message
    rows = [
        ("rule", f"{rule.statement}  ({rule.source})"),
        ("vector", _vector(check)),
        ("expected", check.expected),
        ("actual", check.actual),
        ("note", note),
        ("remedy", rule.remedy),
        ("repeat", _repeat(check)),
    ]
    head = f"{check.verdict.upper()} {rule.id}  {rule.title}".ljust(LOCATION_COLUMN)
    lines = [f"{head} {printable(check.subject)}"]
    return "\n".join(lines + [f"  {name:<9} {printable(text)}" for name, text in rows if text])


def _vector(check: SuiteCheck) -> str | None:
    """Return the vector's name, with what it asks for."""
    vector = next((each for each in every_vector() if each.id == check.vector), None)
    if vector is None:
        return check.vector
    asked = [f"{key}={value!r}" for key, value in vector.request.items() if value not in (None, False)]
    return f"{vector.id}: {', '.join(asked)}; host {vector.facts['host_bits']} bits"


def _repeat(check: SuiteCheck) -> str:
    if check.vector is None:
        return shlex.join(["xvmgate", "suite", "--medium", check.subject, "--rule", check.rule])
    chosen = ["--", "-k", check.vector]
    subject = [] if check.subject.partition(" ")[0] == "xvmgate" else ["--subject", check.subject]
    return shlex.join(["xvmgate", "suite", *subject, "--rule", check.rule, *chosen])
