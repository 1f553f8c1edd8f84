"""A small assembler of ISO9660 images, for what no honest writer writes: blocks and records put together by hand."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

SECTOR = 2048
ROOT = 20
"""The block of the root directory."""
DIRECTORY, FILE = 0o040755, 0o100644
SP = b"SP\x07\x01\xbe\xef\x00"


def both(number: int) -> bytes:
    """Return a number in both byte orders."""
    return struct.pack("<I", number) + struct.pack(">I", number)


def entry(sign: bytes, data: bytes) -> bytes:
    """Return a system use entry."""
    return sign + bytes([len(data) + 4, 1]) + data


def px(mode: int) -> bytes:
    """Return a PX entry."""
    return entry(b"PX", both(mode) + both(1) + both(0) + both(0))


def nm(name: bytes, flags: int = 0) -> bytes:
    """Return an NM entry."""
    return entry(b"NM", bytes([flags]) + name)


def ce(block: int, offset: int, length: int) -> bytes:
    """Return a CE entry."""
    return entry(b"CE", both(block) + both(offset) + both(length))


def sl(*components: tuple[int, bytes], flags: int = 0) -> bytes:
    """Return an SL entry of components (flags, text)."""
    return entry(b"SL", bytes([flags]) + b"".join(bytes([mark, len(text)]) + text for mark, text in components))


def record(
    name: bytes, block: int, size: int, flags: int = 0, use: bytes = b"", unit: int = 0, length: int | None = None
) -> bytes:
    """Return a directory record; `length` overrides its true length."""
    body = both(block) + both(size) + bytes(7) + bytes([flags, unit, 0]) + b"\x01\0\0\x01" + bytes([len(name)]) + name
    body += b"" if len(name) & 1 else b"\0"
    body += use + (b"\0" if len(use) & 1 else b"")
    return bytes([len(body) + 2 if length is None else length, 0]) + body


def directory(block: int, *records: bytes, size: int = SECTOR, use: bytes = b"") -> bytes:
    """Return a directory's data: itself, its parent, and more records."""
    own = record(b"\0", block, size, 2, use)
    return (own + record(b"\1", ROOT, SECTOR, 2) + b"".join(records)).ljust(size, b"\0")


def descriptor(kind: int = 1, root: bytes | None = None, block_size: int = SECTOR, blocks: int = 64) -> bytes:
    """Return a volume descriptor."""
    data = bytearray(SECTOR)
    data[0:7] = bytes([kind]) + b"CD001\x01"
    data[40:72] = b"FORGED".ljust(32)
    data[80:88] = both(blocks)
    data[128:132] = struct.pack("<H", block_size) + struct.pack(">H", block_size)
    data[156:190] = root or record(b"\0", ROOT, SECTOR, 2)
    return bytes(data)


class Forge:
    """Writes images; `rr` makes a Rock Ridge image of a root directory's records."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, blocks: dict[int, bytes], size: int = 64 * SECTOR) -> str:
        """Write blocks at their places into an image of `size` bytes, the rest a hole."""
        path = self.folder / "forged.iso"
        with path.open("wb") as file:
            for block, data in blocks.items():
                file.seek(block * SECTOR)
                file.write(data)
            file.truncate(size)
        return str(path)

    def rr(self, *records: bytes, blocks: dict[int, bytes] | None = None) -> str:
        """Write a Rock Ridge image whose root holds the records."""
        root = directory(ROOT, *records, use=SP + px(DIRECTORY))
        return self.write({16: descriptor(), 17: descriptor(255), ROOT: root, **(blocks or {})})


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    """The assembler."""
    return Forge(tmp_path)


@pytest.fixture
def make() -> dict[str, Callable[..., bytes]]:
    """The assembler's parts by name: record, directory, descriptor, nm, px, ce, sl, entry."""
    return {part.__name__: part for part in (record, directory, descriptor, nm, px, ce, sl, entry)}
