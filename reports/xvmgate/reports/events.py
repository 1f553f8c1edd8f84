"""The values that checks produce and reports show; their fields are the contract's JSON fields."""

from __future__ import annotations

from typing import Any

from attrs import evolve, frozen

PASS, FAIL, WAIVED, WARN = "pass", "fail", "waived", "warn"
NOT_APPLICABLE, ERROR = "not-applicable", "error"
CHECK_SCHEMA = "xvmgate.check/1"


@frozen
class Check:
    """The verdict on one rule for one medium; `expected` and `actual` are None where there is nothing to compare."""

    rule: str
    level: str
    verdict: str
    expected: str | None
    actual: str | None
    message: str

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON object."""
        return {name: getattr(self, name) for name in ("rule", "level", "verdict", "expected", "actual", "message")}


@frozen
class Plan:
    """Kernel and ramdisk that one width would boot, as paths on the medium."""

    kernel: str
    ramdisk: str


@frozen
class MediumResult:
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
    plans: dict[int, Plan | None] = {32: None, 64: None}
    checks: tuple[Check, ...] = ()
    sha256: str | None = None

    def with_hash(self, sha256: str) -> MediumResult:
        """Return the same result with the medium's hash."""
        return evolve(self, sha256=sha256)

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON object; `sha256` only where there is one."""
        fields = ("location", "verdict", "error", "kind", "volume_id", "created", "bytes_read", "requests")
        found: dict[str, Any] = {name: getattr(self, name) for name in (*fields, "family", "layout")}
        found["plans"] = {
            str(bits): plan and {"kernel": plan.kernel, "ramdisk": plan.ramdisk} for bits, plan in self.plans.items()
        }
        found["checks"] = [check.as_dict() for check in self.checks]
        return found | ({"sha256": self.sha256} if self.sha256 else {})


@frozen
class CheckReport:
    """One run of `check`: the overall verdict and a result for every location, in their order."""

    verdict: str
    media: tuple[MediumResult, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the document of schema xvmgate.check/1."""
        return {"schema": CHECK_SCHEMA, "verdict": self.verdict, "media": [result.as_dict() for result in self.media]}
