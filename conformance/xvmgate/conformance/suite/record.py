"""What a run leaves behind: events, verdict, exit status; kept in the one process that hears of all cases."""

from __future__ import annotations

import datetime
import os
import platform
from collections import Counter
from typing import TYPE_CHECKING, TextIO

import pytest

from xvmgate.conformance.subjects.answer import Nonsense
from xvmgate.conformance.waiving import apply
from xvmgate.fixtures.document import document
from xvmgate.reports import stream, verdict
from xvmgate.reports.events import ERROR, Header, Subject, SuiteCheck, count
from xvmgate.reports.text import printable

from .collect import PROPERTY, as_check
from .options import version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xvmgate.conformance.case import SuiteCase
    from xvmgate.conformance.subjects.answer import Subject as Engine
    from xvmgate.conformance.waivers import Use

    from .run import Run

ENDED = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)
"""pytest's own ways to end a run that it did finish."""
SELECTING = ("keyword", "markexpr", "deselect", "lf", "failedfirst", "stepwise", "maxfail", "collectonly")
"""pytest's options by which a run may leave cases out."""

MAX_BLOCKS = 100
"""Failures that are shown one by one."""
MAX_REASONS = 10
"""Reasons for which there was no answer that are shown; each once, with how many cases have it."""


class Recorder:
    """Listens to the reports of a run; `path` is where its events go, None for nowhere."""

    def __init__(self, config: pytest.Config, run: Run, path: str | None) -> None:
        self._config = config
        self._run = run
        self._cases = {case.id: case for case in (*run.engine_cases, *run.medium_cases)}
        self._checks: dict[str, SuiteCheck] = {}
        self._uses: list[Use] = []
        self._others_failed = False
        self._shown = 0
        self._verdict: str | None = None
        self._selected = any(config.getoption(name, None) for name in SELECTING)
        self._path = path
        self._file = self._opened(path) if path else None

    def _opened(self, path: str) -> TextIO:
        try:
            return open(f"{path}.part", "w", encoding="utf-8")  # closed when the run ends
        except OSError as error:
            raise pytest.UsageError(f"--xvm-events {path}: cannot be written: {error.strerror}") from error

    def pytest_sessionstart(self) -> None:
        """Write the header."""
        if self._file:
            stream.write_header(self._file, self._header())

    def _header(self) -> Header:
        subjects = [Subject(subject.label, _version(subject), "engine") for subject in self._run.subjects]
        subjects += [Subject(label, None, "medium") for label in self._run.media]
        facts = document()
        return Header(
            rule_set=facts.rule_set,
            document=facts.sha256,
            xvmgate=version(),
            python=platform.python_version(),
            subjects=tuple(subjects),
            selected=self._selected,
            started=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        )

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take a case's check; one that came to no check is an error."""
        case = self._cases.get(report.nodeid.partition(".py::")[2])
        if case is None:
            self._others_failed |= report.failed
            return
        found = dict(report.user_properties).get(PROPERTY)
        if report.when == "call" and found is not None:
            self._take(case, as_check(str(found)))
        elif report.failed:
            text = f"the case did not end: {str(report.longrepr)[-400:]}"
            self._take(case, SuiteCheck(case.rule, case.level, case.vector, case.subject, ERROR, None, None, text))

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Count what got no answer apart, and failures beyond the first: pytest's own summary takes hours over them."""
        found = dict(report.user_properties).get(PROPERTY) if report.when == "call" and report.failed else None
        if found is None:
            return None
        if as_check(str(found)).verdict == ERROR:
            return "without an answer", "E", "ERROR"
        self._shown += 1
        return None if self._shown <= MAX_BLOCKS else ("failed without a block", "F", "FAILED")

    def _take(self, case: SuiteCase, check: SuiteCheck) -> None:
        if case.id in self._checks:
            return
        check, uses = apply(check, check.subject, self._run.waivers)
        self._checks[case.id] = check
        self._uses += uses
        if self._file:
            stream.write_check(self._file, check)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Come to a verdict, which is the exit status too; a run that was cut off has none, and no footer."""
        if exitstatus in ENDED and not session.config.getoption("collectonly"):
            checks = tuple(self._checks.values())
            problems = self._run.waivers.problems(used=self._uses)
            selected = self._selected or len(checks) < len(self._cases)
            self._verdict = verdict.of_suite(checks, selected=selected, problems=problems)
            if self._file:
                stream.write_footer(self._file, self._verdict, count(checks), problems)
            session.exitstatus = 1 if self._others_failed else verdict.EXIT[self._verdict]
        if self._file and self._path:
            self._file.close()
            if self._verdict:
                os.replace(self._file.name, self._path)
            else:
                os.unlink(self._file.name)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say the verdict."""
        if self._verdict is None:
            return
        for sentence in self._unanswered():
            terminalreporter.write_line(f"xvmgate: {printable(sentence)}")
        counts = ", ".join(f"{number} {word}" for word, number in count(self._checks.values()).items() if number)
        missing = len(self._cases) - len(self._checks)
        rest = f"; {missing} of {len(self._cases)} cases did not run" if missing else ""
        for problem in self._run.waivers.problems(used=self._uses):
            terminalreporter.write_line(f"xvmgate: {printable(problem)}")
        terminalreporter.write_line(f"xvmgate: {self._verdict}; {counts or 'nothing checked'}{rest}")

    def _unanswered(self) -> Iterator[str]:
        """Yield why there was no answer, each reason once."""
        reasons = Counter((check.subject, check.message) for check in self._checks.values() if check.verdict == ERROR)
        for (subject, message), number in reasons.most_common(MAX_REASONS):
            yield f"{subject}: {number} cases: {message}"
        if len(reasons) > MAX_REASONS:
            yield f"and {len(reasons) - MAX_REASONS} other reasons"


def _version(subject: Engine) -> str | None:
    try:
        return subject.identity().version
    except Nonsense:
        return None
