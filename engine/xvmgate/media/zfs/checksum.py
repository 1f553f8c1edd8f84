"""The checksums of blocks, as four numbers of 64 bits."""

from __future__ import annotations

import hashlib
import struct
from itertools import accumulate

OFF, FLETCHER2, FLETCHER4, SHA256 = 2, 6, 7, 8
NAMES = {3: "label", 4: "gang header", 5: "intent log", 9: "intent log 2", 10: "noparity", 11: "sha512", 12: "skein",
         13: "edonr", 14: "blake3"}  # fmt: skip
"""Checksums that no block here may have, by number."""
WORD = (1 << 64) - 1

Checksum = tuple[int, int, int, int]


def fletcher2(data: bytes, order: str) -> Checksum:
    """Sum words of 64 bits, odd and even ones apart, and sum the sums."""
    words = struct.unpack(f"{order}{len(data) // 8}Q", data)
    even, odd = list(accumulate(words[::2])), list(accumulate(words[1::2]))
    return even[-1] & WORD, odd[-1] & WORD, sum(even) & WORD, sum(odd) & WORD


def fletcher4(data: bytes, order: str) -> Checksum:
    """Sum words of 32 bits, their sums, the sums of those, and once more."""
    first = list(accumulate(struct.unpack(f"{order}{len(data) // 4}I", data)))
    second = list(accumulate(first))
    third = list(accumulate(second))
    return first[-1] & WORD, second[-1] & WORD, third[-1] & WORD, sum(third) & WORD


def sha256(data: bytes, order: str = "") -> Checksum:  # noqa: ARG001  # of bytes, so of no order
    """Return SHA-256 (FIPS 180-4) as four numbers."""
    first, second, third, fourth = struct.unpack(">4Q", hashlib.sha256(data).digest())
    return first, second, third, fourth


FUNCTIONS = {FLETCHER2: fletcher2, FLETCHER4: fletcher4, SHA256: sha256}
EMBEDDED_MAGIC, EMBEDDED_SIZE = 0x0210DA7AB10C7A11, 40
"""A label, an uberblock and a gang header end in this number and their own SHA-256."""


def embedded_order(data: bytes, verifier: tuple[int, int, int, int]) -> str | None:
    """Return the byte order of a structure that ends in its own checksum, None when the checksum is wrong.

    The sum is taken with `verifier` in its place, which binds the structure to where it lies.
    """
    tail = data[-EMBEDDED_SIZE:]
    for order in "<>":
        magic, *claimed = struct.unpack(f"{order}5Q", tail)
        if magic == EMBEDDED_MAGIC:
            body = data[: -EMBEDDED_SIZE + 8] + struct.pack(f"{order}4Q", *verifier)
            return order if sha256(body) == tuple(claimed) else None
    return None
