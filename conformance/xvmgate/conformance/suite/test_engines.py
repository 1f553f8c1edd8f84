"""Rule x vector x engine, and each reading taken whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xvmgate.conformance.case import SuiteCase

    from .run import Run


def cases(run: Run) -> list[SuiteCase]:
    """Return the cases of this module."""
    return run.engine_cases
