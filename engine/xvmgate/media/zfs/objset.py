"""A set of objects: a file system, or the pool's own (on-disk format, 3.2)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from . import dnode
from .zap import Zap

if TYPE_CHECKING:
    from xvmgate.media.base import MediumError
    from xvmgate.media.source import ByteSource

    from .device import Block, Device
    from .dnode import Dnode
    from .pointer import Pointer

TYPE_AT, MIN_SIZE = 704, 1024
POOL, FILE_SYSTEM = 1, 2
"""Types of sets: the pool's own, and a file system's."""
MAX_OBJECTS = 1 << 48
"""Object numbers have 48 bits."""


class Object(NamedTuple):
    """One object of a set, by its number."""

    number: int
    dnode: Dnode


class Objset:
    """A set of objects, which are read by number; `kind` is its type."""

    def __init__(self, source: ByteSource, device: Device, root: Pointer, name: str) -> None:
        """Read the set's own description. Raises MediumError for damage."""
        self._source = source
        self._device = device
        self.name = name
        block = device.read(root)
        if len(block.data) < MIN_SIZE:
            raise self.broken(f"has a description of {len(block.data)} bytes")
        (self.kind,) = struct.unpack_from(f"{block.order}Q", block.data, TYPE_AT)
        self._objects = Object(0, self._parse(0, block.data, 0, block.order))

    def object(self, number: int) -> Object:
        """Return an object. Raises MediumError for damage, and where there is none."""
        if not 0 < number < MAX_OBJECTS:
            raise self.broken(f"has no object {number}")
        size = self._objects.dnode.block_size
        block, at = divmod(number * dnode.SIZE, size)
        found = self.block(self._objects, block)
        return Object(number, self._parse(number, found.data, at, found.order))

    def block(self, found: Object, number: int, *, keep: bool = True) -> Block:
        """Return one block of an object. Raises MediumError for damage."""
        try:
            return dnode.read_block(self._device, found.dnode, number, keep=keep)
        except dnode.DnodeError as error:
            raise self.broken(f"cannot be read: its object {found.number} {error}") from error

    def spill(self, found: Pointer) -> Block:
        """Return the block that holds further attributes of an object. Raises MediumError for damage."""
        return self._device.read(found)

    def zap(self, number: int) -> Zap:
        """Return the table that an object holds. Raises MediumError for damage."""
        return Zap(self, self.object(number))

    def broken(self, problem: str) -> MediumError:
        """Return the error for damage in this set; the caller raises it."""
        return self._source.broken(f"{self.name} {problem}")

    def _parse(self, number: int, data: bytes, at: int, order: str) -> Dnode:
        try:
            return dnode.parse(data, at, order)
        except dnode.DnodeError as error:
            raise self.broken(f"cannot be read: its object {number} {error}") from error
