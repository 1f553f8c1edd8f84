"""The path table of an ISO9660 volume (ECMA-119, 9.4): every directory's place in one list.

Only a hint of where directories lie: what it says is not trusted.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = 8
"""Bytes of a record before the name."""


class Place(NamedTuple):
    """A directory: the number, from 1, of the record of the one that it lies in, and its block."""

    parent: int
    block: int


class Table(NamedTuple):
    """Where the little-endian path table lies: first block, and size in bytes."""

    block: int
    size: int


def locate(descriptor: bytes) -> Table:
    """Read the table's place from a volume descriptor (8.4.14, 8.4.16)."""
    (size,) = struct.unpack_from("<I", descriptor, 132)
    (block,) = struct.unpack_from("<I", descriptor, 140)
    return Table(block, size)


def places(data: bytes) -> Iterator[Place]:
    """Yield the records, the root's first, up to the first that makes no sense."""
    at = 0
    while at + HEAD <= len(data) and data[at]:
        length, _, block, parent = struct.unpack_from("<BBIH", data, at)
        yield Place(parent, block)
        at += HEAD + length + (length & 1)


def below(data: bytes, tops: set[int], limit: int) -> list[int]:
    """Return the blocks of the directories below those that lie at the blocks `tops`, at most `limit`."""
    chosen: set[int] = set()
    blocks: list[int] = []
    for number, place in enumerate(places(data), 1):
        if place.parent in chosen and len(blocks) < limit:
            blocks.append(place.block)
        if place.parent in chosen or place.block in tops:
            chosen.add(number)
    return blocks
