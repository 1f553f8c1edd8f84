"""What every medium answers, whatever holds it: paths, links, bytes; and `open_medium`, which finds the kind."""

from __future__ import annotations

import os
import stat
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, BinaryIO

from .walk import Entry, Lookup, Walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Self

    from .formats.eltorito import BootEntry
    from .zfsroot import ZfsRoot

__all__ = ["Entry", "Lookup", "Medium", "MediumError", "open_medium"]


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


class Medium(ABC):
    """An installer medium: a tree of names with files, and counts of what was read from it.

    `kind` is iso, tree, ufs or zfs, `filesystem` names for people how files lie on it; `volume_id` and `created`
    (ISO 8601) are None where the medium has none. `rooted` says that a link with an absolute target stays inside, as on
    a root file system; `zfs` is what a pool's labels and properties say, None elsewhere.
    """

    kind: str
    filesystem: str
    location: str
    volume_id: str | None = None
    created: str | None = None
    rooted: bool = False
    zfs: ZfsRoot | None = None

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


def open_medium(location: str) -> Medium:
    """Open a directory or an ISO9660 image (a file or a block device); the kind is told by content, not by name.

    Raises MediumError for what cannot be read, naming what was found.
    """
    if "://" in location or location.startswith("nfs:"):
        raise MediumError(location, "no local path", "copy or mount it and give the path", rule=None)
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
    from .iso9660 import open_image  # noqa: PLC0415  # as above

    return open_image(location)
