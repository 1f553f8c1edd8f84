"""A file that lies in pieces of an image, as one stream."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol, cast, runtime_checkable

from .seekable import Seekable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence


class Extent(NamedTuple):
    """One piece: where it starts in the image and how long it is, in bytes."""

    start: int
    size: int


@runtime_checkable
class Fetching(Protocol):
    """A source that is far away: it fetches ahead, and sends long pieces as they come."""

    validator: str | None

    def prefetch(self, wanted: Iterable[tuple[int, int]]) -> None:
        """Fetch what lies at each (offset, length). Raises MediumError."""

    def chunks(self, offset: int, length: int) -> Iterator[bytes]:
        """Yield the bytes at `offset`. Raises MediumError."""


def after(extents: Sequence[Extent], offset: int, length: int | None = None) -> Iterator[Extent]:
    """Yield what is left of the pieces behind the first `offset` bytes, up to `length` of it."""
    left = sum(extent.size for extent in extents) if length is None else length
    for extent in extents:
        skip = min(offset, extent.size)
        size = min(extent.size - skip, left)
        if size > 0:
            yield Extent(extent.start + skip, size)
        offset -= skip
        left -= size


def open_extents(read: Callable[[int, int], bytes], extents: Sequence[Extent]) -> BinaryIO:
    """Return a buffered, seekable stream over the pieces, in their order."""
    return cast("BinaryIO", io.BufferedReader(_Extents(read, extents)))


class _Extents(Seekable):
    """The raw stream: each read is one read of the image, within one piece."""

    def __init__(self, read: Callable[[int, int], bytes], extents: Sequence[Extent]) -> None:
        super().__init__(sum(extent.size for extent in extents))
        self._read = read
        self._extents = extents

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        start = 0
        for extent in self._extents:
            inside = self.at - start
            if inside < extent.size:
                data = self._read(extent.start + inside, min(len(buffer), extent.size - inside))
                buffer[: len(data)] = data
                self.at += len(data)
                return len(data)
            start += extent.size
        return 0
