"""An image in memory as a source: to be changed byte by byte, and to see what a reader reads."""

from __future__ import annotations

from pathlib import Path

from xvmgate.media import MediumError


class MemorySource:
    """Bytes by offset, with the attributes and methods of FileSource; `reads` has every read's offset and length."""

    def __init__(self, data: bytes | bytearray, location: str = "image") -> None:
        self.data = bytearray(data)
        self.location = location
        self.reads: list[tuple[int, int]] = []
        self.closed = False

    @classmethod
    def of(cls, path: Path | str) -> MemorySource:
        """Return the content of a file."""
        return cls(Path(path).read_bytes(), str(path))

    @property
    def size(self) -> int:
        """Bytes in all."""
        return len(self.data)

    @property
    def bytes_read(self) -> int:
        """Bytes read so far."""
        return sum(length for _, length in self.reads)

    @property
    def requests(self) -> int:
        """Reads issued so far."""
        return len(self.reads)

    def read(self, offset: int, length: int) -> bytes:
        """Read exactly so many bytes. Raises MediumError."""
        if offset < 0 or length < 0 or offset + length > self.size:
            raise self.broken(f"truncated at byte {offset}")
        return self.peek(offset, length)

    def peek(self, offset: int, length: int) -> bytes:
        """Read up to so many bytes."""
        assert offset >= 0
        assert length >= 0
        data = bytes(self.data[offset : offset + length])
        self.reads.append((offset, len(data)))
        return data

    def broken(self, problem: str) -> MediumError:
        """Return the error for damage."""
        return MediumError(self.location, problem, "write or fetch the image again")

    def close(self) -> None:
        """Note that the source was given back."""
        self.closed = True
