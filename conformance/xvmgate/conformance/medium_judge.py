"""A medium under judgement in the suite: by the checks of `xvmgate check`, once for all its cases."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from xvmgate.fixtures.layout import every_layout
from xvmgate.reports.events import FAIL, NOT_APPLICABLE, PASS, WARN

from .finding import Finding, failed, not_checked, passed
from .judge import judge
from .question import Question

if TYPE_CHECKING:
    from collections.abc import Callable

    from xvmgate.fixtures.layout import Layout
    from xvmgate.reports.events import Check, MediumResult

    from .case import SuiteCase

BIOS = "XVM-HVM-01"
FILE_SYSTEM = ("XVM-FS-01", "XVM-FS-02")
"""Rules that a medium breaks by being unreadable, where its error names them."""


class Target(NamedTuple):
    """A medium that is to be judged: where it is, and what it is asked."""

    location: str
    question: Question = Question()


class MediumJudge:
    """A user's medium."""

    def __init__(self, target: Target) -> None:
        self.label = target.location
        self._target = target

    @cached_property
    def _result(self) -> MediumResult:
        return judge(*self._target)

    def judge(self, case: SuiteCase) -> Finding:
        """Return the finding of one of its cases."""
        return self._finding(case.rule, self._result)

    def _finding(self, rule: str, result: MediumResult) -> Finding:
        if result.error:
            named = next((each for each in FILE_SYSTEM if each in result.error), None)
            if rule == named:
                return failed("a file system that can be read", result.error)
            return not_checked(f"the medium cannot be read: {result.error}")
        return _as_finding(next(check for check in result.checks if check.rule == rule))


class LayoutJudge(MediumJudge):
    """A known release's medium, built as an ISO: judged by what its table says that a check finds."""

    def __init__(self, layout: Layout, folder: Callable[[], str]) -> None:
        super().__init__(Target(layout.id))
        self._layout = layout
        self._folder = folder

    @cached_property
    def _location(self) -> str:
        from xvmgate.builders.iso import build_iso  # noqa: PLC0415  # pycdlib is loaded for built media only

        path = os.path.join(self._folder(), f"{self._layout.id}.iso")
        build_iso(self._layout, path)
        return path

    @cached_property
    def _result(self) -> MediumResult:
        return judge(self._location, Question())

    @cached_property
    def _as_hvm(self) -> MediumResult:
        return judge(self._location, Question(mode="hvm"))

    def judge(self, case: SuiteCase) -> Finding:
        """Return the finding of one of its cases: a failure that the table foresees is a pass."""
        found = self._finding(case.rule, self._as_hvm if case.rule == BIOS else self._result)
        expect = self._layout.expect
        wanted = FAIL if case.rule in expect.fails else WARN if case.rule in expect.warns else PASS
        if case.rule == BIOS:
            wanted = PASS if expect.hvm == "conformant" else FAIL
        if wanted == found.verdict or (wanted == PASS and found.verdict == NOT_APPLICABLE):
            return found if wanted == PASS else _foreseen(found, expect.because)
        return failed(f"{wanted}, as the table of {self._layout.id} says", f"{found.verdict}: {found.message}")


def layout_judges(folder: Callable[[], str]) -> list[LayoutJudge]:
    """Return a judge for each known release; `folder` makes, when the first is asked, the place for their media."""
    return [LayoutJudge(layout, folder) for layout in every_layout()]


def _foreseen(found: Finding, because: str) -> Finding:
    seen = f"{found.verdict}: {found.actual}"
    return passed(f"{found.verdict}, for {because}", seen, f"{found.verdict} as its layout table says: {because}")


def _as_finding(check: Check) -> Finding:
    return Finding(check.verdict, check.expected, check.actual, check.message)
