"""The compressions of blocks; each unpacks to a size that is known before, and never to more."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

OFF = 2
NAMES = {4: "empty", 16: "zstd"}
"""Compressions that are not read, by number."""
LZJB_MIN_MATCH, ZLE_LITERALS, LZ4_MIN_MATCH = 3, 64, 4


class CompressionError(Exception):
    """Data that does not unpack to its size, or by a compression that is not read; the text says which."""


def unpack(kind: int, data: bytes, size: int) -> bytes:
    """Return the `size` bytes that a block holds.

    Raises CompressionError.
    """
    out: bytes | bytearray
    if kind == OFF:
        out = data[:size]
    elif kind in FUNCTIONS:
        try:
            out = FUNCTIONS[kind](data, size)
        except (IndexError, zlib.error) as error:
            raise CompressionError("it does not unpack") from error
    else:
        raise CompressionError(f"it is compressed by {NAMES.get(kind, f'number {kind}')}, which is not supported")
    if len(out) != size:
        raise CompressionError(f"it unpacks to {len(out)} bytes of {size}")
    return bytes(out)


def lzjb(data: bytes, size: int) -> bytearray:
    """Unpack LZJB: a byte of eight flags, then as many items: a byte, or a match of 6 bits length, 10 bits distance."""
    out, at, flags, bit = bytearray(), 0, 0, 256
    while len(out) < size:
        if bit == 256:
            flags, bit = data[at], 1
            at += 1
        if flags & bit:
            length = (data[at] >> 2) + LZJB_MIN_MATCH
            distance = (data[at] & 3) << 8 | data[at + 1]
            at += 2
            _repeat(out, distance, min(length, size - len(out)))
        else:
            out.append(data[at])
            at += 1
        bit <<= 1
    return out


def zle(data: bytes, size: int) -> bytearray:
    """Unpack ZLE: a byte that counts literals up to 64, or above that zeros."""
    out, at = bytearray(), 0
    while len(out) < size:
        count = data[at] + 1
        at += 1
        if count <= ZLE_LITERALS:
            out += data[at : at + count]
            at += count
        else:
            out += bytes(min(count - ZLE_LITERALS, size - len(out)))
    return out


def gzip(data: bytes, size: int) -> bytes:
    """Unpack a zlib stream (RFC 1950)."""
    return zlib.decompressobj().decompress(data, size)


def lz4(data: bytes, size: int) -> bytearray:
    """Unpack an LZ4 block that follows its own length in four bytes."""
    data = data[4 : 4 + int.from_bytes(data[:4], "big")]
    out, at = bytearray(), 0
    while at < len(data):
        token = data[at]
        count, at = _lz4_count(data, at + 1, token >> 4)
        out += data[at : at + count]
        at += count
        if at >= len(data):
            break
        distance = data[at] | data[at + 1] << 8
        count, at = _lz4_count(data, at + 2, token & 15)
        if len(out) + count + LZ4_MIN_MATCH > size:
            raise IndexError
        _repeat(out, distance, count + LZ4_MIN_MATCH)
    return out


def _lz4_count(data: bytes, at: int, count: int) -> tuple[int, int]:
    """Return a length and where the data goes on: 15 is followed by bytes to add, up to one that is not 255."""
    if count == 15:
        while data[at] == 255:
            count += 255
            at += 1
        count += data[at]
        at += 1
    return count, at


def _repeat(out: bytearray, distance: int, length: int) -> None:
    """Append bytes that lie `distance` before the end; they may overlap with what is being written."""
    if not 0 < distance <= len(out):
        raise IndexError
    piece = bytes(out[len(out) - distance : len(out) - distance + length])
    out += (piece * (length // len(piece) + 1))[:length]


FUNCTIONS: dict[int, Callable[[bytes, int], bytes | bytearray]] = {
    1: lzjb,
    3: lzjb,
    **dict.fromkeys(range(5, 14), gzip),
    14: zle,
    15: lz4,
}
"""What unpacks each compression, by its number in a block pointer."""
