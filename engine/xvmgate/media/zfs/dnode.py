"""An object: its dnode, and its blocks behind up to seven levels of indirect ones (on-disk format, 3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from . import pointer
from .device import MAX_BLOCK, Block

if TYPE_CHECKING:
    from .device import Device
    from .pointer import Pointer

SIZE, HEAD = 512, 64
MAX_LEVELS = 8
INDIRECT_SHIFTS = range(10, 21)
"""Sizes that an indirect block may have, as shifts."""
SPILL = 4
"""The flag of a dnode whose last pointer leads to further attributes."""


class DnodeError(Exception):
    """A dnode that describes no object; the text says why."""


class Dnode(NamedTuple):
    """An object's description; `last` is the number of its last block, `bonus` what the dnode itself holds of it."""

    kind: int
    indirect_shift: int
    levels: int
    pointers: tuple[Pointer, ...]
    bonus_kind: int
    block_size: int
    last: int
    bonus: bytes
    order: str
    spill: Pointer | None


def parse(data: bytes, at: int, order: str) -> Dnode:
    """Read the dnode at an offset of a block in that byte order.

    Raises DnodeError for one that is not in use, or does not fit itself.
    """
    kind, shift, levels, count, bonus_kind, _, _, flags = data[at : at + 8]
    byte_order = "little" if order == "<" else "big"
    number = {name: int.from_bytes(data[at + start : at + end], byte_order) for name, start, end in FIELDS}  # type: ignore[arg-type]
    if kind == 0:
        raise DnodeError("is not in use")
    if not 1 <= levels <= MAX_LEVELS or not 1 <= count <= 3 or shift not in INDIRECT_SHIFTS:
        raise DnodeError(f"has {levels} levels and {count} pointers")
    block_size = number["sectors"] * pointer.SECTOR
    bonus_at = HEAD + count * pointer.SIZE
    room = SIZE - bonus_at - (pointer.SIZE if flags & SPILL else 0)
    if not 0 < block_size <= MAX_BLOCK or number["bonus"] > room or data[at + 12]:
        raise DnodeError(f"has blocks of {block_size} bytes and {number['bonus']} bytes of its own")
    return Dnode(
        kind=kind,
        indirect_shift=shift,
        levels=levels,
        pointers=tuple(pointer.parse(data, at + HEAD + turn * pointer.SIZE, order) for turn in range(count)),
        bonus_kind=bonus_kind,
        block_size=block_size,
        last=number["last"],
        bonus=data[at + bonus_at : at + bonus_at + number["bonus"]],
        order=order,
        spill=pointer.parse(data, at + SIZE - pointer.SIZE, order) if flags & SPILL else None,
    )


FIELDS = (("sectors", 8, 10), ("bonus", 10, 12), ("last", 16, 24))
"""Numbers of a dnode: name, first byte, end."""


def read_block(device: Device, found: Dnode, number: int, *, keep: bool = True) -> Block:
    """Return one block of an object; a hole reads as zeros.

    Raises DnodeError when the object's blocks do not fit it, MediumError for damage.
    """
    shift = found.indirect_shift - 7
    top = number >> shift * (found.levels - 1)
    if top >= len(found.pointers):
        raise DnodeError(f"has no block {number}")
    at = found.pointers[top]
    for level in reversed(range(found.levels)):
        if at.is_hole:
            return Block(bytes(found.block_size), found.order)
        size = 1 << found.indirect_shift if level else found.block_size
        if (at.level, at.size) != (level, size):
            raise DnodeError(f"has a block {number} of level {at.level} with {at.size} bytes, not {level} with {size}")
        block = device.read(at, keep=keep or level > 0)
        if level == 0:
            return block
        index = number >> shift * (level - 1) & (1 << shift) - 1
        at = pointer.parse(block.data, index * pointer.SIZE, block.order)
    raise AssertionError("level 0 returns")
