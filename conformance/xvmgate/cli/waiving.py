"""The waivers of one `xvmgate check`: put to its results as they come, and what they have to say at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.reports import verdict

from .options import Stop

if TYPE_CHECKING:
    from xvmgate.conformance.waivers import Use, Waivers
    from xvmgate.reports.events import MediumResult


class Waiving:
    """A file's waivers, and their uses so far."""

    def __init__(self, waivers: Waivers) -> None:
        self._waivers = waivers
        self._uses: list[Use] = []

    def apply(self, result: MediumResult, *, selected: bool) -> MediumResult:
        """Return a medium's result as the waivers leave it; one that cannot be read stays as it is."""
        from xvmgate.conformance.waiving import apply  # noqa: PLC0415  # only where there are waivers

        if result.kind is None:
            return result
        checks = []
        for check in result.checks:
            left, uses = apply(check, result.location, self._waivers)
            checks.append(left)
            self._uses += uses
        return result._replace(checks=tuple(checks), verdict=verdict.of_checks(checks, selected=selected))

    def problems(self) -> list[str]:
        """Return what fails the run, for its report."""
        return self._waivers.problems(used=self._uses)


def load_waiving(path: str | None) -> Waiving | None:
    """Read the file of `--waivers`, if there is one.

    Raises Stop for a file that cannot be used: before anything is checked.
    """
    if path is None:
        return None
    from xvmgate.conformance.waivers import load  # noqa: PLC0415  # only where there are waivers
    from xvmgate.fixtures.table import CatalogueError  # noqa: PLC0415

    try:
        return Waiving(load(path))
    except CatalogueError as error:
        raise Stop(str(error), verdict.USAGE) from error
