"""From checks to verdicts to exit statuses."""

from __future__ import annotations

import pytest

from xvmgate.reports.events import Check, SuiteCheck
from xvmgate.reports.verdict import EXIT, of_checks, of_suite, worst


def _checks(text: str) -> list[Check]:
    pairs = (word.split("/") for word in text.split())
    return [Check("XVM-PV-01", level, verdict, None, None, "") for verdict, level in pairs]


@pytest.mark.parametrize(
    ("checks", "selected", "verdict"),
    [
        ("pass/must", False, "conformant"),
        ("pass/must warn/should", False, "conformant"),
        ("pass/must waived/must not-applicable/must", False, "conformant"),
        ("pass/must error/should", False, "conformant"),
        ("pass/must fail/must", False, "nonconformant"),
        ("pass/must fail/should", False, "nonconformant"),
        ("fail/must error/must", False, "nonconformant"),
        ("pass/must error/must", False, "incomplete"),
        ("not-applicable/must", False, "incomplete"),
        ("", False, "incomplete"),
        ("pass/must", True, "incomplete"),
        ("fail/must", True, "nonconformant"),
    ],
)
def test_of_checks(checks: str, selected: bool, verdict: str) -> None:
    assert of_checks(_checks(checks), selected=selected) == verdict


@pytest.mark.parametrize(
    ("verdicts", "overall", "status"),
    [
        ("conformant conformant", "conformant", 0),
        ("conformant nonconformant unreadable incomplete", "nonconformant", 1),
        ("conformant unreadable incomplete", "unreadable", 4),
        ("incomplete conformant", "incomplete", 5),
        ("", "incomplete", 5),
    ],
)
def test_worst(verdicts: str, overall: str, status: int) -> None:
    assert worst(verdicts.split()) == overall
    assert EXIT[overall] == status


def test_problems_fail_a_run() -> None:
    assert worst(["conformant"], ["a waiver has expired"]) == "nonconformant"
    assert of_suite([], selected=True, problems=["a waiver has expired"]) == "nonconformant"


@pytest.mark.parametrize(
    ("checks", "selected", "verdict"),
    [
        ("pass/must", False, "conformant"),
        ("pass/must fail/info", False, "nonconformant"),
        ("pass/must error/must fail/must", True, "nonconformant"),
        ("pass/must error/must", False, "incomplete"),
        ("pass/must error/info", False, "incomplete"),
        ("pass/must", True, "incomplete"),
        ("not-applicable/must", False, "incomplete"),
        ("", False, "incomplete"),
        ("waived/must not-applicable/must", False, "conformant"),
    ],
)
def test_of_a_suite(checks: str, selected: bool, verdict: str) -> None:
    found = [SuiteCheck(one.rule, one.level, "v", "s", one.verdict, None, None, "") for one in _checks(checks)]
    assert of_suite(found, selected=selected) == verdict


def test_a_medium_s_finding_that_could_not_be_made_is_judged_by_its_level() -> None:
    good = SuiteCheck("XVM-FS-01", "must", None, "x.iso", "pass", None, None, "")
    for level, verdict in (("should", "conformant"), ("must", "incomplete")):
        odd = SuiteCheck("XVM-EV-01", level, None, "x.iso", "error", None, None, "")
        assert of_suite([good, odd], selected=False) == verdict
