"""One run of the suite in one process: who is judged, by which cases, and what came of it."""

from __future__ import annotations

import tempfile
from functools import cached_property
from shutil import rmtree
from typing import TYPE_CHECKING, Protocol

import pytest

from xvmgate.conformance.case import SuiteCase, engine_cases, medium_cases
from xvmgate.conformance.engine_judge import EngineJudge
from xvmgate.conformance.medium_judge import MediumJudge, layout_judges
from xvmgate.reports.events import SuiteCheck

from . import options

if TYPE_CHECKING:
    from xvmgate.conformance.finding import Finding
    from xvmgate.conformance.medium_judge import Target

KEY = pytest.StashKey["Run"]()


class Judge(Protocol):
    """Whoever judges the cases of one subject."""

    def judge(self, case: SuiteCase) -> Finding:
        """Return the finding of a case."""


class Run:
    """A run; raises UsageError for options that cannot be used."""

    def __init__(self, config: pytest.Config) -> None:
        self.subjects = options.subjects(config)
        self.targets = options.targets(config)
        self.waivers = options.waivers(config)
        self._baseline = options.baseline(config)
        self._folder: str | None = None
        built = not config.getoption("xvm_subject") and not self.targets
        self._media: list[MediumJudge] = [self._judge(target) for target in self.targets]
        self._media += layout_judges(self._place) if built else []

    def _judge(self, target: Target) -> MediumJudge:
        if self._baseline is None:
            return MediumJudge(target)
        from xvmgate.conformance.baseline_judge import BaselineJudge  # noqa: PLC0415  # only where there is a baseline

        return BaselineJudge(target, self._baseline)

    def _place(self) -> str:
        if self._folder is None:
            self._folder = tempfile.mkdtemp(prefix="xvmgate-suite-")
        return self._folder

    @cached_property
    def _judges(self) -> dict[str, Judge]:
        judges: dict[str, Judge] = {subject.label: EngineJudge(subject) for subject in self.subjects}
        return judges | {medium.label: medium for medium in self._media}

    @property
    def media(self) -> list[str]:
        """What the media are called."""
        return [medium.label for medium in self._media]

    @cached_property
    def engine_cases(self) -> list[SuiteCase]:
        """All cases of engines."""
        return [case for subject in self.subjects for case in engine_cases(subject.label)]

    @cached_property
    def medium_cases(self) -> list[SuiteCase]:
        """All cases of media."""
        return [case for medium in self._media for case in medium_cases(medium.label)]

    def check(self, case: SuiteCase) -> SuiteCheck:
        """Judge a case."""
        found = self._judges[case.subject].judge(case)
        return SuiteCheck(case.rule, case.level, case.vector, case.subject, *found)

    def close(self) -> None:
        """End the subjects, and take away what was built."""
        for subject in self.subjects:
            subject.close()
        if self._folder:
            rmtree(self._folder, ignore_errors=True)


def run_of(config: pytest.Config) -> Run:
    """Return the run of this process, begun when it is first wanted."""
    if KEY not in config.stash:
        config.stash[KEY] = run = Run(config)
        config.add_cleanup(run.close)
    return config.stash[KEY]
