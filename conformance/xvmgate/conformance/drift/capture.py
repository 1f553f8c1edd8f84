"""The values of a capture: every name on a medium, and what lies where rules, menu and layouts look."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

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

    @property
    def escapes(self) -> list[Item]:
        """The links that lead out of the medium."""
        return [item for item in self.items.values() if item.outcome == "escape"]
