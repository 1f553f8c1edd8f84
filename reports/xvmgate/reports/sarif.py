"""The SARIF 2.1.0 report (OASIS): a result for whatever is not as it should be, a rule for whatever was checked."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from xvmgate.fixtures import rule as catalogue

from .events import ERROR, FAIL, WAIVED, WARN
from .view import ENGINE, view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .events import CheckReport, SuiteReport
    from .view import Column, Row, View

VERSION = "2.1.0"
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {"must": "error", "should": "warning", "info": "note"}
"""The level of a rule's results (section 3.27.10)."""
FINGERPRINT = "xvmgate/v1"
"""The name of our fingerprint (section 3.27.17): rule, vector and the subject without its directories."""


def render(report: CheckReport | SuiteReport, options: Sequence[str] = ()) -> str:
    """Return the report as SARIF text."""
    run = view(report, options)
    rules = list(dict.fromkeys(row.rule for column in run.columns for row in column.rows))
    rows = [(row, column) for column in run.columns for row in column.rows]
    results = [_result(row, column, rules) for row, column in rows if row.verdict in (FAIL, WARN, WAIVED)]
    driver = {"name": "xvmgate", "rules": [_rule(rule) for rule in rules]}
    found = {"tool": {"driver": driver}, "invocations": [_invocation(run)], "results": results}
    return json.dumps({"$schema": SCHEMA, "version": VERSION, "runs": [found]}, indent=2) + "\n"


def _rule(rule_id: str) -> dict[str, Any]:
    rule = catalogue.find(rule_id)
    if rule is None:
        return {"id": rule_id}
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": f"{rule.statement} ({rule.source})"},
        "help": {"text": rule.remedy},
        "defaultConfiguration": {"level": LEVELS[rule.level]},
        "properties": {"lines": list(rule.lines), "tags": list(rule.subject)},
    }


def _result(row: Row, column: Column, rules: list[str]) -> dict[str, Any]:
    identity = "\n".join((row.rule, row.vector or "", column.label))
    result: dict[str, Any] = {
        "ruleId": row.rule,
        "ruleIndex": rules.index(row.rule),
        "kind": "fail",
        "level": "error" if row.verdict == FAIL else LEVELS.get(row.level, "warning"),
        "message": {"text": _message(row)},
        "locations": [_location(row, column)],
        "partialFingerprints": {FINGERPRINT: hashlib.sha256(identity.encode(errors="backslashreplace")).hexdigest()},
        "properties": {"verdict": row.verdict, "expected": row.expected, "actual": row.actual, "repeat": row.repeat},
    }
    if row.verdict == WAIVED:
        result["suppressions"] = [{"kind": "external", "justification": row.message}]
    return result


def _message(row: Row) -> str:
    expected = f"; expected {row.expected}" if row.expected else ""
    return f"{row.message or row.actual or row.verdict}{expected}"


def _location(row: Row, column: Column) -> dict[str, Any]:
    logical = {"name": row.case, "fullyQualifiedName": f"{column.label}/{row.case}", "kind": column.kind}
    location: dict[str, Any] = {"logicalLocations": [logical]}
    if column.kind != ENGINE:
        location["physicalLocation"] = {"artifactLocation": {"uri": as_uri(column.name)}}
    return location


def as_uri(location: str) -> str:
    """Return a medium's location as a URI or relative reference (RFC 3986); one that is a URL stays as it is."""
    try:
        name = location.encode(errors="surrogateescape")
    except UnicodeEncodeError:  # no name of a file; it came out of a document
        name = location.encode(errors="surrogatepass")
    if "://" in location:
        return quote(name, safe="/:?#[]@!$&'()*+,;=%~")
    return f"file://{quote(name)}" if location.startswith("/") else quote(name)


def _invocation(run: View) -> dict[str, Any]:
    """Say whether the run judged everything, and what it could not (section 3.20)."""
    texts = [f"{column.name}: {column.error}" for column in run.columns if column.error]
    rows = [row for column in run.columns for row in column.rows if row.verdict == ERROR]
    texts += [f"{row.subject}: {row.case}: {row.message}" for row in rows]
    notes = [{"level": "error", "message": {"text": text}} for text in (*run.problems, *texts)]
    found: dict[str, Any] = {"executionSuccessful": not texts, "toolExecutionNotifications": notes}
    return found | {"properties": {"verdict": run.verdict}}
