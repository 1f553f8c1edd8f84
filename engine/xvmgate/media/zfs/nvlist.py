"""Name-value lists in XDR (RFC 4506), in which a label describes its pool."""

from __future__ import annotations

import struct
from typing import Any

MAX_DEPTH = 16
"""Lists within lists; a mirror that is being replaced needs six."""
MAX_PAIRS = 4096
"""Pairs in all of a list's lists."""
XDR = 1
UINT64, STRING, LIST, LISTS, FLAG = 8, 9, 19, 20, 1
"""The types that are decoded; pairs of any other are skipped."""


class NvlistError(Exception):
    """A list that cannot be read; the text says why."""


def decode(data: bytes) -> dict[str, Any]:
    """Return the pairs: numbers, texts, lists as dictionaries, and lists of those; a flag without a value is True.

    Raises NvlistError.
    """
    if data[:1] != bytes([XDR]):
        raise NvlistError("it is not in XDR")
    try:
        return _Reader(data, 4).pairs(MAX_DEPTH)
    except struct.error as error:
        raise NvlistError("it is cut off") from error


class _Reader:
    """A place in the data, moved by each read."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data = data
        self.at = at
        self.left = MAX_PAIRS

    def number(self, form: str = ">I") -> int:
        (value,) = struct.unpack_from(form, self.data, self.at)
        self.at += struct.calcsize(form)
        return int(value)

    def text(self) -> str:
        length = self.number()
        if self.at + length > len(self.data):
            raise NvlistError("a text in it is cut off")
        text = self.data[self.at : self.at + length]
        self.at += -(-length // 4) * 4
        return text.decode("utf-8", "surrogateescape")

    def pairs(self, depth: int) -> dict[str, Any]:
        """Read one list: version, flags, pairs up to a size of 0; each pair's size lets it be skipped."""
        if depth == 0:
            raise NvlistError(f"its lists are nested more than {MAX_DEPTH} deep")
        self.at += 8
        found: dict[str, Any] = {}
        while True:
            start, size, _ = self.at, self.number(), self.number()
            if size == 0:
                return found
            self.left -= 1
            if size < 20 or self.left < 0:
                raise NvlistError("its pairs do not fit each other")
            name, kind, count = self.text(), self.number(), self.number()
            value = self._value(kind, count, depth)
            if value is not None:
                found[name] = value
            self.at = self.at if kind in (LIST, LISTS) else start + size

    def _value(self, kind: int, count: int, depth: int) -> Any:
        if kind == FLAG:
            return True
        if kind == UINT64:
            return self.number(">Q")
        if kind == STRING:
            return self.text()
        if kind == LIST:
            return self.pairs(depth - 1)
        if kind == LISTS:
            if count > MAX_PAIRS:
                raise NvlistError(f"a list in it has {count} lists")
            return [self.pairs(depth - 1) for _ in range(count)]
        return None
