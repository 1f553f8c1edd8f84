"""Bytes by offset: what an image reader reads from."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .base import MediumError

if TYPE_CHECKING:
    from typing import Protocol

    class ByteSource(Protocol):
        """What image readers ask of a source: FileSource's attributes and methods, whatever lies behind them."""

        location: str

        @property
        def size(self) -> int:
            """Bytes in all."""

        @property
        def bytes_read(self) -> int:
            """Bytes read so far."""

        @property
        def requests(self) -> int:
            """Reads issued so far."""

        def read(self, offset: int, length: int) -> bytes:
            """Read exactly so many bytes. Raises MediumError."""

        def peek(self, offset: int, length: int) -> bytes:
            """Read up to so many bytes. Raises MediumError."""

        def broken(self, problem: str) -> MediumError:
            """Return the error for damage."""

        def close(self) -> None:
            """Give the source back."""


CLOSED = -1
"""A descriptor that no file has, so that a late read fails and never reads another file that took its number."""


class FileSource:
    """A local file or block device, read with `pread`; counts bytes and reads, and never grows a buffer on its own."""

    def __init__(self, location: str) -> None:
        self.location = location
        self.bytes_read = 0
        self.requests = 0
        self.descriptor = CLOSED
        try:
            self.descriptor = os.open(location, os.O_RDONLY | os.O_NONBLOCK)
            self.size = os.lseek(self.descriptor, 0, os.SEEK_END)
        except OSError as error:
            self.close()
            raise MediumError(
                location, f"cannot be read: {error.strerror}", "mend its permissions or give another file", rule=None
            ) from error

    def read(self, offset: int, length: int) -> bytes:
        """Read exactly `length` bytes at `offset`.

        Raises MediumError when the image ends before, or the device fails.
        """
        if offset < 0 or length < 0 or offset + length > self.size:
            raise self.broken(f"truncated: bytes {offset} to {offset + length} are wanted of {self.size}")
        data = self.peek(offset, length)
        if len(data) != length:
            raise self.broken(f"read short at byte {offset}: {len(data)} of {length} bytes")
        return data

    def peek(self, offset: int, length: int) -> bytes:
        """Read up to `length` bytes at `offset`, fewer at the end.

        Raises MediumError when the device fails.
        """
        try:
            data = os.pread(self.descriptor, length, offset)
            while len(data) < length and (more := os.pread(self.descriptor, length - len(data), offset + len(data))):
                data += more
        except OSError as error:
            raise self.broken(f"cannot be read at byte {offset}: {error.strerror}") from error
        self.count(len(data))
        return data

    def count(self, size: int) -> None:
        """Add one read of so many bytes to the counts."""
        self.bytes_read += size
        self.requests += 1

    def broken(self, problem: str) -> MediumError:
        """Return the error for damage in the image; the caller raises it."""
        return MediumError(self.location, problem, "write or fetch the image again")

    def close(self) -> None:
        """Close the descriptor; a second time does nothing."""
        descriptor, self.descriptor = self.descriptor, CLOSED
        if descriptor != CLOSED:
            os.close(descriptor)
