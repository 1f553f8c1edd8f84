"""Which side of each reading holds for one plan, and which of them decided something in it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from xvmgate.fixtures.reading import Reading, every_reading

from .refusal import RequestError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Readings:
    """The chosen sides, defaults for the rest; `decided` collects those that were asked for.

    Ask only where the two sides lead to different plans: what is asked for is what the plan records.
    """

    def __init__(self, chosen: Mapping[str, str] | None = None) -> None:
        self._chosen = chosen or {}
        self.decided: dict[str, str] = {}

    def alternative(self, name: str) -> bool:
        """Say whether the alternative side of a reading holds, and note that it decided something."""
        self.decided[name] = self._chosen.get(name, _known()[name].default)
        return self.peek(name)

    def peek(self, name: str) -> bool:
        """Say whether the alternative side of a reading holds, without a note: to find out whether it matters."""
        return self._chosen.get(name) == _known()[name].alternative


@cache
def _known() -> dict[str, Reading]:
    return {reading.name: reading for reading in every_reading()}


def check_sides(chosen: Mapping[str, str]) -> None:
    """Refuse readings and sides that do not exist.

    Raises RequestError naming those that do.
    """
    for name, side in chosen.items():
        reading = _known().get(name)
        if reading is None:
            raise RequestError(f"no reading {name!r} (known: {', '.join(_known())})")
        if side not in (reading.default, reading.alternative):
            raise RequestError(f"reading {name}: {reading.default} or {reading.alternative} is expected, not {side!r}")
