"""The JSON report of a drift: the document of schema xvmgate.drift/1."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .values import Drift


def render(drift: Drift, *, every: bool = False) -> str:
    """Return the document as text, ASCII only; with `every` it lists what no rule touches too."""
    return json.dumps(drift.as_dict(every=every), indent=2) + "\n"
