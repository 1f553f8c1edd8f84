"""A little-endian UFS1 image, as Solaris on x86 has it in its ramdisks: written in order, block by block.

Data blocks are numbered in the order in which they lie on the image, over all groups; a file's blocks follow one
another, and its indirect blocks follow them. So what an image holds is a list of runs, and no block is made before its
turn comes.
"""

from __future__ import annotations

import struct
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from . import ufs_tables as tables
from .content import Content
from .ufs_tables import BLOCK, COPY_AT, DATA_AT, DIRECT, FRAGMENT, PER_BLOCK, PER_GROUP, POINTERS, ROOT, Summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SMALLEST = 256 << 10
"""Least bytes of an image, and of what may be left for its last group."""
LARGEST = 1 << 40
"""Most bytes of an image: block addresses would reach twice as far."""
ZEROS = bytes(BLOCK)


class UfsError(Exception):
    """Files that no image of that size can hold; the text says why."""


class UfsFile(NamedTuple):
    """A file to be: its size, and its n-th block (the last one may be short)."""

    size: int
    block: Callable[[int], bytes]


class _Run(NamedTuple):
    """Blocks that follow one another: the first one's number, how many, the n-th one's bytes."""

    first: int
    length: int
    block: Callable[[int], bytes]


def file_of(data: bytes) -> UfsFile:
    """Return a small file of these bytes."""
    return UfsFile(len(data), lambda number: data[number * BLOCK : (number + 1) * BLOCK])


def image(size: int, files: dict[str, UfsFile], date: int) -> Content:
    """Return an image of `size` bytes with these files by path, those above them made; `date` is in Unix seconds.

    Raises UfsError when they do not fit, or the size is none that an image can have.
    """
    if not SMALLEST <= size <= LARGEST or size % BLOCK or 0 < size % (PER_GROUP * FRAGMENT) < SMALLEST:
        raise UfsError(f"no image of {size} bytes can be laid out; whole MiB up to {LARGEST >> 20} can")
    made = _Image(size, date)
    made.add_tree(files)
    return Content(size, made.chunks)


def room(size: int, files: dict[str, UfsFile], date: int) -> int:
    """Return how many bytes one more file in the top directory may have."""
    made = _Image(size, date)
    made.add_tree({**files, "/more": file_of(b"")})
    blocks = made.capacity - made.used
    beside = 2 + blocks // POINTERS if blocks > DIRECT else 0  # indirect blocks
    return max(0, blocks - beside) * BLOCK


class _Image:
    """An image in the making: runs of blocks, inodes in their order, blocks whose last fragments stay free."""

    def __init__(self, size: int, date: int) -> None:
        self.date = date
        self.fragments = size // FRAGMENT
        self.groups = -(-self.fragments // PER_GROUP)
        self.summary_fragments = -(-self.groups * tables.SUMMARY // FRAGMENT)
        self.first_data = DATA_AT + -(-self.summary_fragments // PER_BLOCK) * PER_BLOCK
        self.in_first = (min(self.fragments, PER_GROUP) - self.first_data) // PER_BLOCK
        self.runs: list[_Run] = []
        self.used = 0
        self.partly: dict[int, int] = {}
        self.inodes: list[bytes] = []
        self.directories = 0

    @property
    def capacity(self) -> int:
        """Blocks for data on the whole image."""
        others = self.fragments - min(self.fragments, PER_GROUP) - (self.groups - 1) * DATA_AT
        return self.in_first + others // PER_BLOCK

    def add_tree(self, files: dict[str, UfsFile]) -> None:
        """Add files and the directories above them. Raises UfsError when they do not fit."""
        above = {"/"} | {path[:at] or "/" for path in files for at in range(len(path)) if path[at] == "/"}
        paths = sorted(above | set(files))
        numbers = {path: ROOT + index for index, path in enumerate(paths)}
        if ROOT + len(paths) > tables.INODES:
            raise UfsError(f"{len(paths)} files and directories do not fit; at most {tables.INODES - ROOT} do")
        for path in paths:
            if path in above:
                inside = [other for other in paths if other != "/" and (other.rpartition("/")[0] or "/") == path]
                parent = numbers[path.rpartition("/")[0] or "/"]
                names = [(".", numbers[path]), ("..", parent)]
                names += [(other.rpartition("/")[2], numbers[other]) for other in inside]
                self._add(file_of(tables.directory(names)), tables.DIRECTORY_MODE, 2 + len(above.intersection(inside)))
                self.directories += 1
            else:
                self._add(files[path], tables.FILE_MODE, 1)

    def _add(self, file: UfsFile, mode: int, links: int) -> None:
        blocks = -(-file.size // BLOCK)
        first = self._run(blocks, file.block)
        tail = -(-(file.size % BLOCK) // FRAGMENT)
        if tail and blocks <= DIRECT:
            self.partly[first + blocks - 1] = tail
        addresses = [self.address(first + index) if index < blocks else 0 for index in range(DIRECT)]
        addresses += self._indirect(first, blocks)
        held = self.used - first - (1 if tail and blocks <= DIRECT else 0)
        sectors = (held * PER_BLOCK + (tail if blocks <= DIRECT else 0)) * (FRAGMENT // tables.SECTOR)
        self.inodes.append(tables.inode(mode, links, file.size, self.date, addresses, sectors))

    def _run(self, count: int, block: Callable[[int], bytes]) -> int:
        first = self.used
        self.used += count
        if self.used > self.capacity:
            raise UfsError(f"its files do not fit into an image of {self.fragments >> 10} MiB")
        self.runs.append(_Run(first, count, block))
        return first

    def _indirect(self, first: int, blocks: int) -> list[int]:
        """Add a file's indirect blocks; return the addresses of the single, the double and the triple one."""
        single = double = 0
        rest = range(first + DIRECT, first + blocks)
        if rest:
            single = self.address(self._run(1, partial(self._pointers, rest[:POINTERS])))
        rest = rest[POINTERS:]
        if len(rest) > POINTERS * POINTERS:
            raise UfsError("a file that needs triple indirect blocks")
        if rest:
            count = -(-len(rest) // POINTERS)
            below = self._run(count, partial(self._pointers, rest))
            double = self.address(self._run(1, partial(self._pointers, range(below, below + count))))
        return [single, double, 0]

    def _pointers(self, blocks: range, number: int) -> bytes:
        """Return the n-th indirect block that points to these blocks."""
        wanted = blocks[number * POINTERS : (number + 1) * POINTERS]
        return struct.pack(f"<{len(wanted)}i", *map(self.address, wanted))

    def address(self, block: int) -> int:
        """Return the fragment at which a data block begins."""
        if block < self.in_first:
            return self.first_data + block * PER_BLOCK
        group, inside = divmod(block - self.in_first, (PER_GROUP - DATA_AT) // PER_BLOCK)
        return (group + 1) * PER_GROUP + DATA_AT + inside * PER_BLOCK

    def chunks(self) -> Iterator[bytes]:
        """Yield the image, a block at a time."""
        frees = list(self._free_maps())
        counts = [self._summary(number, free) for number, free in enumerate(frees)]
        total = Summary(*map(sum, zip(*counts, strict=True)))
        superblock = tables.superblock(self.fragments, self.groups, self.date, total)
        data = self._data()
        for number, free in enumerate(frees):
            yield ZEROS
            yield superblock if number == 0 else ZEROS
            yield superblock
            yield tables.group(number, self.date, self._inodes_of(number), free, counts[number])
            inodes = b"".join([bytes(ROOT * tables.INODE_SIZE), *self.inodes]) if number == 0 else b""
            yield from _blocks(inodes, tables.INODES * tables.INODE_SIZE // BLOCK)
            if number == 0:
                summaries = b"".join(count.pack() for count in counts)
                yield from _blocks(summaries, (self.first_data - DATA_AT) // PER_BLOCK)
            first = self.first_data if number == 0 else DATA_AT
            for _ in range(len(free) - first // PER_BLOCK):
                yield next(data, ZEROS)

    def _data(self) -> Iterator[bytes]:
        for run in self.runs:
            for number in range(run.length):
                yield run.block(number).ljust(BLOCK, b"\0")

    def _inodes_of(self, group: int) -> int:
        return ROOT + len(self.inodes) if group == 0 else 0

    def _summary(self, group: int, free: bytes) -> Summary:
        return tables.summarise(free, self.directories if group == 0 else 0, self._inodes_of(group))

    def _free_maps(self) -> Iterator[bytes]:
        """Yield each group's map of free fragments: a byte a block."""
        block = 0
        for number in range(self.groups):
            size = min(PER_GROUP, self.fragments - number * PER_GROUP) // PER_BLOCK
            first = (DATA_AT if number else self.first_data) // PER_BLOCK
            taken = max(0, min(size - first, self.used - block))
            before = COPY_AT // PER_BLOCK if number else 0  # the first group begins with the boot block
            free = bytearray(b"\xff" * before + bytes(first - before + taken)).ljust(size, b"\xff")
            for at in self.partly.keys() & range(block, block + taken):
                free[first + at - block] = _rest(self.partly[at])
            if number == 0:
                free[first - 1] = _rest(self.summary_fragments % PER_BLOCK or PER_BLOCK)
            block += size - first
            yield bytes(free)


def _rest(used: int) -> int:
    """Return the free fragments of a block of which so many are used."""
    return (0xFF << used) & 0xFF


def _blocks(data: bytes, count: int) -> Iterator[bytes]:
    for number in range(count):
        yield data[number * BLOCK : (number + 1) * BLOCK].ljust(BLOCK, b"\0")
