"""The baseline of one `xvmgate check`: each medium that can be read is compared with it too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.media import MediumError
from xvmgate.reports import verdict
from xvmgate.reports.events import MediumResult

from .progress import counting

if TYPE_CHECKING:
    from xvmgate.conformance.drift.capture import Capture
    from xvmgate.media.remote import Remote

    from .options import State


class Baseline:
    """A capture that media are not to drift from."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture

    def apply(self, result: MediumResult, location: str, state: State, allowed: Remote) -> MediumResult:
        """Return a medium's result with what changed since, and show that; one that cannot be read stays as it is."""
        from xvmgate.conformance.drift.sides import drift_from  # noqa: PLC0415  # only where there is a baseline

        from .drift import show  # noqa: PLC0415  # as above
        from .output import complain  # noqa: PLC0415  # as above

        if result.kind is None:
            return result
        try:
            with counting(location, quiet=state.quiet) as advance:
                found = drift_from(self._capture, location, advance, allowed)
        except MediumError as error:
            complain(str(error))
            return MediumResult(result.location, verdict.UNREADABLE, error=str(error))
        if not state.json:
            show(found, state)
        return result._replace(drift=found)


def load_baseline(path: str | None) -> Baseline | None:
    """Read the capture that is named; none is None. Raises Stop when it cannot be used."""
    if path is None:
        return None
    from xvmgate.conformance.drift.reading import load  # noqa: PLC0415  # rarely wanted

    from .drift import in_words  # noqa: PLC0415  # as above

    return Baseline(in_words(lambda: load(path)))
