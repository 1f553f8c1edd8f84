"""Annotations: one workflow command a line, escaped as the runner undoes it, no more than GitHub keeps."""

from __future__ import annotations

import re

from xvmgate.reports.events import CheckReport, SuiteReport, count
from xvmgate.reports.github import commands, shield

COMMAND = re.compile(r"::(error|warning) title=([^:,\r\n]*)::([^\r\n]*)")


def test_of_a_check(check_report: CheckReport) -> None:
    assert list(commands(check_report)) == [
        "::error title=xvmgate::waiver of XVM-PATH-99: there is no such rule",
        "::error title=y.iso::y.iso: cannot be read",
        (
            "::error title=XVM-PATH-16::x.iso: expected /boot/amd64/x86.miniroot; missing; repeat: xvmgate check"
            " /m/x.iso --rule XVM-PATH-16"
        ),
        "::error title=XVM-PV-01::x.iso: could not look; repeat: xvmgate check /m/x.iso --rule XVM-PV-01",
        "::warning title=XVM-EV-02::x.iso: expected all; missing: /x; repeat: xvmgate check /m/x.iso --rule XVM-EV-02",
    ]


def test_hostile_texts_stay_in_their_command(hostile_report: CheckReport, hostile_suite: SuiteReport) -> None:
    for report in (hostile_report, hostile_suite):
        for command in commands(report):
            match = COMMAND.fullmatch(command)
            assert match, command[:200]
            assert "%" not in re.sub("%25|%3A|%2C", "", match[2] + match[3])
            assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u202e\ud800]", command)
            assert len(command) < 2500


def test_no_more_than_github_keeps(suite_report: SuiteReport) -> None:
    checks = tuple(suite_report.checks[1]._replace(vector=f"v{n}") for n in range(25))
    found = list(commands(SuiteReport("nonconformant", count(checks), checks)))
    assert len(found) == 10
    assert found[-1] == "::error title=xvmgate::16 more: see the report"


def test_no_command_hides_in_a_line() -> None:
    assert shield("a ##[add-mask]b") == "a #\\x23[add-mask]b"
