"""A file that a reader knows block by block, as one stream."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO, cast

from .seekable import Seekable

if TYPE_CHECKING:
    from collections.abc import Callable


def open_blocks(read: Callable[[int], bytes], block_size: int, size: int) -> BinaryIO:
    """Return a buffered, seekable stream of `size` bytes; `read(n)` gives block n, the last one cut or not."""
    return cast("BinaryIO", io.BufferedReader(_Blocks(read, block_size, size)))


class _Blocks(Seekable):
    """The raw stream: each read is one within a block, of which the last is kept."""

    def __init__(self, read: Callable[[int], bytes], block_size: int, size: int) -> None:
        super().__init__(size)
        self._read = read
        self._block_size = block_size
        self._number = -1
        self._block = b""

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        number, inside = divmod(self.at, self._block_size)
        length = min(len(buffer), self._block_size - inside, self.size - self.at)
        if length <= 0:
            return 0
        if number != self._number:
            self._block = self._read(number)
            self._number = number
        data = self._block[inside : inside + length]
        buffer[: len(data)] = data
        self.at += len(data)
        return len(data)
