"""A block pointer: up to three places of a block, its sizes, checksum, compression and kind (on-disk format, 2.0)."""

from __future__ import annotations

import struct
from typing import NamedTuple

SIZE = 128
SECTOR = 512
DATA_START = 4 << 20
"""Bytes of a device before the first block: two labels and the boot block."""
EMBEDDED_DATA = 0
EMBEDDED_PARTS = ((0, 48), (56, 80), (88, 128))
"""Where a pointer that holds its block's data itself has them."""


class Place(NamedTuple):
    """Where a copy of a block lies: the number of the pool's device, and the byte of that device."""

    device: int
    offset: int
    gang: bool

    @property
    def on_disk(self) -> int:
        """The byte of the device, its labels included."""
        return self.offset + DATA_START


class Pointer(NamedTuple):
    """One block; `size` is its size in bytes, `stored` that of its compressed form.

    `order` is the byte order of what it holds, `data` that itself (still packed) where the pointer embeds it.
    """

    places: tuple[Place, ...]
    size: int
    stored: int
    compression: int
    checksum: int
    claimed: tuple[int, int, int, int]
    level: int
    order: str
    birth: int
    encrypted: bool
    data: bytes | None

    @property
    def is_hole(self) -> bool:
        """Whether no block is there: it reads as zeros."""
        return not self.places and self.data is None


def parse(data: bytes, at: int, order: str) -> Pointer:
    """Read the pointer at an offset of a block in that byte order."""
    words = struct.unpack_from(f"{order}16Q", data, at)
    info = words[6]
    embedded = bool(info >> 39 & 1)
    if embedded:
        places: tuple[Place, ...] = ()
        stored, size = (info >> 25 & 0x7F) + 1, (info & 0x1FFFFFF) + 1
        held = _embedded(data[at : at + SIZE], order)[:stored] if info >> 40 & 0xFF == EMBEDDED_DATA else b""
    else:
        places = tuple(_place(words[2 * copy], words[2 * copy + 1]) for copy in range(3) if any(words[2 * copy :][:2]))
        stored, size, held = ((info >> 16 & 0xFFFF) + 1) * SECTOR, ((info & 0xFFFF) + 1) * SECTOR, None
    return Pointer(
        places=places,
        size=size,
        stored=stored,
        compression=info >> 32 & 0x7F,
        checksum=info >> 40 & 0xFF,
        claimed=(words[12], words[13], words[14], words[15]),
        level=info >> 56 & 0x1F,
        order="<" if info >> 63 else ">",
        birth=words[9] or words[10],
        encrypted=bool(info >> 61 & 1) and not embedded,
        data=held,
    )


def _embedded(raw: bytes, order: str) -> bytes:
    """Return the bytes that a pointer holds: a run of words, of which each is turned in the other byte order."""
    held = b"".join(raw[start:end] for start, end in EMBEDDED_PARTS)
    return held if order == "<" else b"".join(held[word : word + 8][::-1] for word in range(0, len(held), 8))


def _place(first: int, second: int) -> Place:
    return Place(first >> 32, (second & (1 << 63) - 1) * SECTOR, bool(second >> 63))
