"""What a server says of the ranges it sends: Content-Range and multipart/byteranges (RFC 9110, 14.4 and 14.6)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CONTENT_RANGE = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19})", re.IGNORECASE)
BOUNDARY = re.compile(r'multipart/byteranges\s*;.*boundary="?([^";,\s]{1,200})"?', re.IGNORECASE)
MAX_PART_HEAD = 4096
"""Bytes of one part's headers."""
OVERHEAD = 1024
"""Bytes that one part may cost beside its content."""


class RangeError(Exception):
    """An answer that does not say what part of the file it holds, or another than was asked for."""


class Span(NamedTuple):
    """A part of a file: bytes `start` up to `end`, of `total`."""

    start: int
    end: int
    total: int


def read_content_range(value: str | None) -> Span:
    """Read a Content-Range header.

    Raises RangeError for one that is missing, unreadable or contradicts itself.
    """
    if value is None:
        raise RangeError("a part of the file without Content-Range")
    found = CONTENT_RANGE.fullmatch(value.strip())
    if found is None:
        raise RangeError(f"a Content-Range that cannot be read: {value[:80]!r}")
    first, last, total = (int(number) for number in found.groups())
    if not first <= last < total:
        raise RangeError(f"a Content-Range that contradicts itself: {value[:80]!r}")
    return Span(first, last + 1, total)


def header(runs: Sequence[tuple[int, int]]) -> str:
    """Return the Range header for runs of bytes (start, end)."""
    return "bytes=" + ",".join(f"{start}-{end - 1}" for start, end in runs)


def boundary(content_type: str) -> bytes | None:
    """Return the boundary of a multipart/byteranges answer, None for another type."""
    found = BOUNDARY.match(content_type)
    return found[1].encode("latin-1", "replace") if found else None


def read_parts(body: bytes, mark: bytes) -> Iterator[tuple[Span, bytes]]:
    """Yield the parts of a multipart/byteranges body.

    Raises RangeError for a part that is cut, or does not say what it is.
    """
    delimiter = b"--" + mark
    at = body.find(delimiter)
    while at >= 0:
        at += len(delimiter)
        if body[at : at + 2] == b"--":
            return
        end = body.find(b"\r\n\r\n", at, at + MAX_PART_HEAD)
        if end < 0:
            break
        span = read_content_range(_field(body[at:end], b"content-range"))
        data = body[end + 4 : end + 4 + span.end - span.start]
        if len(data) != span.end - span.start:
            break
        yield span, data
        at = body.find(delimiter, end + 4 + len(data))
    raise RangeError("an answer of several parts that is cut")


def _field(head: bytes, name: bytes) -> str | None:
    for line in head.split(b"\r\n"):
        key, _, value = line.partition(b":")
        if key.strip().lower() == name:
            return value.decode("latin-1").strip()
    return None
