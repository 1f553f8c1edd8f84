"""A UFS1 file system as a medium: lazy, it reads the inodes and directories on the way to a wanted path."""

from __future__ import annotations

import stat
import struct
from functools import lru_cache
from typing import TYPE_CHECKING, BinaryIO

from xvmgate.media.base import Entry, Medium
from xvmgate.media.blocks import open_blocks
from xvmgate.media.counted import Counted

from . import directory, inode, superblock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xvmgate.media.source import ByteSource

    from .inode import Inode

ROOT_INODE = 2
MAX_DIRECTORY = 8 << 20
"""Largest directory in bytes."""
MAX_DIRECTORIES = 32 << 20
"""Bytes of directories that are read and kept in all."""
MAX_TARGET = 4096
"""Longest text of a link in bytes; Solaris takes 1024."""
KEPT_INDIRECT = 64
"""Indirect blocks that are kept."""
KINDS = {stat.S_IFREG: "file", stat.S_IFDIR: "directory", stat.S_IFLNK: "link"}


class UfsMedium(Counted, Medium):
    """A UFS1 file system in the byte order of x86; an entry's handle is its inode."""

    kind = "ufs"
    filesystem = "UFS1"
    rooted = True

    def __init__(self, source: ByteSource) -> None:
        """Read superblock and root inode. Raises MediumError for damage."""
        self.location = source.location
        self._source = self._counter = source
        self._directories: dict[int, dict[str, int]] = {}
        self._left = MAX_DIRECTORIES
        self._indirect = lru_cache(KEPT_INDIRECT)(self._read_indirect)
        try:
            self._super = superblock.parse(source.peek(superblock.OFFSET, superblock.SIZE))
        except superblock.SuperblockError as error:
            raise source.broken(f"no UFS1: {error}") from error
        size = self._super.fragments * self._super.fragment_size
        if size > source.size:
            raise source.broken(f"truncated: its file system has {size} bytes, the image {source.size}")
        self._root = self._entry("", ROOT_INODE)
        if self._root.kind != "directory":
            raise source.broken(f"its root is no directory but {self._root.kind}")

    def root(self) -> Entry:
        """Return the top directory."""
        return self._root

    def child(self, directory: Entry, name: str) -> Entry | None:
        """Return the entry of that name, or None. Raises MediumError for damage."""
        number = self._names(directory.handle).get(name)
        return None if number is None else self._entry(name, number)

    def children(self, directory: Entry) -> Iterator[Entry]:
        """Yield what a directory holds, in its order. Raises MediumError for damage."""
        for name, number in self._names(directory.handle).items():
            yield self._entry(name, number)

    def open_entry(self, entry: Entry) -> BinaryIO:
        """Open a regular file; reading raises MediumError for damage."""
        return self._open(entry.handle)

    def close(self) -> None:
        """Close the image."""
        self._source.close()

    def _entry(self, name: str, number: int) -> Entry:
        found = self._inode(number)
        kind = KINDS.get(stat.S_IFMT(found.mode), "other")
        target = self._target(found) if kind == "link" else None
        return Entry(name, kind, found.size, target, found)

    def _inode(self, number: int) -> Inode:
        if not ROOT_INODE <= number < self._super.inodes:
            raise self._source.broken(f"a directory names inode {number} of {self._super.inodes}")
        data = self._source.read(self._super.inode_offset(number), superblock.INODE_SIZE)
        found = inode.parse(number, data)
        if found.mode == 0:
            raise self._source.broken(f"a directory names inode {number}, which is not in use")
        block = self._super.block_size
        if found.size > inode.most_blocks(block // 4) * block:
            raise self._source.broken(f"its inode {number} claims {found.size} bytes")
        return found

    def _target(self, found: Inode) -> str:
        if found.size > MAX_TARGET:
            raise self._source.broken(f"its inode {found.number} is a link of {found.size} bytes")
        inline = found.held == 0 and found.size < inode.POINTERS_SIZE
        text = found.inline[: found.size] if inline else self._open(found).read()
        return text.decode("utf-8", "surrogateescape")

    def _names(self, found: Inode) -> dict[str, int]:
        if found.number not in self._directories:
            self._left -= found.size
            if found.size > MAX_DIRECTORY or self._left < 0:
                raise self._source.broken(f"its directories claim {found.size} bytes at inode {found.number}")
            try:
                names = dict(directory.names(self._open(found).read()))
            except directory.DirectoryError as error:
                raise self._source.broken(f"its directory at inode {found.number}: {error}") from error
            self._directories[found.number] = names
        return self._directories[found.number]

    def _open(self, found: Inode) -> BinaryIO:
        block_size = self._super.block_size

        def read(block: int) -> bytes:
            length = min(block_size, found.size - block * block_size)
            at = inode.address(found, block, block_size // 4, self._indirect)
            return self._fragments(at, length) if at else bytes(length)

        return open_blocks(read, block_size, found.size)

    def _read_indirect(self, at: int) -> tuple[int, ...]:
        count = self._super.block_size // 4
        return struct.unpack(f"<{count}I", self._fragments(at, self._super.block_size))

    def _fragments(self, at: int, length: int) -> bytes:
        size = self._super.fragment_size
        if at * size + length > self._super.fragments * size:
            raise self._source.broken(f"a block is said to lie at fragment {at} of {self._super.fragments}")
        return self._source.read(at * size, length)
