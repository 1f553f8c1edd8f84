"""A medium under judgement in the suite that is not to drift from a capture: what changed is said by rule."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from xvmgate.media import MediumError
from xvmgate.reports.events import ERROR, FAIL

from .drift.sides import drift_from
from .finding import Finding, failed, not_checked
from .medium_judge import MediumJudge, Target

if TYPE_CHECKING:
    from xvmgate.reports.drift.values import Drift

    from .case import SuiteCase
    from .drift.capture import Capture


class BaselineJudge(MediumJudge):
    """A user's medium: a rule fails that is broken, and one that a change since the baseline touches."""

    def __init__(self, target: Target, baseline: Capture) -> None:
        super().__init__(target)
        self._baseline = baseline
        self._location = target.location

    @cached_property
    def _drift(self) -> Drift | str:
        """What changed, or why that cannot be said."""
        try:
            return drift_from(self._baseline, self._location)
        except MediumError as error:
            return str(error)

    def judge(self, case: SuiteCase) -> Finding:
        """Return the finding of one of its cases."""
        found = super().judge(case)
        if found.verdict in (FAIL, ERROR):
            return found
        drift = self._drift
        if isinstance(drift, str):
            return not_checked(f"the medium cannot be compared: {drift}")
        changes = [
            f"{change.change} {change.head}"
            for change in drift.changes
            if case.rule in [touched.rule for touched in change.rules]
        ]
        return failed(f"no drift from {self._baseline.location}", "; ".join(changes)) if changes else found
