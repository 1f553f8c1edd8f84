"""The three ways in which an ISO9660 image names its files: Rock Ridge, Joliet, plain."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, NamedTuple

from .formats import record, susp

if TYPE_CHECKING:
    from .formats.susp import AreaReader

SELF_AND_PARENT = (b"\0", b"\1")
NO_NAMES = ("", ".", "..")
"""Names that are not listed, as those with a slash or a NUL are not: no directory of a host can hold them."""


class Described(NamedTuple):
    """What a naming knows of one record; `name` is for people, the rest is Rock Ridge's, None where it is silent."""

    name: str
    mode: int | None = None
    target: str | None = None
    child_block: int | None = None
    compressed: bool = False


class Names(ABC):
    """How names are found in a directory's data; `filesystem` names the way for people."""

    filesystem: str

    @abstractmethod
    def key(self, name: str) -> str:
        """Return what two names have in common when they mean the same file."""

    @abstractmethod
    def describe(self, found: record.Record) -> Described:
        """Read what is known of a record. Raises SuspError."""

    def index(self, data: bytes, index: dict[str, int]) -> None:
        """Fill `index` with the place of each name's first record; the first of two equal names counts.

        Raises RecordError, SuspError.
        """
        inside = False
        for at in record.offsets(data):
            flags = data[at + 25]
            first, inside = not inside, bool(flags & record.MULTI_EXTENT)
            if not first or flags & record.ASSOCIATED or record.identifier(data, at) in SELF_AND_PARENT:
                continue
            name = self.name(data, at)
            if name is None or name in NO_NAMES or "/" in name or "\0" in name:
                continue
            index.setdefault(self.key(name), at)

    @abstractmethod
    def name(self, data: bytes, at: int) -> str | None:
        """Return the name of the record at an offset, None where it is not to be listed. Raises SuspError."""


class RockRidgeNames(Names):
    """POSIX names, where case counts; undecodable bytes are kept as surrogates."""

    filesystem = "ISO9660 with Rock Ridge"

    def __init__(self, read: AreaReader, skip: int) -> None:
        self._read = read
        self._skip = skip

    def key(self, name: str) -> str:
        """Return the name itself."""
        return name

    def name(self, data: bytes, at: int) -> str | None:
        """Return NM's text, else the plain name; None at a place that a directory was moved to."""
        area = record.system_use(data, at)[self._skip :]
        quick = susp.quick_name(area)
        if quick is not None:
            return quick.decode("utf-8", "surrogateescape")
        found = susp.rock_ridge(area, self._read)
        if found.relocated:
            return None
        return _posix_name(found.name, record.identifier(data, at))

    def describe(self, found: record.Record) -> Described:
        """Read all that Rock Ridge says of a record. Raises SuspError."""
        seen = susp.rock_ridge(found.system_use[self._skip :], self._read)
        target = seen.target.decode("utf-8", "surrogateescape") if seen.target is not None else None
        return Described(_posix_name(seen.name, found.identifier), seen.mode, target, seen.child_block, seen.compressed)


class JolietNames(Names):
    """UCS-2 names (Joliet specification), case folded."""

    filesystem = "ISO9660 with Joliet"

    def key(self, name: str) -> str:
        """Return the name with its case folded."""
        return name.casefold()

    def name(self, data: bytes, at: int) -> str | None:
        """Return the identifier without its version."""
        return self._text(record.identifier(data, at))

    def describe(self, found: record.Record) -> Described:
        """Return the name alone: Joliet knows no links and no modes."""
        return Described(self._text(found.identifier))

    def _text(self, identifier: bytes) -> str:
        return _without_version(identifier.decode("utf-16-be", "replace"))


class IsoNames(JolietNames):
    """Plain ISO9660 names: `X86.MICROROOT;1`, `UNIX.;1`, in whatever case they were written or are asked for."""

    filesystem = "plain ISO9660"

    def _text(self, identifier: bytes) -> str:
        return _without_version(identifier.decode("ascii", "replace")).removesuffix(".")


def _posix_name(name: bytes | None, identifier: bytes) -> str:
    """Return NM's text; a record without NM keeps its plain name, in lower case as Solaris and Linux show it."""
    if name is not None:
        return name.decode("utf-8", "surrogateescape")
    return _without_version(identifier.decode("ascii", "replace")).removesuffix(".").lower()


def _without_version(text: str) -> str:
    base, mark, version = text.rpartition(";")
    return base if mark and version.isdigit() else text
