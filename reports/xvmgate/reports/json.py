"""The JSON report: the document of schema xvmgate.check/1 or xvmgate.suite/1."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .events import CheckReport, SuiteReport


def render(report: CheckReport | SuiteReport, options: Sequence[str] = ()) -> str:  # noqa: ARG001  # as every format
    """Return the document as text, ASCII only, so that names that are no UTF-8 survive as escapes."""
    return json.dumps(report.as_dict(), indent=2) + "\n"
