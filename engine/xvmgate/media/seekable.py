"""What raw streams of a known size have in common: a place, and ways to move it."""

from __future__ import annotations

import io


class Seekable(io.RawIOBase):
    """A readable stream of `size` bytes; a subclass reads at `at` and moves it on."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.at = 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that it can be moved in."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to an offset, which may lie behind the end, and return it."""
        base = (0, self.at, self.size)[whence]
        self.at = max(0, base + offset)
        return self.at

    def tell(self) -> int:
        """Return the offset."""
        return self.at
