"""The superblock of UFS1: sizes of blocks and cylinder groups, and where each inode lies.

The layout is 4.4BSD's, which Solaris shares as far as it is read here: McKusick and others, "The Design and
Implementation of the 4.4BSD Operating System", chapter 8.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

OFFSET, SIZE = 8192, 1376
"""Where the superblock lies, and how much of it is read, in bytes."""
MAGIC, MAGIC_AT = 0x011954, 1372
INODE_SIZE = 128
BLOCK_SIZES = (4096, 8192, 16384, 32768, 65536)
FRAGMENTS = (1, 2, 4, 8)
"""Fragments of a block."""


class SuperblockError(Exception):
    """A superblock that describes no file system; the text says why."""


class Superblock(NamedTuple):
    """What of the superblock is needed; sizes in bytes, places and counts in fragments unless they say otherwise.

    `group_inodes` and `group_fragments` are the inodes and fragments of a cylinder group; `inode_table` is where a
    group's inodes begin in it, and `group_offset` with `group_mask` shift a group's own structures from its start.
    """

    block_size: int
    fragment_size: int
    fragments: int
    groups: int
    group_inodes: int
    group_fragments: int
    inode_table: int
    group_offset: int
    group_mask: int

    @property
    def inodes(self) -> int:
        """How many inodes there are."""
        return self.groups * self.group_inodes

    def inode_offset(self, number: int) -> int:
        """Return the byte at which an inode lies."""
        group, index = divmod(number, self.group_inodes)
        start = self.group_fragments * group + self.group_offset * (group & ~self.group_mask)
        return (start + self.inode_table) * self.fragment_size + index * INODE_SIZE


def parse(data: bytes) -> Superblock:
    """Read the superblock from its SIZE bytes.

    Raises SuperblockError when its sizes do not fit each other.
    """
    if len(data) < SIZE:
        raise SuperblockError("its superblock is cut off")
    table, offset, mask = struct.unpack_from("<i4xii", data, 16)
    size, _, groups, block, fragment, per_block = struct.unpack_from("<6i", data, 36)
    inodes, group_fragments = struct.unpack_from("<ii", data, 184)
    if block not in BLOCK_SIZES or fragment < 512 or per_block not in FRAGMENTS or fragment * per_block != block:
        raise SuperblockError(f"its blocks have {block} bytes in {per_block} fragments of {fragment}")
    if groups <= 0 or inodes <= 0 or inodes % (block // INODE_SIZE):
        raise SuperblockError(f"it has {groups} cylinder groups of {inodes} inodes")
    if size <= 0 or table <= 0 or not (groups - 1) * group_fragments < size <= groups * group_fragments:
        raise SuperblockError(f"its {size} fragments are in {groups} cylinder groups of {group_fragments}")
    return Superblock(block, fragment, size, groups, inodes, group_fragments, table, offset, mask)
