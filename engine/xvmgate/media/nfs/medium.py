"""A tree on an NFS server as a medium, and a file there as a source."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from xvmgate.media.base import Entry, Medium
from xvmgate.media.cached import CachedSource
from xvmgate.media.counted import Counted
from xvmgate.media.extents import Extent, open_extents

if TYPE_CHECKING:
    from collections.abc import Iterator

    import nfs_rs

    from .client import NfsClient

MAX_ENTRIES = 200_000
"""Names in one directory that are looked at; the largest of a DVD's has a fiftieth of it."""
KINDS = {"FILE": "file", "DIRECTORY": "directory", "SYMLINK": "link"}


class NfsMedium(Counted, Medium):
    """A tree below a directory of an export; an entry's handle is its path there, with what the server said of it."""

    kind = "tree"

    def __init__(self, client: NfsClient, top: str, *, rooted: bool = False) -> None:
        self.location = client.location
        self.filesystem = f"a tree on an NFS server (version {client.version})"
        self.rooted = rooted
        self._client = self._counter = client
        self._top = top.strip("/")
        self._known: dict[str, Entry | None] = {}

    def root(self) -> Entry:
        """Return the top directory."""
        return Entry("", "directory", 0, None, (self._top, None))

    def child(self, directory: Entry, name: str) -> Entry | None:
        """Return the entry of that name, or None. Raises MediumError when the server fails."""
        path = f"{directory.handle[0]}/{name}".lstrip("/")
        if path not in self._known:
            self._known[path] = self._entry(path, name)
        return self._known[path]

    def children(self, directory: Entry) -> Iterator[Entry]:
        """Yield what a directory holds, sorted by name. Raises MediumError when the server fails."""
        names = self._client.names(directory.handle[0], MAX_ENTRIES + 1)
        if len(names) > MAX_ENTRIES:
            raise self._client.error(f"/{directory.handle[0]} lists more than {MAX_ENTRIES} names", "give its ISO")
        for name in sorted(names):
            if name not in (".", "..") and (entry := self.child(directory, name)):
                yield entry

    def open_entry(self, entry: Entry) -> BinaryIO:
        """Open a regular file. Raises MediumError when the server fails."""
        return open_extents(self.source(entry).read, [Extent(0, entry.size)])

    def source(self, entry: Entry) -> NfsSource:
        """Return a regular file as a source. Raises MediumError when the server fails."""
        return NfsSource(self._client, entry, self.version(entry))

    def version(self, entry: Entry) -> str:
        """Return what tells a file from a later one of its name: its number, size and time of change."""
        info: nfs_rs.FileInfo = entry.handle[1]
        return f"{info.fileid}-{info.size}-{info.mtime}"

    def chunks(self, entry: Entry, start: int = 0) -> Iterator[bytes]:
        """Yield a file's bytes from `start` on. Raises MediumError when the server fails."""
        return self.source(entry).chunks(start, entry.size - start)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _entry(self, path: str, name: str) -> Entry | None:
        info = self._client.stat(path)
        if info is None:
            return None
        kind = KINDS.get(info.type.name, "other")
        target = self._client.readlink(path) if kind == "link" else None
        return Entry(name, kind, info.size if kind == "file" else 0, target, (path, info))


class NfsSource(Counted, CachedSource):
    """A file on an NFS server; its bytes are fetched as image readers ask for them."""

    def __init__(self, client: NfsClient, entry: Entry, validator: str) -> None:
        """Open the file. Raises MediumError when the server fails."""
        super().__init__(client.location, entry.size, validator)
        self._client = self._counter = client
        self._path = entry.handle[0]
        self._file = client.open(self._path)

    def fetch(self, start: int, end: int) -> bytes:
        """Read exactly these bytes. Raises MediumError when the server fails, or the file has become shorter."""
        pieces = []
        while start < end:
            data = self._client.read(self._file, start, end - start)
            if not data:
                raise self._client.error(f"/{self._path} ends at byte {start}, and had {self.size}", "try again")
            pieces.append(data)
            start += len(data)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def chunks(self, offset: int, length: int) -> Iterator[bytes]:
        """Yield the bytes at `offset` in pieces. Raises MediumError when the server fails."""
        self._client.deadline.transfer()
        return super().chunks(offset, length)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()
