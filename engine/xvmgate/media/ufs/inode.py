"""An inode of UFS1, and its tree of blocks: twelve direct ones, then single, double and triple indirect."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

DIRECT = 12
LEVELS = 3
POINTERS_AT, POINTERS_SIZE = 40, 60


class Inode(NamedTuple):
    """What of an inode is needed: `size` in bytes, `held` in sectors, `pointers` the 15 block addresses in fragments.

    `inline` is the pointers' place as bytes: a short link's text.
    """

    number: int
    mode: int
    size: int
    held: int
    pointers: tuple[int, ...]
    inline: bytes


def parse(number: int, data: bytes) -> Inode:
    """Read an inode from its 128 bytes."""
    mode, size = struct.unpack_from("<H6xQ", data)
    pointers = struct.unpack_from("<15I", data, POINTERS_AT)
    (held,) = struct.unpack_from("<I", data, 104)
    return Inode(number, mode, size, held, pointers, data[POINTERS_AT : POINTERS_AT + POINTERS_SIZE])


def address(inode: Inode, block: int, fanout: int, indirect: Callable[[int], tuple[int, ...]]) -> int:
    """Return where a file's block lies, in fragments; 0 for a hole.

    `fanout` is the number of addresses in an indirect block, `indirect(address)` reads one. Raises IndexError for a
    block beyond the triple indirect ones.
    """
    if block < DIRECT:
        return inode.pointers[block]
    block -= DIRECT
    spans = [1, fanout, fanout * fanout, fanout * fanout * fanout]
    for level in range(1, LEVELS + 1):
        if block < spans[level]:
            at = inode.pointers[DIRECT + level - 1]
            for depth in reversed(range(level)):
                if at == 0:
                    return 0
                at = indirect(at)[block // spans[depth] % fanout]
            return at
        block -= spans[level]
    raise IndexError("beyond the triple indirect blocks")


def most_blocks(fanout: int) -> int:
    """Return how many blocks a file can have."""
    return DIRECT + fanout + fanout * fanout + fanout * fanout * fanout
