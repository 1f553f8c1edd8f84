"""What a ZFS root pool says of itself, apart from its files: a value for plans and checks."""

from __future__ import annotations

from typing import NamedTuple


class ZfsRoot(NamedTuple):
    """A pool: its name, what it boots and from where.

    `objset` is the object number of the dataset that the pool's `bootfs` names, None where it names none; `bootpath`
    is the device's physical path by the label, None where the label has none; `version` is the pool's on-disk version,
    5000 for a pool of features.
    """

    pool: str
    objset: int | None
    bootpath: str | None
    version: int
