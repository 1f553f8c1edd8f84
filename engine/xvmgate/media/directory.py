"""A directory as a medium: an unpacked image, an NFS export or an HTTP root seen locally, a mounted ISO."""

from __future__ import annotations

import errno
import io
import os
import stat
from typing import TYPE_CHECKING, BinaryIO, NoReturn, cast

from .base import Entry, LocalPieces, Medium, MediumError
from .extents import Extent

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = {stat.S_IFREG: "file", stat.S_IFDIR: "directory", stat.S_IFLNK: "link"}


class DirectoryMedium(Medium):
    """A tree below a local directory; an entry's handle is its path on the host."""

    kind = "tree"
    filesystem = "a directory tree"

    def __init__(self, location: str) -> None:
        self.location = location
        self._bytes = 0
        self._requests = 0

    @property
    def bytes_read(self) -> int:
        """Bytes read from files of the tree so far."""
        return self._bytes

    @property
    def requests(self) -> int:
        """Reads and listings issued so far."""
        return self._requests

    def root(self) -> Entry:
        """Return the top directory."""
        return Entry("", "directory", 0, None, self.location)

    def child(self, directory: Entry, name: str) -> Entry | None:
        """Return the entry of that name, or None. Raises MediumError when the host refuses."""
        path = os.path.join(directory.handle, name)
        try:
            status = os.lstat(path)
            kind = KINDS.get(stat.S_IFMT(status.st_mode), "other")
            target = os.readlink(path) if kind == "link" else None
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return None
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                return None
            self._fail(path, error)
        return Entry(name, kind, status.st_size, target, path)

    def children(self, directory: Entry) -> Iterator[Entry]:
        """Yield what a directory holds, sorted by name. Raises MediumError when the host refuses."""
        try:
            names = sorted(os.listdir(directory.handle))
        except OSError as error:
            self._fail(directory.handle, error)
        self._requests += 1
        for name in names:
            if entry := self.child(directory, name):
                yield entry

    def open_entry(self, entry: Entry) -> BinaryIO:
        """Open a regular file. Raises MediumError when the host refuses, or it is a regular file no more."""
        return cast("BinaryIO", io.BufferedReader(_Counted(self, self._open(entry), entry.handle)))

    def local_pieces(self, entry: Entry) -> LocalPieces:
        """Open a regular file for copying. Raises MediumError as `open_entry` does."""
        return LocalPieces(self._open(entry), [Extent(0, entry.size)], self.count, owned=True)

    def close(self) -> None:
        """Do nothing: no descriptor is kept."""

    def count(self, size: int) -> None:
        """Add one read of so many bytes to the counts."""
        self._bytes += size
        self._requests += 1

    def _open(self, entry: Entry) -> int:
        try:
            descriptor = os.open(entry.handle, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            self._fail(entry.handle, error)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            inside = os.path.relpath(entry.handle, self.location)
            raise MediumError(self.location, f"{inside} is no longer a regular file", "copy the tree again")
        return descriptor

    def _fail(self, path: str, error: OSError) -> NoReturn:
        inside = os.path.relpath(path, self.location)
        raise MediumError(
            self.location, f"{inside} cannot be read: {error.strerror}", "mend its permissions or copy the tree again"
        ) from error


class _Counted(io.FileIO):
    """A file of the tree, whose reads the medium counts."""

    def __init__(self, medium: DirectoryMedium, descriptor: int, path: str) -> None:
        super().__init__(descriptor)
        self._medium = medium
        self._path = path

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Read into the buffer, and count. Raises MediumError when the host refuses."""
        try:
            size = super().readinto(buffer)
        except OSError as error:
            self._medium._fail(self._path, error)  # noqa: SLF001  # two halves of one module
        self._medium.count(size)
        return size

    def readall(self) -> bytes:
        """Read to the end by `readinto`, which counts. Raises MediumError when the host refuses."""
        return io.RawIOBase.readall(self)

    def read(self, size: int | None = -1) -> bytes:
        """Read by `readinto`, which counts. Raises MediumError when the host refuses."""
        return io.RawIOBase.read(self, -1 if size is None else size) or b""
