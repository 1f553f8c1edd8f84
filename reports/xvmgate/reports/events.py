"""The values that checks produce and reports show; their fields are the contract's JSON fields."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

PASS, FAIL, WAIVED, WARN = "pass", "fail", "waived", "warn"
NOT_APPLICABLE, ERROR = "not-applicable", "error"
CHECK_SCHEMA = "xvmgate.check/1"


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
    was asked for.
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

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON object; `sha256` only where there is one."""
        found = self._asdict()
        found["plans"] = {str(bits): plan and plan._asdict() for bits, plan in self.plans.items()}
        found["checks"] = [check.as_dict() for check in self.checks]
        if self.sha256 is None:
            del found["sha256"]
        return found


class CheckReport(NamedTuple):
    """One run of `check`: the overall verdict and a result for every location, in their order."""

    verdict: str
    media: tuple[MediumResult, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the document of schema xvmgate.check/1."""
        return {"schema": CHECK_SCHEMA, "verdict": self.verdict, "media": [result.as_dict() for result in self.media]}
