"""What a root pool says of itself."""

from __future__ import annotations

from typing import NamedTuple


class ZfsRoot(NamedTuple):
    """What a root pool says of itself: its name, the object number of its boot dataset, its device's physical path.

    `objset` is None where the pool has no `bootfs`, `bootpath` where its label names no device.
    """

    pool: str
    objset: int | None
    bootpath: str | None
