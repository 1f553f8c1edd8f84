"""The file system that a ZFS root pool boots, as a medium."""

from __future__ import annotations

import stat
from functools import lru_cache
from typing import TYPE_CHECKING, BinaryIO

from xvmgate.media.base import Entry, Medium
from xvmgate.media.blocks import open_blocks
from xvmgate.media.counted import Counted

from .attributes import FORMAT, AttributeReader
from .pool import FEATURES, Pool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xvmgate.media.source import ByteSource
    from xvmgate.media.zfsroot import ZfsRoot

    from .objset import Object, Objset
    from .zap import Zap

MASTER = 1
"""The object that names a file system's others."""
NEWEST = 5
"""The newest version of a file system."""
OBJECT_BITS = (1 << 48) - 1
"""The part of a directory's entry that is the object's number; the rest is its type."""
KEPT_DIRECTORIES = 16
"""Directories that are kept; each has up to 1 MiB in the small form."""
MAX_FILE = 1 << 44
"""Largest file in bytes; what is not written of it reads as zeros."""
KINDS = {stat.S_IFREG: "file", stat.S_IFDIR: "directory", stat.S_IFLNK: "link"}


class ZfsMedium(Counted, Medium):
    """The dataset that a pool's `bootfs` names; a pool that names none is an empty tree.

    An entry's handle is its object, None for the root of the empty tree.
    """

    kind = "zfs"
    zfs: ZfsRoot
    rooted = True

    def __init__(self, source: ByteSource) -> None:
        """Open pool, dataset and root directory. Raises MediumError for damage and for what is not supported."""
        self.location = source.location
        self._source = self._counter = source
        pool = Pool(source)
        self.zfs = pool.root
        self.volume_id = pool.root.pool or None
        version = "with features (version 5000)" if pool.root.version == FEATURES else f"version {pool.root.version}"
        self.filesystem = f"a ZFS pool {version}"
        self._directory = lru_cache(KEPT_DIRECTORIES)(self._read_directory)
        self._root = Entry("", "directory", 0, None, None)
        if pool.root.objset is not None:
            self._mount(pool.file_system(pool.root.objset))

    def root(self) -> Entry:
        """Return the top directory."""
        return self._root

    def child(self, directory: Entry, name: str) -> Entry | None:
        """Return the entry of that name, or None. Raises MediumError for damage."""
        if directory.handle is None:
            return None
        value = self._directory(directory.handle.number).number(name)
        return None if value is None else self._entry(name, value & OBJECT_BITS)

    def children(self, directory: Entry) -> Iterator[Entry]:
        """Yield what a directory holds, in its order. Raises MediumError for damage."""
        if directory.handle is not None:
            for name, value in self._directory(directory.handle.number).items():
                yield self._entry(name, value[0] & OBJECT_BITS if value else 0)

    def open_entry(self, entry: Entry) -> BinaryIO:
        """Open a regular file; reading raises MediumError for damage."""
        found: Object = entry.handle
        block_size = found.dnode.block_size

        def read(number: int) -> bytes:
            if number > found.dnode.last:
                return bytes(block_size)
            return self._objset.block(found, number, keep=False).data

        return open_blocks(read, block_size, entry.size)

    def close(self) -> None:
        """Close the device."""
        self._source.close()

    def _mount(self, objset: Objset) -> None:
        self._objset = objset
        master = objset.zap(MASTER)
        version, root = master.number("VERSION"), master.number("ROOT")
        if version is None or root is None or not 1 <= version <= NEWEST:
            raise objset.broken(f"is a file system of version {version}, which is not supported")
        self._attributes = AttributeReader(objset, master)
        self._root = self._entry("", root)
        if self._root.kind != "directory":
            raise objset.broken(f"cannot be read: its root is no directory but {self._root.kind}")

    def _entry(self, name: str, number: int) -> Entry:
        found = self._objset.object(number)
        mode, size, target = self._attributes.read(found)
        if size > MAX_FILE:
            raise self._objset.broken(f"cannot be read: its object {number} claims {size} bytes")
        kind = KINDS.get(mode & FORMAT, "other")
        text = None if target is None else target.decode("utf-8", "surrogateescape")
        return Entry(name, kind, size, text, found)

    def _read_directory(self, number: int) -> Zap:
        return self._objset.zap(number)
