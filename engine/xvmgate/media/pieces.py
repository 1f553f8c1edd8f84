"""An image whose files lie in pieces of it, as they are: what follows from that alone."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, BinaryIO

from .base import Entry, LocalPieces, Medium
from .counted import Counted
from .extents import Extent, Fetching, after, open_extents
from .source import FileSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .source import ByteSource


class PiecesMedium(Counted, Medium):
    """A medium on a source; a subclass says where in it a file lies."""

    def __init__(self, source: ByteSource) -> None:
        self.location = source.location
        self.distant = isinstance(source, Fetching)
        self._source = self._counter = source

    @abstractmethod
    def extents(self, entry: Entry) -> list[Extent]:
        """Return where a file lies, in order. Raises MediumError for damage."""

    def open_entry(self, entry: Entry) -> BinaryIO:
        """Open a regular file. Raises MediumError for damage and for what cannot be unpacked."""
        return open_extents(self._source.read, self.extents(entry))

    def prefetch(self, wanted: Iterable[tuple[Entry, int, int]]) -> None:
        """Let a distant source fetch the beginnings of these pieces of files. Raises MediumError."""
        if isinstance(self._source, Fetching):
            places = [after(self.extents(entry), offset, length) for entry, offset, length in wanted]
            self._source.prefetch(piece for pieces in places for piece in pieces)

    def local_pieces(self, entry: Entry) -> LocalPieces | None:
        """Say where in a local image a file lies. Raises MediumError for damage."""
        if not isinstance(self._source, FileSource):
            return None
        return LocalPieces(self._source.descriptor, self.extents(entry), self._source.count, owned=False)

    def chunks(self, entry: Entry, start: int = 0) -> Iterator[bytes]:
        """Yield a file's bytes from `start` on. Raises MediumError for damage."""
        if not isinstance(self._source, Fetching):
            yield from super().chunks(entry, start)
            return
        for piece in after(self.extents(entry), start):
            yield from self._source.chunks(*piece)

    def close(self) -> None:
        """Close the image."""
        self._source.close()
