"""An ISO9660 image as a medium: lazy, it reads the descriptors and only the directories on the way to a wanted path."""

from __future__ import annotations

import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from .base import Entry, MediumError
from .extents import Extent, Fetching
from .formats import record, susp
from .formats.eltorito import CATALOG_SIZE, BootEntry, CatalogError, read_catalog
from .formats.volume import SECTOR, Descriptors, Volume, VolumeError, read_descriptors
from .kept import Kept
from .names import IsoNames, JolietNames, Names, RockRidgeNames
from .pieces import PiecesMedium

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .isoahead import Ahead
    from .source import ByteSource

MAX_DIRECTORY = 32 << 20
"""Largest directory in bytes; 60,000 files in one take a quarter of it."""
MAX_DIRECTORIES = 128 << 20
"""Bytes of directories and continuation areas that are read and kept in all; those of a DVD take a tenth of it."""
MAX_EXTENTS = 4096
"""Most extents of one file: 16 TiB."""


class IsoMedium(PiecesMedium):
    """An ISO9660 image; names by Rock Ridge, else Joliet, else plain, the latter two without regard to case.

    An entry's handle is the record that it was made from.
    """

    kind = "iso"

    def __init__(self, source: ByteSource) -> None:
        """Read the volume descriptors and the root's first record. Raises MediumError for damage."""
        super().__init__(source)
        self._directories: dict[int, _Directory] = {}
        try:
            self.descriptors = read_descriptors(source.peek)
        except VolumeError as error:
            raise source.broken(str(error)) from error
        primary = self.descriptors.primary
        if primary.size > source.size:
            raise source.broken(f"truncated: its volume has {primary.size} bytes, the file {source.size}")
        ahead = self._ahead(primary)
        self._kept = Kept(source, primary.block_size, MAX_DIRECTORIES)
        self.volume_id = primary.volume_id or None
        self.created = primary.created
        self._volume, self._names = self._naming(self.descriptors)
        self.filesystem = self._names.filesystem
        self._root = Entry("", "directory", 0, None, record.parse(self._volume.root, 0))
        if ahead:
            self._fetch_below(ahead)

    def root(self) -> Entry:
        """Return the top directory."""
        return self._root

    def child(self, directory: Entry, name: str) -> Entry | None:
        """Return the entry of that name, or None. Raises MediumError for damage."""
        held = self._directory(directory)
        key = self._names.key(name)
        if key not in held.entries:
            at = held.index.get(key)
            held.entries[key] = None if at is None else self._entry(held, at)
        return held.entries[key]

    def children(self, directory: Entry) -> Iterator[Entry]:
        """Yield what a directory holds, in the image's order. Raises MediumError for damage."""
        held = self._directory(directory)
        for at in held.index.values():
            yield self._entry(held, at)

    def boot_entries(self) -> list[BootEntry] | None:
        """Return the entries of the El Torito catalog, None where there is no boot record.

        Raises CatalogError for a catalog that no BIOS would accept.
        """
        sector = self.descriptors.boot_catalog
        if sector is None:
            return None
        if (sector + 1) * SECTOR > self._source.size:
            raise CatalogError(f"its boot catalog lies at sector {sector}, beyond the image's end")
        return read_catalog(self._source.read(sector * SECTOR, CATALOG_SIZE))

    def has_sector(self, sector: int) -> bool:
        """Say whether the image reaches as far as that sector of 2048 bytes, and it lies behind the descriptors."""
        return 16 < sector < self._source.size // SECTOR

    def _ahead(self, primary: Volume) -> Ahead | None:
        """Let a distant source fetch what tells where directories lie."""
        if not isinstance(self._source, Fetching):
            return None
        from .isoahead import Ahead  # noqa: PLC0415  # a local image needs none of it

        return Ahead(self._source, self._source, primary)

    def _fetch_below(self, ahead: Ahead) -> None:
        """Let it fetch the directories that paths lead through; damage in them is said when one is walked."""
        with suppress(MediumError):
            entries = [self.child(self._root, name) for name in ahead.TOPS]
            ahead.fetch_below(entry.handle.block for entry in entries if entry and entry.kind == "directory")

    def _naming(self, found: Descriptors) -> tuple[Volume, Names]:
        root = record.parse(found.primary.root, 0)
        first = self._source.read((root.block + root.xattr_blocks) * found.primary.block_size, SECTOR)
        skip = self._rock_ridge_skip(first)
        if skip is not None:
            return found.primary, RockRidgeNames(self._kept.area, skip)
        if found.joliet:
            return found.joliet, JolietNames()
        return found.primary, IsoNames()

    def _rock_ridge_skip(self, root_data: bytes) -> int | None:
        try:
            at = next(record.offsets(root_data), None)
            area = b"" if at is None else record.system_use(root_data, at)
            skip = susp.skip_length(area)
            if skip is not None and susp.has_rock_ridge(area, self._kept.area):
                return skip
        except (record.RecordError, susp.SuspError) as error:
            raise self._source.broken(f"its root directory cannot be read: {error}") from error
        return None

    def _directory(self, entry: Entry) -> _Directory:
        found: record.Record = entry.handle
        held = self._directories.get(found.block)
        if held is None:
            held = self._directories[found.block] = self._indexed(entry)
        if held.damage:
            raise held.damage.with_traceback(None)
        return held

    def _directory_data(self, found: record.Record) -> bytes:
        if not 0 < found.size <= MAX_DIRECTORY:
            raise self._source.broken(f"its directory at block {found.block} claims {found.size} bytes")
        return self._kept.read((found.block + found.xattr_blocks) * self._volume.block_size, found.size)

    def _indexed(self, entry: Entry) -> _Directory:
        held = _Directory(self._directory_data(entry.handle))
        try:
            self._names.index(held.data, held.index)
        except MediumError as error:
            held.damage = error
        except (record.RecordError, susp.SuspError) as error:
            held.damage = self._source.broken(f"its directory /{entry.name} cannot be read: {error}")
        return held

    def _entry(self, held: _Directory, at: int) -> Entry:
        found = record.parse(held.data, at)
        try:
            seen = self._names.describe(found)
        except susp.SuspError as error:
            raise self._source.broken(f"its record of {found.identifier!r} cannot be read: {error}") from error
        if seen.child_block is not None:
            return Entry(seen.name, "directory", 0, None, self._relocated(seen.child_block))
        if found.flags & record.DIRECTORY:
            return Entry(seen.name, "directory", 0, None, found)
        if seen.target is not None:
            return Entry(seen.name, "link", 0, seen.target, found)
        kind = "file" if seen.mode is None or stat.S_ISREG(seen.mode) else "other"
        parts = self._parts(held.data, at) if found.flags & record.MULTI_EXTENT else [found]
        return Entry(seen.name, kind, sum(part.size for part in parts), None, (parts, seen.compressed))

    def _relocated(self, block: int) -> record.Record:
        """Return the record of a directory by its block alone: its own first record has its size (Rock Ridge 4.1.5)."""
        data = self._kept.sector(block)
        try:
            at = next(record.offsets(data), None)
        except record.RecordError:
            at = None
        if at is None or record.identifier(data, at) != b"\0":
            raise self._source.broken(f"a relocated directory is said to be at block {block}, which holds none")
        return record.parse(data, at)

    def _parts(self, data: bytes, at: int) -> list[record.Record]:
        """Return the records of a file of several extents, the last of which has no flag (ECMA-119, 9.1.6)."""
        parts: list[record.Record] = []
        for offset in record.offsets(data, at):
            part = record.parse(data, offset)
            if parts and part.identifier != parts[0].identifier:
                break
            parts.append(part)
            if not part.flags & record.MULTI_EXTENT:
                return parts
            if len(parts) == MAX_EXTENTS:
                break
        raise self._source.broken(f"its file {parts[0].identifier!r} has extents without a last one")

    def extents(self, entry: Entry) -> list[Extent]:
        """Return where a file lies. Raises MediumError for damage and for what cannot be unpacked."""
        parts, compressed = entry.handle
        extents = []
        for part in parts:
            if part.size == 0:
                continue  # some writers place empty files anywhere
            start = (part.block + part.xattr_blocks) * self._volume.block_size
            if part.interleaved or compressed:
                how = "zisofs-compressed" if compressed else "interleaved"
                raise self._source.broken(f"its file {entry.name} is {how}, which is not supported")
            if start + part.size > self._source.size:
                raise self._source.broken(f"truncated: its file {entry.name} ends at byte {start + part.size}")
            extents.append(Extent(start, part.size))
        return extents


class _Directory:
    """A directory that was read: its data, where each name's record begins in it, the entries asked for so far.

    `damage` is raised at every look: names behind it are not known to be missing.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.index: dict[str, int] = {}
        self.entries: dict[str, Entry | None] = {}
        self.damage: MediumError | None = None
