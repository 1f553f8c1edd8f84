"""The large form of a table: a name's hash leads to a leaf, a block with chains of entries (on-disk format, 5.2)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAGIC, LEAF, LEAF_MAGIC = 0x2F52AB2AB, 1 << 63, 0x2AB1EAF
CHUNK, TEXT = 24, 21
"""Bytes of a chunk of a leaf, and how many of them one holds of a name or value."""
LEAF_HEAD, ENTRY_CHUNK, TEXT_CHUNK, END = 48, 252, 251, 0xFFFF
MAX_BLOCK = 128 << 10
"""Largest block of a table in bytes; ZFS writes 16 KiB."""
MAX_SHIFT = 17
"""Bits of a hash that choose the leaf; more leaves than MAX_ENTRIES names need."""
MAX_ENTRIES = 1 << 20
"""Names that are listed."""
CRC_64 = 0xC96C5795D7870F42
"""The polynomial of ECMA-182, its bits reversed."""
HASH_BITS, LONG_HASH_BITS, LONG_HASH = 28, 48, 1
"""Bits of a hash that are used; more where the table's flag says so."""


class FatZap:
    """Such a table; `block(n)` gives a block and its byte order, `broken(problem)` the error to raise."""

    def __init__(
        self, block: Callable[[int], tuple[bytes, str]], broken: Callable[[str], Exception], block_size: int
    ) -> None:
        self._block = block
        self._broken = broken
        self._size = block_size
        if block_size > MAX_BLOCK:
            raise broken(f"has blocks of {block_size} bytes")
        data, order = block(0)
        magic, table, length, self._shift = struct.unpack_from(f"{order}4Q", data, 8)
        self._salt, self._normal, self._flags = struct.unpack_from(f"{order}3Q", data, 80)
        if magic != MAGIC or self._shift > MAX_SHIFT:
            raise broken(f"has the magic number {magic:#x} and a hash of {self._shift} bits")
        # Without a table of its own, the second half of the first block holds the leaves' numbers.
        self._start = table * block_size if length else block_size // 2
        if not length and self._start + (8 << self._shift) > block_size:
            raise broken(f"has a hash of {self._shift} bits in blocks of {block_size} bytes")

    def get(self, name: bytes) -> tuple[int, ...] | None:
        """Return what a name stands for, None where it is not in the table."""
        if self._normal:  # hashed in a normal form, which is the file system's own affair
            return next((value for found, value in self.items() if found == name), None)
        hashed = self._hash(name)
        return self._leaf(hashed >> 64 - self._shift if self._shift else 0).get(name, hashed)

    def items(self) -> Iterator[tuple[bytes, tuple[int, ...]]]:
        """Yield every name with what it stands for."""
        left, index = MAX_ENTRIES, 0
        while index < 1 << self._shift:
            leaf = self._leaf(index)
            for found in leaf.items():
                left -= 1
                if left < 0:
                    raise self._broken(f"has more than {MAX_ENTRIES} names")
                yield found
            index += 1 << self._shift - leaf.prefix_bits

    def _hash(self, name: bytes) -> int:
        value: int = self._salt
        for byte in name:
            value ^= byte
            for _ in range(8):
                value = value >> 1 ^ (CRC_64 if value & 1 else 0)
        unused: int = 64 - (LONG_HASH_BITS if self._flags & LONG_HASH else HASH_BITS)
        return value >> unused << unused

    def _leaf_number(self, index: int) -> int:
        block, at = divmod(self._start + 8 * index, self._size)
        data, order = self._block(block)
        return int(struct.unpack_from(f"{order}Q", data, at)[0])

    def _leaf(self, index: int) -> _Leaf:
        """Return the leaf of an index; one of fewer bits is that of several in a row, and of no others."""
        number = self._leaf_number(index)
        if number == 0:
            raise self._broken("has a leaf at block 0, which is its head")
        data, order = self._block(number)
        kind, prefix, magic, bits = struct.unpack_from(f"{order}Q8xQI4xH", data)
        if (kind, magic) != (LEAF, LEAF_MAGIC):
            raise self._broken(f"has no leaf at block {number}")
        if bits > self._shift or prefix != index >> self._shift - bits:
            raise self._broken(f"has a leaf at block {number} that belongs elsewhere")
        return _Leaf(data, order, self._broken)


class _Leaf:
    """One leaf: a hash table of chains, then chunks, which are entries, or pieces of names and values.

    A chunk belongs to one entry or text, so no more are read for one answer than there are.
    """

    def __init__(self, data: bytes, order: str, broken: Callable[[str], Exception]) -> None:
        self._data = data
        self._order = order
        self._broken = broken
        (self.prefix_bits,) = struct.unpack_from(f"{order}H", data, 32)
        self._buckets = len(data) // 32
        self._chunks_at = LEAF_HEAD + 2 * self._buckets
        self._chunks = (len(data) - self._chunks_at) // CHUNK
        self._left = 0

    def get(self, name: bytes, hashed: int) -> tuple[int, ...] | None:
        bits = self._buckets.bit_length() - 1
        bucket = hashed >> max(0, 64 - bits - self.prefix_bits) & self._buckets - 1
        self._left = self._chunks
        return next((value for found, value in self._chain(bucket, hashed) if found == name), None)

    def items(self) -> Iterator[tuple[bytes, tuple[int, ...]]]:
        self._left = self._chunks
        for bucket in range(self._buckets):
            yield from self._chain(bucket)

    def _chain(self, bucket: int, wanted: int | None = None) -> Iterator[tuple[bytes, tuple[int, ...]]]:
        (number,) = struct.unpack_from(f"{self._order}H", self._data, LEAF_HEAD + 2 * bucket)
        while number != END:
            kind, width, number, name, name_length, value, count, hashed = struct.unpack_from(
                f"{self._order}BB5H4xQ", self._chunk(number)
            )
            if kind != ENTRY_CHUNK or width not in (1, 2, 4, 8):
                raise self._broken(f"has an entry of kind {kind} with numbers of {width} bytes")
            if wanted is None or hashed == wanted:
                text = self._text(value, count * width)  # always in network order
                numbers = (int.from_bytes(text[at : at + width], "big") for at in range(0, len(text), width))
                yield self._text(name, name_length).partition(b"\0")[0], tuple(numbers)

    def _text(self, number: int, length: int) -> bytes:
        pieces = []
        for _ in range(0, length, TEXT):
            chunk = self._chunk(number)
            if chunk[0] != TEXT_CHUNK:
                raise self._broken(f"has a name or value of {length} bytes that is cut off")
            pieces.append(chunk[1 : 1 + TEXT])
            (number,) = struct.unpack_from(f"{self._order}H", chunk, 22)
        return b"".join(pieces)[:length]

    def _chunk(self, number: int) -> bytes:
        if number >= self._chunks:
            raise self._broken(f"names chunk {number} of {self._chunks} of a leaf")
        self._left -= 1
        if self._left < 0:
            raise self._broken("has a leaf whose entries have no end")
        at = self._chunks_at + number * CHUNK
        return self._data[at : at + CHUNK]
