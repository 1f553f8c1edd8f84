"""Slices of a disk: an MBR's Solaris partition with its VTOC, or a GUID partition table (UEFI 2.10, chapter 5)."""

from __future__ import annotations

import struct
from functools import reduce
from operator import xor
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    Peek = Callable[[int, int], bytes]

SECTOR = 512
MBR_SIGNATURE, MBR_TABLE, MBR_ENTRY = b"\x55\xaa", 446, 16
SOLARIS_TYPES = (0xBF, 0x82)
"""Partition types of Solaris: the one since Solaris 10, and the one before, which Linux uses for swap."""
GPT_TYPE, GPT_MAGIC = 0xEE, b"EFI PART"
MAX_GPT_ENTRIES, MAX_GPT_TABLE = 128, 1 << 32
"""Entries of a GUID partition table, and the last sector at which it may begin."""
VTOC_SANITY, VTOC_MAGIC = 0x600DDEEE, 0xDABE
VTOC_SLICES, VTOC_TABLE = 16, 72
ROOT_TAG, BACKUP_TAG = 2, 5
"""The tags of a root slice, and of the slice that stands for the whole partition."""


class DiskError(Exception):
    """A partition table that cannot be used; the text says what is wrong with it."""


class Slice(NamedTuple):
    """A piece of a disk: its name for people, where it starts and how long it is, in bytes."""

    name: str
    start: int
    size: int


def slices(peek: Peek) -> list[Slice]:
    """Return the slices that may hold a root file system, root slices first; none where there is no such table.

    `peek(offset, length)` reads the disk. Raises DiskError for a table that is damaged.
    """
    sector = peek(0, SECTOR)
    if sector[510:] != MBR_SIGNATURE:
        return []
    found: list[Slice] = []
    for at in range(MBR_TABLE, 510, MBR_ENTRY):
        kind, start, size = sector[at + 4], *struct.unpack_from("<II", sector, at + 8)
        if kind == GPT_TYPE:
            return _gpt(peek)
        if kind in SOLARIS_TYPES and size:
            found += _vtoc(peek, start, size, required=kind == SOLARIS_TYPES[0])
    return found


def _vtoc(peek: Peek, start: int, size: int, *, required: bool) -> list[Slice]:
    """Read the label in a Solaris partition's second sector; starts in it count from the partition's."""
    label = peek((start + 1) * SECTOR, SECTOR)
    if len(label) < SECTOR or struct.unpack_from("<H", label, 508)[0] != VTOC_MAGIC:
        if required:
            raise DiskError(f"its Solaris partition at sector {start} has no VTOC")
        return []
    sanity, sector_size = struct.unpack_from("<I", label, 12)[0], struct.unpack_from("<H", label, 28)[0]
    if reduce(xor, struct.unpack("<256H", label)) or sanity != VTOC_SANITY:
        raise DiskError(f"the VTOC of its Solaris partition at sector {start} is damaged: its checksum is wrong")
    if sector_size not in (0, SECTOR):
        raise DiskError(f"the VTOC of its Solaris partition counts in sectors of {sector_size} bytes, not {SECTOR}")
    found = []
    for number in range(VTOC_SLICES):
        tag, _, first, count = struct.unpack_from("<HHII", label, VTOC_TABLE + 12 * number)
        if count and tag != BACKUP_TAG and first + count <= size:
            found.append((tag != ROOT_TAG, Slice(f"slice {number}", (start + first) * SECTOR, count * SECTOR)))
    return [piece for _, piece in sorted(found)]


def _gpt(peek: Peek) -> list[Slice]:
    header = peek(SECTOR, SECTOR)
    if header[:8] != GPT_MAGIC:
        raise DiskError("its MBR speaks of a GUID partition table, which is not there")
    table, count, length = struct.unpack_from("<QII", header, 72)
    if not 128 <= length <= 4096 or count > MAX_GPT_ENTRIES:
        raise DiskError(f"its GUID partition table claims {count} entries of {length} bytes")
    if table > MAX_GPT_TABLE:
        raise DiskError(f"its GUID partition table is said to lie at sector {table}")
    data = peek(table * SECTOR, count * length)
    found = []
    for number in range(len(data) // length):
        entry = data[number * length :][:48]
        first, last = struct.unpack_from("<QQ", entry, 32)
        if any(entry[:16]) and last >= first:
            found.append(Slice(f"partition {number + 1}", first * SECTOR, (last - first + 1) * SECTOR))
    return found
