"""What the reader of an ISO9660 image reads once and keeps, within one budget of bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .formats.volume import SECTOR

if TYPE_CHECKING:
    from .source import ByteSource


class Kept:
    """Directories, and the sectors that continuation areas lie in: many records share one, on hostile media all do.

    `block_size` is the primary volume's and `budget` the most that is kept, both in bytes.
    """

    def __init__(self, source: ByteSource, block_size: int, budget: int) -> None:
        self._source = source
        self._block_size = block_size
        self._budget = self._left = budget
        self._sectors: dict[int, bytes] = {}

    def read(self, start: int, size: int) -> bytes:
        """Read bytes that the caller keeps. Raises MediumError when they are beyond the budget or the image."""
        if size > self._left:
            raise self._source.broken(f"its directories take more than {self._budget} bytes")
        data = self._source.read(start, size)
        self._left -= size
        return data

    def sector(self, block: int) -> bytes:
        """Return a sector, less of it where the image ends. Raises MediumError as `read` does."""
        if block not in self._sectors:
            start = block * self._block_size
            self._sectors[block] = self.read(start, min(SECTOR, max(1, self._source.size - start)))
        return self._sectors[block]

    def area(self, block: int, offset: int, length: int) -> bytes:
        """Return a continuation area, which lies within a sector. Raises MediumError as `read` does."""
        data = self.sector(block)[offset : offset + length]
        if len(data) < length:
            raise self._source.broken(f"truncated: it ends inside a continuation area at block {block}")
        return data
