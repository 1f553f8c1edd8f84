"""The suite's cases as pytest items, found without pytest importing our folders as top-level modules."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from xvmgate.conformance import waiving
from xvmgate.fixtures.rule import LEVELS, areas, every_rule
from xvmgate.reports.events import ERROR, FAIL, NOT_APPLICABLE, PASS, WAIVED, WARN, SuiteCheck

from .block import block
from .run import run_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xvmgate.conformance.case import SuiteCase

FOLDER = Path(__file__).parent
PROPERTY = "xvmgate"
"""The user property of a report that holds the check, as JSON."""


class Broken(Exception):  # noqa: N818  # a check that did not pass, with what is to be shown
    """A case that fails; the text is its block."""


class SuiteFile(pytest.File):
    """A module of the suite; its function `cases` says which cases of the run are its own."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield an item a case."""
        register_markers(self.config)
        module = import_module(f"{__package__}.{self.path.stem}")
        for case in module.cases(run_of(self.config)):
            yield CaseItem.from_parent(self, name=case.id, case=case)


class CaseItem(pytest.Item):
    """One case; marked with its rule, its level and its area."""

    def __init__(self, *, case: SuiteCase, **words: Any) -> None:
        super().__init__(**words)
        self._case = case
        for name in (case.rule, case.level, case.area):
            self.add_marker(name)

    def runtest(self) -> None:
        """Judge the case; what does not apply is skipped, what is waived an expected failure."""
        run = run_of(self.config)
        check = run.check(self._case)
        self.user_properties.append((PROPERTY, json.dumps(check.as_dict())))
        after, uses = waiving.apply(check, check.subject, run.waivers)
        if after.verdict == WAIVED:
            pytest.xfail(after.message)
        if after.verdict == PASS and uses:
            raise Broken(f"[XPASS(strict)] {uses[0].waiver.label}: it passes; remove the waiver")
        if check.verdict in (FAIL, ERROR):
            raise Broken(block(check))
        if check.verdict == NOT_APPLICABLE:
            pytest.skip(check.message)
        if check.verdict == WARN:
            self.add_report_section("call", PROPERTY, block(check))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show a failed check as its block, our own defects with their traceback."""
        if isinstance(excinfo.value, Broken):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return the place and the name for reports."""
        return self.path, 0, self.name


def as_check(text: str) -> SuiteCheck:
    """Return a check out of a report's property."""
    return SuiteCheck(**json.loads(text))


def register_markers(config: pytest.Config) -> None:
    """Register a marker for each rule, level and area: where the suite runs, and nowhere else."""
    lines = [f"{rule.id}: {rule.title}" for rule in every_rule()]
    lines += [f"{level}: cases of rules of this level" for level in LEVELS]
    lines += [f"{area}: cases of XVM-{area.upper()}" for area in areas()]
    known = config.getini("markers")
    for line in lines:
        if line not in known:
            config.addinivalue_line("markers", line)
