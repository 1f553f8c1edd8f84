"""The values that checks produce and reports show; their fields are the contract's JSON fields."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .drift.values import Drift

PASS, FAIL, WAIVED, WARN = "pass", "fail", "waived", "warn"
NOT_APPLICABLE, ERROR = "not-applicable", "error"
VERDICTS = (PASS, FAIL, WAIVED, WARN, NOT_APPLICABLE, ERROR)
CHECK_SCHEMA, SUITE_SCHEMA = "xvmgate.check/1", "xvmgate.suite/1"


class Check(NamedTuple):
    """The verdict on one rule for one medium; `expected` and `actual` are None where there is nothing to compare."""

    rule: str
    level: str
    verdict: str
    expected: str | None
    actual: str | None
    message: str

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON object."""
        return self._asdict()


class Plan(NamedTuple):
    """Kernel and ramdisk that one width would boot, as paths on the medium."""

    kernel: str
    ramdisk: str


NO_PLANS: Mapping[int, Plan | None] = MappingProxyType({32: None, 64: None})
"""The plans of a medium that boots in no width."""


class MediumResult(NamedTuple):
    """What a check says of one medium; an unreadable one has `kind` None, an error and no checks.

    `bytes_read` in bytes; `created` in ISO 8601; `plans` maps 32 and 64 to a plan or None; `sha256` is None unless it
    was asked for, and so is `drift`, what changed since a baseline.
    """

    location: str
    verdict: str
    error: str | None = None
    kind: str | None = None
    volume_id: str | None = None
    created: str | None = None
    bytes_read: int = 0
    requests: int = 0
    family: str | None = None
    layout: str | None = None
    plans: Mapping[int, Plan | None] = NO_PLANS
    checks: tuple[Check, ...] = ()
    sha256: str | None = None
    drift: Drift | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON object; `sha256` and `drift` only where they were asked for."""
        found = self._asdict()
        found["plans"] = {str(bits): plan and plan._asdict() for bits, plan in self.plans.items()}
        found["checks"] = [check.as_dict() for check in self.checks]
        if self.sha256 is None:
            del found["sha256"]
        del found["drift"]
        if self.drift is not None:
            found["drift"] = self.drift.as_dict()
        return found


class CheckReport(NamedTuple):
    """One run of `check`: the overall verdict and a result for every location, in their order.

    `problems` are what fails the run beside the checks: waivers that have expired, name no rule or are not needed, and
    drift from a baseline.
    """

    verdict: str
    media: tuple[MediumResult, ...]
    problems: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the document of schema xvmgate.check/1; `problems` only where there are any."""
        found = {"schema": CHECK_SCHEMA, "verdict": self.verdict, "media": [result.as_dict() for result in self.media]}
        return found | ({"problems": list(self.problems)} if self.problems else {})


class SuiteCheck(NamedTuple):
    """The verdict on one rule for one subject of the suite.

    `vector` is the vector's ID, None for a medium's check; `subject` is the engine's name, `exec:CMD`, or a medium's
    location or layout ID.
    """

    rule: str
    level: str
    vector: str | None
    subject: str
    verdict: str
    expected: str | None
    actual: str | None
    message: str

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON object."""
        return self._asdict()


class Subject(NamedTuple):
    """What a suite judges; `kind` is engine or medium, `version` None where it has none."""

    name: str
    version: str | None
    kind: str


class Header(NamedTuple):
    """What a suite's run was: its rules, its tool, its subjects.

    `rule_set` is the set's name, `document` the sha256 of the text that it was read out of, `xvmgate` and `python` are
    versions, `started` is in ISO 8601. `selected` says that only a part of the suite was asked for.
    """

    rule_set: str
    document: str
    xvmgate: str
    python: str
    subjects: tuple[Subject, ...] = ()
    selected: bool = False
    started: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON object."""
        return {**self._asdict(), "subjects": [subject._asdict() for subject in self.subjects]}


class SuiteReport(NamedTuple):
    """One run of the suite; `counts` has every verdict's number, `header` is None where it is not known.

    `problems` are those of CheckReport.
    """

    verdict: str
    counts: Mapping[str, int]
    checks: tuple[SuiteCheck, ...]
    header: Header | None = None
    problems: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the document of schema xvmgate.suite/1; `problems` only where there are any."""
        found = {
            "schema": SUITE_SCHEMA,
            "verdict": self.verdict,
            "counts": dict(self.counts),
            "checks": [check.as_dict() for check in self.checks],
        }
        return found | ({"problems": list(self.problems)} if self.problems else {})


def count(checks: Iterable[Check | SuiteCheck]) -> dict[str, int]:
    """Return how many checks have each verdict, those that none has as 0."""
    counts = dict.fromkeys(VERDICTS, 0)
    for check in checks:
        counts[check.verdict] += 1
    return counts
