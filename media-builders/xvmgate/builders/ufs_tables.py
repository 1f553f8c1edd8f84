"""The tables of a little-endian UFS1 file system, packed: superblock, cylinder group, inode, directory.

Geometry is fixed and small. A fragment is 1 KiB and a block 8 KiB, so a block is one byte of a group's free map; a
group has 8 MiB and a cylinder 1 MiB. Directories are in the old form that Solaris kept: a name's length takes 16 bits,
and no type stands beside it. Rotational positions, of use to disks of the 1980s, are one and the same.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

BLOCK, FRAGMENT, SECTOR = 8192, 1024, 512
PER_BLOCK = BLOCK // FRAGMENT
PER_GROUP = 8192
"""Fragments of a cylinder group."""
PER_CYLINDER = 1024
"""Fragments of a cylinder."""
CYLINDERS = PER_GROUP // PER_CYLINDER
"""Cylinders of a group."""
INODES = 512
"""Inodes of a group."""
INODE_SIZE = 128
DIRECT = 12
"""Block addresses that an inode holds itself."""
POINTERS = BLOCK // 4
"""Block addresses that an indirect block holds."""
SUPERBLOCK_AT = 8192
"""Byte of the first superblock; every group holds a copy."""
COPY_AT, GROUP_AT, INODES_AT, DATA_AT = 16, 24, 32, 96
"""Fragments, from a group's start: copy of the superblock, the group's own table, its inodes, the first data."""
ROOT = 2
"""Inode of the top directory; 0 and 1 are never used."""
MAGIC, GROUP_MAGIC = 0x011954, 0x090255
OKAY = 0x7C269D38
"""The time of the superblock and the state that Solaris x86 keeps beside it add up to this where all is well."""
DIRECTORY_MODE, FILE_MODE = 0o040755, 0o100644
SUMMARY = 16
"""Bytes of one summary: directories, free blocks, free inodes, free fragments."""


class Summary(NamedTuple):
    """What a group, or the whole, has: directories, free whole blocks, free inodes, free fragments of other blocks."""

    directories: int
    blocks: int
    inodes: int
    fragments: int

    def pack(self) -> bytes:
        """Return the summary as it lies on disk."""
        return struct.pack("<4i", *self)


def superblock(fragments: int, groups: int, date: int, total: Summary) -> bytes:
    """Return a superblock of one block's length (struct fs: its fields at their offsets)."""
    summaries = -(-groups * SUMMARY // FRAGMENT)
    data = fragments - DATA_AT - (groups - 1) * (DATA_AT - COPY_AT) - summaries
    table = bytearray(BLOCK)
    fields: dict[int, tuple[int, ...]] = {
        8: (COPY_AT, GROUP_AT, INODES_AT, DATA_AT, 0, -1, date, fragments, data, groups),
        48: (BLOCK, FRAGMENT, PER_BLOCK, 10, 0, 60, -BLOCK, -FRAGMENT, 13, 10, 1, POINTERS, 3, 1),
        104: (2 * FRAGMENT, -(BLOCK // SUMMARY), 9, POINTERS, BLOCK // INODE_SIZE, FRAGMENT // SECTOR, 0),
        132: (_signed(OKAY - date), 1, 0, 0, 0, DATA_AT, summaries * FRAGMENT, 2 * FRAGMENT),
        164: (32, 64, 2 * PER_CYLINDER, -(-fragments // PER_CYLINDER), CYLINDERS, INODES, PER_GROUP),
        192: tuple(total),
        1356: (1, 1, 1376, 1376, MAGIC),
    }
    for offset, values in fields.items():
        struct.pack_into(f"<{len(values)}i", table, offset, *values)
    table[209] = 1  # clean
    struct.pack_into("<2q", table, 1336, BLOCK - 1, FRAGMENT - 1)
    return bytes(table)


def group(number: int, date: int, used_inodes: int, free: bytes, summary: Summary) -> bytes:
    """Return a cylinder group's table of one block's length; `free` has a byte a block, a bit a free fragment."""
    cylinders = -(-len(free) * PER_BLOCK // PER_CYLINDER)
    totals_at = 168
    positions_at = totals_at + 4 * CYLINDERS
    inodes_at = positions_at + 2 * CYLINDERS
    free_at = inodes_at + INODES // 8
    table = bytearray(BLOCK)
    struct.pack_into("<3i2hi", table, 4, GROUP_MAGIC, date, number, cylinders, INODES, len(free) * PER_BLOCK)
    table[24:40] = summary.pack()
    struct.pack_into("<8i", table, 52, *_runs(free))
    struct.pack_into("<5i", table, 84, totals_at, positions_at, inodes_at, free_at, free_at + PER_GROUP // 8)
    step = PER_CYLINDER // PER_BLOCK
    whole = [free[at : at + step].count(0xFF) for at in range(0, CYLINDERS * step, step)]
    struct.pack_into(f"<{CYLINDERS}i", table, totals_at, *whole)
    struct.pack_into(f"<{CYLINDERS}h", table, positions_at, *whole)
    table[inodes_at:free_at] = ((1 << used_inodes) - 1).to_bytes(INODES // 8, "little")
    table[free_at : free_at + len(free)] = free
    return bytes(table)


def summarise(free: bytes, directories: int, used_inodes: int) -> Summary:
    """Return a group's summary."""
    partly = sum(length * count for length, count in enumerate(_runs(free)))
    return Summary(directories, free.count(0xFF), INODES - used_inodes, partly)


def _runs(free: bytes) -> list[int]:
    """Count runs of free fragments by length in blocks that are partly used; in ours a free run ends its block."""
    return [0, *(free.count((0xFF << (PER_BLOCK - length)) & 0xFF) for length in range(1, PER_BLOCK))]


def inode(mode: int, links: int, size: int, date: int, addresses: list[int], sectors: int) -> bytes:
    """Return an inode; `addresses` are those of 12 blocks and of three indirect blocks, in fragments."""
    times = (date, 0, date, 0, date, 0)
    return struct.pack("<2H4xQ6i15i", mode, links, size, *times, *addresses) + struct.pack("<2i20x", 0, sectors)


def directory(entries: list[tuple[str, int]]) -> bytes:
    """Return a directory of names and inodes; no entry crosses a sector, and each sector's last one fills it."""
    sectors: list[list[tuple[bytes, int]]] = [[]]
    room = SECTOR
    for name, number in entries:
        text = name.encode()
        length = 8 + (len(text) + 4) // 4 * 4
        if length > room:
            sectors.append([])
            room = SECTOR
        sectors[-1].append((text, number))
        room -= length
    return b"".join(_sector(names) for names in sectors)


def _sector(names: list[tuple[bytes, int]]) -> bytes:
    lengths = [8 + (len(name) + 4) // 4 * 4 for name, _ in names]
    lengths[-1] += SECTOR - sum(lengths)
    packed = (
        struct.pack("<I2H", number, length, len(name)) + name.ljust(length - 8, b"\0")
        for (name, number), length in zip(names, lengths, strict=True)
    )
    return b"".join(packed)


def _signed(number: int) -> int:
    return (number + (1 << 31)) % (1 << 32) - (1 << 31)
