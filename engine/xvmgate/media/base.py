"""What every medium answers, whatever holds it: paths, links, bytes; and `open_medium`, which finds the kind."""

from __future__ import annotations

import os
import stat
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Self

    from .formats.eltorito import BootEntry
    from .zfsroot import ZfsRoot

MAX_LINKS = 40
"""Symbolic links followed in one lookup, as many as Solaris and Linux allow."""
MAX_STEPS = 1024
"""Path components walked in one lookup, those inside link targets included."""


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


class Entry(NamedTuple):
    """One name in a directory of a medium.

    `kind` is file, directory, link or other; `size` is in bytes; `target` is a link's text; `handle` belongs to the
    reader that made the entry.
    """

    name: str
    kind: str
    size: int
    target: str | None
    handle: Any


class Lookup(NamedTuple):
    """The end of a walk along a path, links followed inside the medium only.

    `status` is file, directory, other, missing, loop (links without end) or escape (a link out of the medium). `real`
    is the path reached, or for loop and escape the link at fault; `entry` is None unless something is there.
    """

    path: str
    status: str
    real: str
    entry: Entry | None

    @property
    def is_file(self) -> bool:
        """Whether a regular file lies at the path."""
        return self.status == "file"


class Medium(ABC):
    """An installer medium: a tree of names with files, and counts of what was read from it.

    `kind` is iso or tree, `filesystem` names for people how files lie on it; `volume_id` and `created` (ISO 8601) are
    None where the medium has none; `zfs` is what a root pool says of itself, None for other media.
    """

    kind: str
    filesystem: str
    location: str
    volume_id: str | None = None
    created: str | None = None
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
        return _Walk(self, path).run()

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


class _Walk:
    """One walk along a path: a stack of directories entered, and the names still to go, next one last."""

    def __init__(self, medium: Medium, path: str) -> None:
        self.medium = medium
        self.path = path
        self.stack = [medium.root()]
        self.names: list[str] = []
        self.todo = _reversed_parts(path)
        self.links = 0
        self.last_link = path

    def run(self) -> Lookup:
        for _ in range(MAX_STEPS):
            if not self.todo:
                here = self.stack[-1]
                return Lookup(self.path, here.kind, self._at(), here)
            name = self.todo.pop()
            if failure := self._climb() if name == ".." else self._enter(name):
                return failure
        return self._end("loop", self.last_link)

    def _climb(self) -> Lookup | None:
        if not self.names:
            return self._end("escape", self.last_link)
        self.names.pop()
        self.stack.pop()
        return None

    def _enter(self, name: str) -> Lookup | None:
        here = self.stack[-1]
        entry = self.medium.child(here, name) if here.kind == "directory" else None
        if entry is None:
            return self._end("missing", self._at(name))
        if entry.kind == "link":
            return self._follow(self._at(name), entry.target or "")
        self.stack.append(entry)
        self.names.append(name)
        return None

    def _follow(self, link: str, target: str) -> Lookup | None:
        self.last_link = link
        self.links += 1
        if self.links > MAX_LINKS:
            return self._end("loop", link)
        if target.startswith("/"):
            return self._end("escape", link)
        parts = _reversed_parts(target)
        self.todo.extend(parts)
        return None if parts else self._end("missing", link)

    def _at(self, name: str = "") -> str:
        return "/" + "/".join([*self.names, name] if name else self.names)

    def _end(self, status: str, at: str) -> Lookup:
        return Lookup(self.path, status, at, None)


def _reversed_parts(path: str) -> list[str]:
    return [part for part in reversed(path.split("/")) if part not in ("", ".")]


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
