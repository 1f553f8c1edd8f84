"""The four labels of a device: what they say of the pool, and the newest uberblock (on-disk format, 1.2 and 1.3)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, NamedTuple

from . import checksum, pointer
from .nvlist import NvlistError, decode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xvmgate.media.source import ByteSource

    from .pointer import Pointer

LABEL = 256 << 10
"""Bytes of a label; two are at the start of a device, two at its end."""
LIST_AT, LIST_SIZE = 16 << 10, 112 << 10
RING_AT, RING_SIZE = 128 << 10, 128 << 10
"""Where a label has its name-value list and its ring of uberblocks."""
UBERBLOCK, MAX_SHIFT = 10, 13
"""An uberblock's place in the ring has 1 KiB, or the device's sector where that is larger, up to 8 KiB; as shifts."""
MAGIC = 0x00BAB10C
MAGICS = {struct.pack(f"{order}Q", MAGIC): order for order in "<>"}


class LabelError(Exception):
    """Labels of which none can be used; the text says why."""


class Uberblock(NamedTuple):
    """The root of all that a pool holds, as of one transaction group; `order` is its byte order."""

    version: int
    txg: int
    time: int
    root: Pointer
    order: str


class Label(NamedTuple):
    """What a device's labels say: the pool's description, and the newest uberblock of all four."""

    config: dict[str, Any]
    uberblock: Uberblock


def is_pool(source: ByteSource) -> bool:
    """Say whether any label of the device has an uberblock, valid or not."""
    return any(_heads(source.peek(start + RING_AT, RING_SIZE)) for start in _starts(source.size))


def _heads(ring: bytes) -> list[int]:
    return [at for at in range(0, len(ring), 1 << UBERBLOCK) if ring[at : at + 8] in MAGICS]


def _starts(size: int) -> Iterator[int]:
    """Yield where labels begin: the last two end where the last whole 256 KiB of the device do."""
    end = size - size % LABEL
    yield from (start for start in (0, LABEL, end - 2 * LABEL, end - LABEL) if start >= 0)


def read_label(source: ByteSource) -> Label:
    """Read all four labels; the newest valid list and the newest valid uberblock count.

    Raises LabelError when there is no valid list, or no valid uberblock.
    """
    starts = sorted(set(_starts(source.size)))
    configs = [found for start in starts if (found := _config(source, start)) is not None]
    if not configs:
        raise LabelError("none of its four labels has a list of its pool with the right checksum")
    config = max(configs, key=lambda found: _number(found, "txg"))
    shift = _number(config.get("vdev_tree", {}), "ashift")
    place = 1 << max(UBERBLOCK, min(shift, MAX_SHIFT))
    uberblocks = [found for start in starts for found in _uberblocks(source, start + RING_AT, place)]
    if not uberblocks:
        raise LabelError("none of its four labels has an uberblock with the right checksum")
    return Label(config, max(uberblocks, key=lambda found: (found.txg, found.time)))


def _config(source: ByteSource, start: int) -> dict[str, Any] | None:
    at = start + LIST_AT
    data = source.peek(at, LIST_SIZE)
    if len(data) < LIST_SIZE or checksum.embedded_order(data, (at, 0, 0, 0)) is None:
        return None
    try:
        return decode(data[: -checksum.EMBEDDED_SIZE])
    except NvlistError as error:
        raise LabelError(f"its label at byte {start} cannot be read: {error}") from error


def _number(found: Any, name: str) -> int:
    value = found.get(name, 0) if isinstance(found, dict) else 0
    return value if isinstance(value, int) else 0


def _uberblocks(source: ByteSource, start: int, place: int) -> Iterator[Uberblock]:
    ring = source.peek(start, RING_SIZE)
    for at in _heads(ring):
        data = ring[at : at + place]
        if at % place == 0 and len(data) == place and checksum.embedded_order(data, (start + at, 0, 0, 0)):
            order = MAGICS[data[:8]]
            version, txg, _, time = struct.unpack_from(f"{order}4Q", data, 8)
            yield Uberblock(version, txg, time, pointer.parse(data, 40, order), order)
