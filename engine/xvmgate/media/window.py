"""A part of a source as a source: a slice of a disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .counted import Counted

if TYPE_CHECKING:
    from .base import MediumError
    from .formats.partitions import Slice
    from .source import ByteSource


class Window(Counted):
    """The bytes of one slice; what lies beyond it is not read, and counts are the whole source's."""

    def __init__(self, source: ByteSource, piece: Slice) -> None:
        self.location = source.location
        self._source = self._counter = source
        self._slice = piece
        self.size = max(0, min(piece.size, source.size - piece.start))

    def read(self, offset: int, length: int) -> bytes:
        """Read exactly `length` bytes at `offset` of the slice.

        Raises MediumError when the slice ends before, or the source fails.
        """
        if offset < 0 or length < 0 or offset + length > self.size:
            raise self.broken(f"truncated: bytes {offset} to {offset + length} are wanted of {self.size}")
        return self._source.read(self._slice.start + offset, length)

    def peek(self, offset: int, length: int) -> bytes:
        """Read up to `length` bytes at `offset` of the slice, fewer at its end. Raises MediumError."""
        return self._source.peek(self._slice.start + offset, max(0, min(length, self.size - offset)))

    def broken(self, problem: str) -> MediumError:
        """Return the error for damage in the slice; the caller raises it."""
        return self._source.broken(f"{self._slice.name}, from byte {self._slice.start}: {problem}")

    def close(self) -> None:
        """Close the source."""
        self._source.close()
