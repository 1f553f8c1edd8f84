"""One device of a pool: which of its blocks can be read here, each with its checksum verified."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

from . import checksum, compression, pointer

if TYPE_CHECKING:
    from xvmgate.media.source import ByteSource

    from .pointer import Place, Pointer

MAX_BLOCK = 16 << 20
"""Largest block in bytes, as the feature large_blocks allows; without it 128 KiB."""
MAX_KEPT = 8 << 20
"""Bytes of unpacked blocks that are kept."""
GANG_HEADER, GANG_MEMBERS = 512, 3
MAX_GANGS = 4
"""Gang blocks of gang blocks."""


class Block(NamedTuple):
    """What a block holds, unpacked, and the byte order of the numbers in it."""

    data: bytes
    order: str


class Device:
    """The device with a given number in its pool; a mirror's sides are all alike."""

    def __init__(self, source: ByteSource, number: int) -> None:
        self._source = source
        self._number = number
        self._kept: OrderedDict[Pointer, Block] = OrderedDict()
        self._size = 0

    def read(self, found: Pointer, *, keep: bool = True) -> Block:
        """Return the block of a pointer; `keep` remembers it.

        Raises MediumError for a hole, for a wrong checksum, and for what is not supported.
        """
        if found.data is not None:
            return Block(self._unpack(found, found.data, "a block that its pointer embeds"), found.order)
        block = self._kept.get(found)
        if block is None:
            place = self._place(found)
            block = Block(self._unpack(found, self._stored(found, place, MAX_GANGS), _name(place)), found.order)
            if keep:
                self._keep(found, block)
        return block

    def _keep(self, found: Pointer, block: Block) -> None:
        self._kept[found] = block
        self._size += len(block.data)
        while self._size > MAX_KEPT:
            self._size -= len(self._kept.popitem(last=False)[1].data)

    def _place(self, found: Pointer) -> Place:
        """Pick the first copy on this device; a damaged one is an error even where another copy is good."""
        if not found.places:
            raise self._source.broken("a ZFS block that is needed is said to be a hole")
        if found.encrypted:
            raise self._source.broken(f"{_name(found.places[0])} is encrypted, which is not supported")
        if max(found.size, found.stored) > MAX_BLOCK:
            raise self._source.broken(f"{_name(found.places[0])} claims {max(found.size, found.stored)} bytes")
        for place in found.places:
            if place.device == self._number:
                return place
        wanted = ", ".join(str(place.device) for place in found.places)
        raise self._source.broken(
            f"a block lies on device {wanted} of its pool, and this is device {self._number}; "
            "a pool of several devices is not supported"
        )

    def _stored(self, found: Pointer, place: Place, depth: int) -> bytes:
        if place.gang:
            return self._gang(found, place, depth)
        data = self._source.read(place.on_disk, found.stored)
        if found.checksum == checksum.OFF:
            return data
        if found.checksum not in checksum.FUNCTIONS:
            called = checksum.NAMES.get(found.checksum, f"number {found.checksum}")
            raise self._source.broken(f"{_name(place)} has a checksum by {called}, which is not supported")
        if checksum.FUNCTIONS[found.checksum](data, found.order) != found.claimed:
            raise self._source.broken(f"{_name(place)} is damaged: its checksum is wrong")
        return data

    def _gang(self, found: Pointer, place: Place, depth: int) -> bytes:
        """Put a gang block together: its header has pointers to its parts, and a checksum of its own."""
        header = self._source.read(place.on_disk, GANG_HEADER)
        order = checksum.embedded_order(header, (place.device, place.offset, found.birth, 0))
        if order is None or depth == 0:
            raise self._source.broken(f"{_name(place)} is damaged: its gang header's checksum is wrong")
        data = b""
        for member in range(GANG_MEMBERS):
            part = pointer.parse(header, member * pointer.SIZE, order)
            if part.is_hole:
                continue
            if len(data) + part.stored > found.stored:
                raise self._source.broken(f"{_name(place)} is damaged: its gang has more than {found.stored} bytes")
            data += self._stored(part, self._place(part), depth - 1)
        if len(data) != found.stored:
            raise self._source.broken(f"{_name(place)} is damaged: its gang has {len(data)} bytes of {found.stored}")
        return data

    def _unpack(self, found: Pointer, data: bytes, name: str) -> bytes:
        try:
            return compression.unpack(found.compression, data, found.size)
        except compression.CompressionError as error:
            raise self._source.broken(f"{name} is damaged: {error}") from error


def _name(place: Place) -> str:
    return f"the ZFS block at byte {place.on_disk}"
