"""What tests of users get: a medium with its verdicts and files, and the plans that are made for it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from xvmgate.conformance.judge import judge
from xvmgate.engine.facts import given
from xvmgate.engine.plan import BootPlan, make_plan
from xvmgate.engine.request import InstallRequest
from xvmgate.engine.view import seen
from xvmgate.media import Lookup, open_medium

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xvmgate.conformance.medium_judge import Target
    from xvmgate.reports.events import Check, MediumResult

MAX_READ = 1 << 20
"""Bytes of a file that `read` returns, unless told otherwise."""


class XvmMedium:
    """A medium; whatever reads it raises MediumError where it cannot be read."""

    def __init__(self, target: Target) -> None:
        self.location = target.location
        self._question = target.question

    @cached_property
    def result(self) -> MediumResult:
        """What `xvmgate check` says of it."""
        return judge(self.location, self._question)

    def check(self, rule: str) -> Check:
        """Return the verdict on one rule. Raises KeyError where it was not judged."""
        found = {check.rule: check for check in self.result.checks}
        return found[rule]

    def lookup(self, path: str) -> Lookup:
        """Say what lies at a path: `is_file`, `status`, `real`."""
        with open_medium(self.location) as medium:
            return medium.lookup(path)

    def read(self, path: str, limit: int = MAX_READ) -> bytes:
        """Return the beginning of a file."""
        with open_medium(self.location) as medium, medium.open(path) as stream:
            return bytes(stream.read(limit))

    def plan(
        self,
        *,
        host_bits: int = 64,
        resolve: Mapping[str, str] | None = None,
        default_route: str | None = None,
        readings: Mapping[str, str] | None = None,
        **request: Any,
    ) -> BootPlan:
        """Plan an install of it as a PV guest; `request` holds options of virt-install by their names in protocol 1.

        Raises Refused where a rule refuses, RequestError where the request is none.
        """
        asked: dict[str, Any] = {"name": "guest", "ram": 1024, "mode": "pv", "location": self.location} | request
        with open_medium(self.location) as medium:
            facts = given(host_bits, resolve or {}, default_route)
            return make_plan(InstallRequest(**asked), facts, seen(medium), readings)
