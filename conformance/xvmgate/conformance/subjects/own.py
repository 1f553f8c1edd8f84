"""Our engine as a subject: asked in this process, on its default readings or on others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.conformance.plan_document import answer
from xvmgate.conformance.protocol import CAPABILITIES
from xvmgate.engine.facts import given
from xvmgate.engine.plan import BootPlan, make_plan
from xvmgate.engine.refusal import Refused, RequestError
from xvmgate.engine.request import InstallRequest
from xvmgate.engine.view import imagined
from xvmgate.media.zfsroot import ZfsRoot

from .answer import ERROR, PLAN, REFUSED, Answer, Identity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xvmgate.engine.view import MediumView
    from xvmgate.fixtures.vector import ImaginedMedium, Vector

NOTES = "notes"
"""A capability of ours alone: a plan tells what guests are known to make of it (XVM-EV-04)."""
POOL_VERSION = 22
"""Of a vector's pool; no rule of engines looks at it."""


class OwnEngine:
    """Our engine; `readings` are the sides that it is started with."""

    def __init__(self, version: str, readings: Mapping[str, str] | None = None) -> None:
        self._version = version
        self._readings = dict(readings or {})
        sides = ",".join(f"{name}={side}" for name, side in self._readings.items())
        self.label = f"xvmgate with {sides}" if sides else "xvmgate"

    def identity(self) -> Identity:
        """Say who it is."""
        return Identity("xvmgate", self._version, frozenset((*CAPABILITIES, NOTES)))

    def ask(self, vector: Vector) -> Answer:
        """Return our engine's answer."""
        try:
            request = InstallRequest(**vector.request)
            plan = self.plan(request, vector)
            return Answer(PLAN, {**answer(request, plan), NOTES: list(plan.guest_notes)})
        except Refused as refused:
            return Answer(REFUSED, rule=refused.rule, text=refused.message)
        except RequestError as error:
            return Answer(ERROR, text=str(error))

    def plan(self, request: InstallRequest, vector: Vector) -> BootPlan:
        """Plan a vector's install. Raises what `make_plan` does."""
        return plan_vector(vector, self._readings, request)

    def close(self) -> None:
        """End it: there is nothing to end."""


def plan_vector(vector: Vector, readings: Mapping[str, str], request: InstallRequest | None = None) -> BootPlan:
    """Return what our engine makes of a vector. Raises what `make_plan` does."""
    asked = request or InstallRequest(**vector.request)
    return make_plan(asked, given(**vector.facts), view_of(vector.medium), readings)


def view_of(medium: ImaginedMedium) -> MediumView | None:
    """Return a vector's medium as our engine sees media."""
    zfs = ZfsRoot(*medium.zfs, version=POOL_VERSION) if medium.zfs else None
    return imagined(medium.kind, medium.files, zfs) if medium.kind else None
