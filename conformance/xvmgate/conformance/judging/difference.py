"""One thing in which an answer is not what was expected."""

from __future__ import annotations

from typing import NamedTuple


class Difference(NamedTuple):
    """`what` is its kind, for some with the name that it is about (`property:host-ip`); a side is None where absent."""

    what: str
    expected: str | None
    actual: str | None

    @property
    def name(self) -> str:
        """What it is about, empty where its kind says all."""
        return self.what.partition(":")[2]

    @property
    def kind(self) -> str:
        """Its kind."""
        return self.what.partition(":")[0]
