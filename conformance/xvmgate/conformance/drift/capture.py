"""The values of a capture: every name on a medium, and what lies where rules, menu and layouts look."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .touched import is_always_looked_at

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA, VERSION = "xvmgate.capture", 1
"""What a capture calls itself, and the version of its format."""


class Item(NamedTuple):
    """One name on a medium; `size` in bytes.

    `target` is a link's text; `outcome` says of a link that ends nowhere how: escape, loop or missing.
    """

    path: str
    kind: str
    size: int = 0
    target: str | None = None
    outcome: str | None = None


class Place(NamedTuple):
    """What lies at a path, links followed; a path where nothing lies has no place.

    `status` and `real` are a lookup's; `size` in bytes; `format` says what the file is; `sha256` of its bytes is None
    where it was not taken.
    """

    path: str
    status: str
    real: str
    size: int = 0
    format: str | None = None
    sha256: str | None = None


class Judged(NamedTuple):
    """One rule's verdict on the medium; `actual` says what was found where it is not a pass."""

    verdict: str
    actual: str | None = None


class Capture(NamedTuple):
    """A medium as it was: `location` is where it or its capture was read, and no part of what is written.

    `items` and `places` go by path; `menu` lists the files that the boot menu names. `listed` is False for a medium
    whose directories cannot be listed: it has places, and no items.
    """

    location: str
    rule_set: str
    kind: str
    filesystem: str
    volume_id: str | None
    created: str | None
    family: str | None
    layout: str | None
    plans: Mapping[int, tuple[str, str]]
    rules: Mapping[str, Judged]
    menu: tuple[str, ...]
    places: Mapping[str, Place]
    items: Mapping[str, Item]
    listed: bool = True

    def has(self, path: str) -> bool:
        """Say whether something lies at a path, or may: places tell of those that were looked at, names of the others.

        A name behind a link is not listed where the link is: it may be there, unless it was looked for.
        """
        if path in self.places or path in self.items:
            return True
        if not self.listed or path in self.menu or is_always_looked_at(path):
            return False
        parts = path.split("/")
        above = ("/".join(parts[:depth]) for depth in range(2, len(parts)))
        return any(place in self.items and self.items[place].kind == "link" for place in above)

    @property
    def escapes(self) -> list[Item]:
        """The links that lead out of the medium."""
        return [item for item in self.items.values() if item.outcome == "escape"]
