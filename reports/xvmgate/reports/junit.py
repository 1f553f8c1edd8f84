"""The JUnit report: a suite a subject, a case a check; a case's identity is rule, vector and subject, never a path."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from xvmgate.fixtures import rule as catalogue

from .events import ERROR, FAIL, NOT_APPLICABLE, WAIVED, WARN
from .text import printable
from .view import view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .events import CheckReport, SuiteReport
    from .view import Column, Row, View

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 (section 2.2) cannot hold."""
OUTCOMES = {FAIL: "failure", ERROR: "error", NOT_APPLICABLE: "skipped", WAIVED: "skipped"}
"""The element that a verdict becomes; passes and warnings have none."""


def render(report: CheckReport | SuiteReport, options: Sequence[str] = ()) -> str:
    """Return the report as XML text."""
    run = view(report, options)
    root = ET.Element("testsuites", name=run.title)
    for column, mark in zip(run.columns, marks(run), strict=True):
        root.append(_suite(column, mark))
    if run.problems:
        root.append(_problems(run.problems))
    for element in (*root, root):
        _count(element)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def marks(run: View) -> list[str]:
    """Return what a subject adds to the names of its cases: `[name]`, nothing where `check` judged one medium.

    A medium is named without its directories; names that are alike are numbered.
    """
    if run.title == "xvmgate check" and len(run.columns) == 1:
        return [""]
    labels = [printable(column.label) for column in run.columns]
    numbers = [labels[:place].count(label) + 1 for place, label in enumerate(labels)]
    return [f"[{label}]" if n == 1 else f"[{label}#{n}]" for label, n in zip(labels, numbers, strict=True)]


def _suite(column: Column, mark: str) -> ET.Element:
    suite = ET.Element("testsuite", name=printable(column.name))
    if column.error:
        case = ET.SubElement(suite, "testcase", classname="xvmgate.medium", name=f"readable{mark}", time="0")
        _say(case, "error", column.error, "")
    for row in column.rows:
        _case(suite, row, mark)
    return suite


def _problems(problems: Sequence[str]) -> ET.Element:
    suite = ET.Element("testsuite", name="run")
    for problem in problems:
        name = printable(problem.partition(":")[0])
        case = ET.SubElement(suite, "testcase", classname="xvmgate.run", name=name, time="0")
        _say(case, "failure", problem, "")
    return suite


def _case(suite: ET.Element, row: Row, mark: str) -> None:
    area = row.rule.rpartition("-")[0]
    name = printable(row.case) + mark
    case = ET.SubElement(suite, "testcase", classname=f"xvmgate.{printable(area)}", name=name, time="0")
    detail = f"expected: {row.expected}\nactual: {row.actual}"
    if outcome := OUTCOMES.get(row.verdict):
        _say(case, outcome, row.message, "" if outcome == "skipped" else _detail(row, detail))
    elif row.verdict == WARN:
        ET.SubElement(case, "system-out").text = _clean(f"warning: {row.message}\n{detail}")


def _detail(row: Row, detail: str) -> str:
    rule = catalogue.find(row.rule)
    if rule is None:
        return f"{detail}\nrepeat: {row.repeat}"
    said = f"{rule.title}\nrule: {rule.statement} ({rule.source})"
    return f"{said}\n{detail}\nremedy: {rule.remedy}\nrepeat: {row.repeat}"


def _say(case: ET.Element, tag: str, message: str, text: str) -> None:
    element = ET.SubElement(case, tag, message=_clean(message))
    if tag != "skipped":
        element.set("type", tag)
        element.text = _clean(text)


def _count(element: ET.Element) -> None:
    """Set the counts of a suite, or of the whole."""
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(name, str(len(element.findall(f".//{tag}"))))
    element.set("tests", str(len(element.findall(".//testcase"))))
    element.set("time", "0")


def _clean(text: str) -> str:
    """Write characters that XML cannot hold as escapes."""
    return NOT_XML.sub(lambda match: ascii(match[0])[1:-1], text)
