"""The JUnit report: a suite a medium, a case a rule; a case's identity is the rule, never a path."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from xvmgate.fixtures import rule as catalogue

from .events import ERROR, FAIL, NOT_APPLICABLE, WARN

if TYPE_CHECKING:
    from .events import Check, CheckReport, MediumResult

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 (section 2.2) cannot hold."""
OUTCOMES = {FAIL: "failure", ERROR: "error", NOT_APPLICABLE: "skipped"}
"""The element that a verdict becomes; passes, waived failures and warnings have none."""


def render(report: CheckReport) -> str:
    """Return the report as XML text."""
    root = ET.Element("testsuites", name="xvmgate check")
    for result in report.media:
        root.append(_suite(result))
    _count(root, list(root))
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(result: MediumResult) -> ET.Element:
    suite = ET.Element("testsuite", name=_clean(result.location))
    if result.error:
        case = ET.SubElement(suite, "testcase", classname="xvmgate.medium", name="readable", time="0")
        _say(case, "error", result.error, "")
    for check in result.checks:
        _case(suite, check)
    _count(suite, [])
    return suite


def _case(suite: ET.Element, check: Check) -> None:
    area = check.rule.rsplit("-", 1)[0]
    case = ET.SubElement(suite, "testcase", classname=f"xvmgate.{area}", name=check.rule, time="0")
    detail = f"expected: {check.expected}\nactual: {check.actual}"
    if outcome := OUTCOMES.get(check.verdict):
        _say(case, outcome, check.message, "" if outcome == "skipped" else _detail(check, detail))
    elif check.verdict == WARN:
        ET.SubElement(case, "system-out").text = _clean(f"warning: {check.message}\n{detail}")


def _detail(check: Check, detail: str) -> str:
    rule = catalogue.get(check.rule)
    return f"{rule.title}\nrule: {rule.statement} ({rule.source})\n{detail}\nremedy: {rule.remedy}"


def _say(case: ET.Element, tag: str, message: str, text: str) -> None:
    element = ET.SubElement(case, tag, message=_clean(message))
    if tag != "skipped":
        element.set("type", tag)
        element.text = _clean(text)


def _count(element: ET.Element, suites: list[ET.Element]) -> None:
    """Set the counts of a suite, or of the whole from its suites."""
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(name, str(len(element.findall(f".//{tag}"))))
    element.set("tests", str(len(element.findall(".//testcase"))))
    for suite in suites:
        suite.set("time", "0")
    element.set("time", "0")


def _clean(text: str) -> str:
    """Write characters that XML cannot hold as escapes."""
    return NOT_XML.sub(lambda match: ascii(match[0])[1:-1], text)
