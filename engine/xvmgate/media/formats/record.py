"""Directory records of ISO9660 (ECMA-119, section 9.1)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from .volume import SECTOR

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADER = 33
"""Bytes of a record before its identifier."""
DIRECTORY, ASSOCIATED, MULTI_EXTENT = 0x02, 0x04, 0x80
"""File flags."""


class RecordError(Exception):
    """A directory that cannot be read; the text says what is wrong and at which byte of it."""


class Record(NamedTuple):
    """One directory record; `block` and `xattr_blocks` in logical blocks, `size` in bytes, `system_use` as it is."""

    block: int
    xattr_blocks: int
    size: int
    flags: int
    interleaved: bool
    identifier: bytes
    system_use: bytes


def offsets(directory: bytes, start: int = 0) -> Iterator[int]:
    """Yield where the records of a directory's data begin, from `start` on; a zero length byte ends a sector.

    Raises RecordError for a record that does not fit.
    """
    at, end = start, len(directory)
    while at < end:
        length = directory[at]
        if length == 0:
            at = (at // SECTOR + 1) * SECTOR
            continue
        if length <= HEADER or at + length > end or HEADER + directory[at + 32] > length:
            raise RecordError(f"its record at byte {at} does not fit")
        yield at
        at += length


def identifier(directory: bytes, at: int) -> bytes:
    """Return the identifier of the record at an offset that `offsets` gave."""
    return directory[at + HEADER : at + HEADER + directory[at + 32]]


def system_use(directory: bytes, at: int) -> bytes:
    """Return the system use area of the record at an offset that `offsets` gave."""
    start = HEADER + directory[at + 32]
    return directory[at + start + (start & 1) : at + directory[at]]


def parse(directory: bytes, at: int) -> Record:
    """Read the record at an offset that `offsets` gave."""
    xattr_blocks, block, size = struct.unpack_from("<xBI4xI", directory, at)
    flags, unit, gap = directory[at + 25 : at + 28]
    return Record(
        block, xattr_blocks, size, flags, bool(unit or gap), identifier(directory, at), system_use(directory, at)
    )
