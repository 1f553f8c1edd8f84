"""What every medium answers, whatever holds it: paths, links, bytes; and `open_medium`, which finds the kind."""

from __future__ import annotations

import os
import stat
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from .extents import Fetching
from .walk import Entry, Lookup, Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from types import TracebackType
    from typing import Self

    from .extents import Extent
    from .formats.eltorito import BootEntry
    from .remote import Remote
    from .source import ByteSource
    from .zfsroot import ZfsRoot

__all__ = ["Entry", "LocalPieces", "Lookup", "Medium", "MediumError", "open_medium"]

CHUNK = 1 << 20
"""Bytes that a file is copied by."""


class MediumError(Exception):
    """A medium that cannot be read: one sentence with what, where and what to do.

    `rule` is XVM-FS-01 when the file system is at fault, None when there is nothing to read. What is not printable, in
    a medium's names or in its location, is escaped.
    """

    def __init__(self, location: str, problem: str, advice: str, rule: str | None = "XVM-FS-01") -> None:
        text = f"{location}: {problem}{f' ({rule})' if rule else ''}; {advice}"
        super().__init__("".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text))
        self.location = location
        self.rule = rule


class LocalPieces(NamedTuple):
    """Where a file's bytes lie as they are in a file of the host: an open descriptor, and pieces of it in order.

    `counted(size)` is to be told what was read; `owned` says that whoever asked has to close the descriptor.
    """

    descriptor: int
    extents: Sequence[Extent]
    counted: Callable[[int], None]
    owned: bool


class Medium(ABC):
    """An installer medium: a tree of names with files, and counts of what was read from it.

    `kind` is iso, tree, ufs or zfs, `filesystem` names for people how files lie on it; `volume_id` and `created`
    (ISO 8601) are None where the medium has none. `rooted` says that a link with an absolute target stays inside, as on
    a root file system; `zfs` is what a pool's labels and properties say, None elsewhere. `listable` is False where only
    a path can be asked for, and no directory lists what it holds; `distant` is True where reading costs a round trip.
    `image` is the source of all of an image's bytes, None for a tree.
    """

    kind: str
    filesystem: str
    location: str
    volume_id: str | None = None
    created: str | None = None
    rooted: bool = False
    listable: bool = True
    distant: bool = False
    zfs: ZfsRoot | None = None
    image: ByteSource | None = None

    @property
    @abstractmethod
    def bytes_read(self) -> int:
        """Bytes read from the medium so far."""

    @property
    @abstractmethod
    def requests(self) -> int:
        """Reads issued so far."""

    @abstractmethod
    def root(self) -> Entry:
        """Return the top directory."""

    @abstractmethod
    def child(self, directory: Entry, name: str) -> Entry | None:
        """Return the entry of that name, links not followed, or None. Raises MediumError for damage."""

    @abstractmethod
    def children(self, directory: Entry) -> Iterator[Entry]:
        """Yield what a directory holds, without `.` and `..`. Raises MediumError for damage."""

    @abstractmethod
    def open_entry(self, entry: Entry) -> BinaryIO:
        """Open a regular file for reading, with seek. Raises MediumError for damage."""

    @abstractmethod
    def close(self) -> None:
        """Give the medium back."""

    def boot_entries(self) -> list[BootEntry] | None:
        """Return the entries of an El Torito boot catalog; None where the medium has no boot record.

        Raises CatalogError for a catalog that no BIOS would accept.
        """
        return None

    def has_sector(self, sector: int) -> bool:  # noqa: ARG002  # only images have sectors
        """Say whether a boot image can begin at that sector of 2048 bytes."""
        return False

    def prefetch(self, wanted: Iterable[tuple[Entry, int, int]]) -> None:  # noqa: B027  # most have nothing to do
        """Take notice that these bytes (file, offset, length) will be read; a distant image fetches them at once."""

    def version(self, entry: Entry) -> str | None:  # noqa: ARG002  # an image is of one piece
        """Return what tells a file from a later one of its name, None where nothing does, or it is here."""
        return self.image.validator if isinstance(self.image, Fetching) else None

    def local_pieces(self, entry: Entry) -> LocalPieces | None:  # noqa: ARG002  # not every medium is one of the host
        """Say where the host holds a file's bytes as they are, None where it does not. Raises MediumError."""
        return None

    def chunks(self, entry: Entry, start: int = 0) -> Iterator[bytes]:
        """Yield a file's bytes from `start` on, in pieces of any length. Raises MediumError for damage."""
        with self.open_entry(entry) as stream:
            stream.seek(start)
            while data := stream.read(CHUNK):
                yield data

    def lookup(self, path: str) -> Lookup:
        """Walk to a path and say what lies there. Raises MediumError for damage, never for a path."""
        return Walk(self, path).run()

    def stat(self, path: str) -> Entry:
        """Return the entry at a path, links followed.

        Raises FileNotFoundError when nothing is there, MediumError for damage.
        """
        found = self.lookup(path)
        if found.entry is None:
            raise FileNotFoundError(f"{self.location}: {path}: {found.status}")
        return found.entry

    def open(self, path: str) -> BinaryIO:
        """Open the regular file at a path, links followed.

        Raises FileNotFoundError when no regular file is there, MediumError for damage.
        """
        found = self.lookup(path)
        if found.entry is None or not found.is_file:
            raise FileNotFoundError(f"{self.location}: {path}: {found.status}, not a regular file")
        return self.open_entry(found.entry)

    def list(self, path: str) -> list[Entry]:
        """List the directory at a path, links followed.

        Raises NotADirectoryError when no directory is there, MediumError for damage.
        """
        found = self.lookup(path)
        if found.entry is None or found.status != "directory":
            raise NotADirectoryError(f"{self.location}: {path}: {found.status}, not a directory")
        return list(self.children(found.entry))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_medium(location: str, remote: Remote | None = None) -> Medium:
    """Open a directory or an image, here or on a web or NFS server; the kind is told by content, not by name.

    `remote` is what is allowed for a medium that is not here. Raises MediumError for what cannot be read, naming what
    was found.
    """
    if "://" in location or location.startswith("nfs:"):
        from .distant import open_distant  # noqa: PLC0415  # a local medium needs none of it

        return open_distant(location, remote)
    try:
        mode = os.stat(location).st_mode
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        raise MediumError(
            location, f"cannot be read: {reason}", "give a directory or an ISO file", rule=None
        ) from error
    if stat.S_ISDIR(mode):
        from .directory import DirectoryMedium  # noqa: PLC0415  # only the kind that is needed is loaded

        return DirectoryMedium(location)
    if not (stat.S_ISREG(mode) or stat.S_ISBLK(mode)):
        raise MediumError(location, "neither a file nor a directory", "give a directory or an ISO file", rule=None)
    from .image import open_image  # noqa: PLC0415  # as above
    from .source import FileSource  # noqa: PLC0415  # as above

    return open_image(FileSource(location))
