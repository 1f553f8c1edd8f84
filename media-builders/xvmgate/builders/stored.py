"""gzip without compression: stored deflate blocks in a header of our own, so no version of zlib shows (RFC 1952)."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from .content import Content

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADER = b"\x1f\x8b\x08\0\0\0\0\0\x02\xff"
"""Deflate, no flags, no clock, said to be compressed as well as can be, no system named."""
STORED = 56 << 10
"""Bytes of a stored block; deflate allows 65535 (RFC 1951, 3.2.4)."""


def gzipped(inner: Content) -> Content:
    """Return a content as a gzip file that any gzip unpacks."""
    blocks = max(1, -(-inner.size // STORED))
    return Content(len(HEADER) + blocks * 5 + inner.size + 8, lambda: _chunks(inner))


def _chunks(inner: Content) -> Iterator[bytes]:
    yield HEADER
    check, left = 0, inner.size
    for data in _pieces(inner):
        check = zlib.crc32(data, check)
        left -= len(data)
        yield struct.pack("<B2H", left == 0, len(data), len(data) ^ 0xFFFF)
        yield data
    yield struct.pack("<2I", check, inner.size & 0xFFFFFFFF)


def _pieces(inner: Content) -> Iterator[bytes]:
    """Cut the content into pieces of STORED bytes, the last one shorter; an empty content is one empty piece."""
    if inner.size == 0:
        yield b""
        return
    held, size = [], 0
    for chunk in inner.chunks():
        view = memoryview(chunk)
        while size + len(view) >= STORED:
            held.append(view[: STORED - size])
            yield b"".join(held)
            view = view[STORED - size :]
            held, size = [], 0
        held.append(view)
        size += len(view)
    if size:
        yield b"".join(held)
