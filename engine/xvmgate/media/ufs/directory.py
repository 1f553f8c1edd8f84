"""A directory of UFS1: records of inode, length and name, none of which crosses a sector."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

CHUNK = 512
HEAD = 8


class DirectoryError(Exception):
    """A directory whose records do not fit each other; the text says where."""


def names(data: bytes) -> Iterator[tuple[str, int]]:
    """Yield name and inode number of each record in use, without `.` and `..`.

    Raises DirectoryError.
    """
    for chunk in range(0, len(data), CHUNK):
        end, at = min(chunk + CHUNK, len(data)), chunk
        while at < end:
            if at + HEAD > end:
                raise DirectoryError(f"its record at byte {at} is cut off")
            inode, length, low, high = struct.unpack_from("<IHBB", data, at)
            # BSD has a type byte, then the name's length; Solaris one length of 16 bits, whose high byte is 0.
            name_length = high or low
            if length < HEAD or length % 4 or at + length > end or (inode and HEAD + name_length > length):
                raise DirectoryError(f"its record at byte {at} has {length} bytes for a name of {name_length}")
            name = data[at + HEAD : at + HEAD + name_length]
            if inode and name not in (b".", b".."):
                yield name.decode("utf-8", "surrogateescape"), inode
            at += length
