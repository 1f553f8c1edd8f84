"""A disk image with the labels of a ZFS pool and nothing else: enough to see which version the pool is said to have.

Written from the published description of the format (ZFS On-Disk Specification, chapter 1): four labels of 256 KiB, two
at each end, each with a list of names and values in XDR, a ring of uberblocks, and SHA-256 over both.
"""

from __future__ import annotations

import hashlib
import struct
from typing import Any

from .content import Content

LABEL = 256 << 10
"""Bytes of a label."""
VALUES_AT, VALUES = 16 << 10, 112 << 10
"""Where in a label the names and values lie, and in how many bytes."""
RING_AT, UBERBLOCK = 128 << 10, 1 << 10
"""Where in a label the uberblocks lie, and the bytes of each."""
SIZE = 8 << 20
"""Bytes of the image."""
UBERBLOCK_MAGIC, CHECKSUM_MAGIC = 0x00BAB10C, 0x0210DA7AB10C7A11
NUMBER, TEXT, TABLE = 8, 9, 19
"""Types of values."""
GUID, TRANSACTION = 0x5D6A9E0C4B3F2817, 4


def pool_image(version: int, date: int) -> Content:
    """Return the image of a disk that bears a pool `rpool` of this version; `date` is in Unix seconds."""

    def chunks() -> list[bytes]:
        front = [_label(version, date, at) for at in (0, LABEL)]
        back = [_label(version, date, SIZE - 2 * LABEL + at) for at in (0, LABEL)]
        return [*front, bytes(SIZE - 4 * LABEL), *back]

    return Content(SIZE, lambda: iter(chunks()))


def _label(version: int, date: int, at: int) -> bytes:
    values = {
        "version": version,
        "name": "rpool",
        "state": 0,
        "txg": TRANSACTION,
        "pool_guid": GUID,
        "top_guid": GUID + 1,
        "guid": GUID + 1,
        "vdev_tree": {
            "type": "disk",
            "id": 0,
            "guid": GUID + 1,
            "path": "/dev/dsk/c0t0d0s0",
            "phys_path": "/xpvd/xdf@51712:a",
            "ashift": 9,
            "asize": SIZE - 4 * LABEL,
        },
    }
    packed = struct.pack(">2B2x", 1, 1) + _table(values)
    uberblock = struct.pack("<5Q", UBERBLOCK_MAGIC, version, TRANSACTION, 2 * GUID + 1 & (1 << 64) - 1, date)
    label = bytearray(LABEL)
    label[VALUES_AT : VALUES_AT + VALUES] = _sealed(packed, VALUES, at + VALUES_AT)
    slot = RING_AT + TRANSACTION * UBERBLOCK
    label[slot : slot + UBERBLOCK] = _sealed(uberblock, UBERBLOCK, at + slot)
    return bytes(label)


def _sealed(data: bytes, size: int, at: int) -> bytes:
    """Return a block of `size` bytes that ends in its own SHA-256, taken with its place on the disk in that field."""
    body = data.ljust(size - 40, b"\0") + struct.pack("<Q", CHECKSUM_MAGIC)
    digest = hashlib.sha256(body + struct.pack("<4Q", at, 0, 0, 0)).digest()
    return body + struct.pack("<4Q", *struct.unpack(">4Q", digest))


def _table(values: dict[str, Any]) -> bytes:
    pairs = b"".join(_pair(name, value) for name, value in values.items())
    return struct.pack(">2I", 0, 1) + pairs + bytes(8)


def _pair(name: str, value: Any) -> bytes:
    if isinstance(value, int):
        kind, data, held = NUMBER, struct.pack(">Q", value), 8
    elif isinstance(value, str):
        kind, data, held = TEXT, _text(value), len(value) + 1
    else:
        kind, data, held = TABLE, _table(value), 24
    body = _text(name) + struct.pack(">2I", kind, 1) + data
    unpacked = -(-(16 + len(name) + 1) // 8) * 8 + -(-held // 8) * 8
    return struct.pack(">2I", 8 + len(body), unpacked) + body


def _text(text: str) -> bytes:
    return struct.pack(">I", len(text)) + text.encode().ljust(-(-len(text) // 4) * 4, b"\0")
