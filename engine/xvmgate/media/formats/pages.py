"""Random access to a stream in pages, each read at most once."""

from __future__ import annotations

from typing import BinaryIO

PAGE = 16 << 10
"""Bytes of a page."""


class Pages:
    """A stream seen through pages that are kept; `budget` bounds the bytes read from it."""

    def __init__(self, stream: BinaryIO, size: int, budget: int) -> None:
        self._stream = stream
        self._size = size
        self._left = budget
        self._pages: dict[int, bytes] = {}

    def read(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes at `offset`: fewer at the end of the stream, or when the budget is used up.

        What lies behind a page that could not be read is left out, even where it is kept.
        """
        end = min(offset + length, self._size)
        if offset >= end:
            return b""
        first, last = offset // PAGE, (end - 1) // PAGE
        data = b""
        for number in range(first, last + 1):
            data += self._page(number)
            if len(data) < (number + 1 - first) * PAGE:
                break
        return data[offset - first * PAGE : end - first * PAGE]

    def _page(self, number: int) -> bytes:
        if number not in self._pages:
            if self._left < PAGE:
                return b""
            self._left -= PAGE
            self._stream.seek(number * PAGE)
            self._pages[number] = self._stream.read(PAGE)
        return self._pages[number]
