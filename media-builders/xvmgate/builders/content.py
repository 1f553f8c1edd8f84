"""What a file of a synthetic medium holds: its size, known beforehand, and its bytes, made piece by piece."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Content(NamedTuple):
    """The bytes of one file; `chunks()` starts anew at each call and yields `size` bytes in all."""

    size: int
    chunks: Callable[[], Iterator[bytes]]

    def open(self) -> BinaryIO:
        """Return the bytes as a stream, without keeping more than a piece of them."""
        return cast("BinaryIO", io.BufferedReader(_Stream(self), buffer_size=1 << 20))

    def read(self) -> bytes:
        """Return all the bytes at once: for small files."""
        return b"".join(self.chunks())


def of_bytes(data: bytes) -> Content:
    """Return these bytes as a content."""
    return Content(len(data), lambda: iter((data,)))


class _Stream(io.RawIOBase):
    """A content as a raw stream; seeking back starts it anew, seeking on passes bytes over."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._start()

    def _start(self) -> None:
        self._chunks = self._content.chunks()
        self._left = memoryview(b"")
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        target = max(0, (0, self._at, self._content.size)[whence] + offset)
        if target < self._at:
            self._start()
        while self._at < target and self._fill():
            self._take(target - self._at)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._take(len(buffer)) if self._fill() else memoryview(b"")
        buffer[: len(data)] = data
        return len(data)

    def _fill(self) -> bool:
        """Have some bytes at hand; say whether there are any left."""
        while not self._left:
            chunk = next(self._chunks, None)
            if chunk is None:
                return False
            self._left = memoryview(chunk)
        return True

    def _take(self, count: int) -> memoryview:
        data, self._left = self._left[:count], self._left[count:]
        self._at += len(data)
        return data
