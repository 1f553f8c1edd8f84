"""Copying a file of a medium to a file of the host: by the kernel where it can, else piece by piece."""

from __future__ import annotations

import errno
import hashlib
import os
from typing import TYPE_CHECKING

from .base import CHUNK, MediumError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .base import Entry, LocalPieces, Medium
    from .extents import Extent

    Advance = Callable[[int], None]

STEP = 16 << 20
"""Bytes that the kernel copies at a time, between two looks at the user's patience."""
CANNOT = (errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EBADF, errno.EPERM)
"""What the kernel says where it cannot copy from that file to this one by itself."""


def copy(
    medium: Medium, entry: Entry, descriptor: int, advance: Advance, *, start: int = 0, hashed: bool = False
) -> str:
    """Copy a file's bytes from `start` on to an open file that holds those before; return its sha256 in hex, or "".

    `advance(bytes)` is called as it goes. Raises MediumError when reading fails, OSError when writing does.
    """
    digest = hashlib.sha256() if hashed else None
    pieces = medium.local_pieces(entry) if start == 0 else None
    if pieces:
        _copy_pieces(medium, pieces, descriptor, advance, digest.update if digest else None)
        return digest.hexdigest() if digest else ""
    if digest:
        _digest_beginning(descriptor, start, digest.update)
    os.ftruncate(descriptor, start)
    os.lseek(descriptor, start, os.SEEK_SET)
    for data in medium.chunks(entry, start):
        _write(descriptor, data)
        advance(len(data))
        if digest:
            digest.update(data)
    return digest.hexdigest() if digest else ""


def _digest_beginning(descriptor: int, size: int, update: Callable[[bytes], None]) -> None:
    for at in range(0, size, CHUNK):
        update(os.pread(descriptor, min(CHUNK, size - at), at))


def _copy_pieces(
    medium: Medium,
    pieces: LocalPieces,
    descriptor: int,
    advance: Advance,
    update: Callable[[memoryview], None] | None,
) -> None:
    try:
        for extent in pieces.extents:
            copied = 0 if update else _by_kernel(pieces.descriptor, extent, descriptor, advance)
            _by_hand(medium, pieces.descriptor, extent, copied, descriptor, advance, update)
            pieces.counted(extent.size)
    finally:
        if pieces.owned:
            os.close(pieces.descriptor)


def _by_kernel(source: int, extent: Extent, descriptor: int, advance: Advance) -> int:
    """Let the kernel copy a piece; return how many bytes of it it did before it could not go on."""
    done = 0
    while done < extent.size:
        try:
            count = os.copy_file_range(source, descriptor, min(STEP, extent.size - done), extent.start + done)
        except OSError as error:
            if error.errno not in CANNOT:
                raise
            return done
        if count == 0:
            return done
        done += count
        advance(count)
    return done


def _by_hand(
    medium: Medium,
    source: int,
    extent: Extent,
    done: int,
    descriptor: int,
    advance: Advance,
    update: Callable[[memoryview], None] | None,
) -> None:
    """Copy what is left of a piece behind its first `done` bytes. Raises MediumError where it ends too early."""
    buffer = memoryview(bytearray(min(CHUNK, extent.size - done)))
    while done < extent.size:
        try:
            count = os.preadv(source, [buffer[: min(len(buffer), extent.size - done)]], extent.start + done)
        except OSError as error:
            raise MediumError(medium.location, f"cannot be read: {error.strerror}", "copy it again") from error
        if count == 0:
            raise MediumError(
                medium.location, f"truncated: it ends {extent.size - done} bytes too early", "write or fetch it again"
            )
        data = buffer[:count]
        _write(descriptor, data)
        if update:
            update(data)
        done += count
        advance(count)


def _write(descriptor: int, data: bytes | memoryview) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
