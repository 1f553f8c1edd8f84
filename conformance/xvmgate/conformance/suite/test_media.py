"""Rule x medium: the checks of `xvmgate check`, for each built layout or each medium that is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xvmgate.conformance.case import SuiteCase

    from .run import Run


def cases(run: Run) -> list[SuiteCase]:
    """Return the cases of this module."""
    return run.medium_cases
