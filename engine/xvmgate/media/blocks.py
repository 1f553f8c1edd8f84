"""A file that a reader knows block by block, as one stream."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO, cast

if TYPE_CHECKING:
    from collections.abc import Callable


def open_blocks(read: Callable[[int], bytes], block_size: int, size: int) -> BinaryIO:
    """Return a buffered, seekable stream of `size` bytes; `read(n)` gives block n, the last one cut or not."""
    return cast("BinaryIO", io.BufferedReader(_Blocks(read, block_size, size)))


class _Blocks(io.RawIOBase):
    """The raw stream: each read is one within a block, of which the last is kept."""

    def __init__(self, read: Callable[[int], bytes], block_size: int, size: int) -> None:
        self._read = read
        self._block_size = block_size
        self._size = size
        self._at = 0
        self._number = -1
        self._block = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = (0, self._at, self._size)[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        number, inside = divmod(self._at, self._block_size)
        length = min(len(buffer), self._block_size - inside, self._size - self._at)
        if length <= 0:
            return 0
        if number != self._number:
            self._block = self._read(number)
            self._number = number
        data = self._block[inside : inside + length]
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
