"""A ramdisk's head: gzip'ed or plain, UFS or HSFS; never more of it than that takes to tell."""

from __future__ import annotations

import io
import zlib
from typing import BinaryIO, NamedTuple

from . import magic

CHUNK = 16 << 10
"""Bytes read at a time."""
MAX_READ = 256 << 10
"""Bytes of the file that are read at most."""
HEAD = 66912
"""Bytes of the image that tell its kind: as far as the farthest magic that is worth naming (UFS2's)."""
UFS1_AT, UFS1_MAGIC = 8192 + 1372, b"\x54\x19\x01\x00"
HSFS_AT, HSFS_MAGIC = 32769, b"CD001"


class Ramdisk(NamedTuple):
    """What a ramdisk is: whether gzip'ed, its file system (UFS, HSFS or None), and what was seen, for people."""

    gzipped: bool
    filesystem: str | None
    seen: str


def read_ramdisk(stream: BinaryIO) -> Ramdisk:
    """Tell a ramdisk's kind by its head, at most MAX_READ bytes of the file and HEAD bytes of the image."""
    first = stream.read(CHUNK)
    gzipped = first[:2] == b"\x1f\x8b"
    try:
        head = _inflate(first, stream) if gzipped else first + stream.read(HEAD - len(first))
    except zlib.error:
        return Ramdisk(gzipped, None, "a damaged gzip stream")
    filesystem = _filesystem(head)
    seen = filesystem or _name(head)
    return Ramdisk(gzipped, filesystem, f"gzip'ed {seen}" if gzipped else seen)


def _filesystem(head: bytes) -> str | None:
    if head[UFS1_AT : UFS1_AT + 4] == UFS1_MAGIC:
        return "UFS"
    return "HSFS" if head[HSFS_AT : HSFS_AT + 5] == HSFS_MAGIC else None


def _inflate(first: bytes, stream: BinaryIO) -> bytes:
    unpack = zlib.decompressobj(wbits=31)
    head, read, data = b"", 0, first
    while data and len(head) < HEAD and not unpack.eof and not _filesystem(head):
        head += unpack.decompress(data, HEAD - len(head))
        read += len(data)
        data = stream.read(min(CHUNK, MAX_READ - read))
    return head


def _name(head: bytes) -> str:
    if not head:
        return "nothing"
    stream = io.BytesIO(head)

    def peek(offset: int, length: int) -> bytes:
        stream.seek(offset)
        return stream.read(length)

    return f"data ({magic.name(peek)})"
