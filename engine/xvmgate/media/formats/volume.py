"""ISO9660 volume descriptors (ECMA-119, section 8) and the Joliet supplement: where a volume's tree begins."""

from __future__ import annotations

import struct
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

SECTOR = 2048
"""Logical sector size in bytes."""
FIRST_DESCRIPTOR = 16 * SECTOR
"""Byte offset of the first volume descriptor."""
MAX_DESCRIPTORS = 64
"""Descriptors looked at before the set is called endless; real media have four or fewer."""
MAGIC = b"CD001"
BLOCK_SIZES = (512, 1024, 2048)
JOLIET_ESCAPES = (b"%/@", b"%/C", b"%/E")
EL_TORITO = b"EL TORITO SPECIFICATION"


class VolumeError(Exception):
    """Volume descriptors that cannot be used; the text says what is wrong with them."""


class Volume(NamedTuple):
    """One volume descriptor: `block_size` and `size` in bytes, `root` its root directory record, 34 bytes."""

    joliet: bool
    block_size: int
    size: int
    volume_id: str
    created: str | None
    root: bytes


class Descriptors(NamedTuple):
    """What the descriptor set names; `boot_catalog` is the El Torito catalog's sector, None where there is none."""

    primary: Volume
    joliet: Volume | None
    boot_catalog: int | None


def read_descriptors(peek: Callable[[int, int], bytes]) -> Descriptors:
    """Read the descriptor set with `peek(offset, length)`.

    Raises VolumeError for a set without a usable primary descriptor.
    """
    primary = joliet = catalog = None
    for data in _descriptors(peek):
        if data[0] == 0 and data[7:30] == EL_TORITO:
            catalog = int(struct.unpack_from("<I", data, 71)[0])
        elif data[0] == 1 and primary is None:
            primary = _volume(data, joliet=False)
        elif data[0] == 2 and joliet is None and data[88:91] in JOLIET_ESCAPES:
            joliet = _volume(data, joliet=True)
    if primary is None:
        raise VolumeError("it has no primary volume descriptor")
    return Descriptors(primary, joliet, catalog)


def _descriptors(peek: Callable[[int, int], bytes]) -> list[bytes]:
    """Read descriptors up to the terminator; four at a time, which is one read on real media."""
    found: list[bytes] = []
    while len(found) < MAX_DESCRIPTORS:
        chunk = peek(FIRST_DESCRIPTOR + len(found) * SECTOR, 4 * SECTOR)
        for start in range(0, 4 * SECTOR, SECTOR):
            data = chunk[start : start + SECTOR]
            if len(data) < SECTOR:
                raise VolumeError("truncated: it ends inside its volume descriptors")
            if data[1:6] != MAGIC:
                raise VolumeError("its volume descriptors have no terminator")
            if data[0] == 255:
                return found
            found.append(data)
    raise VolumeError(f"it has more than {MAX_DESCRIPTORS} volume descriptors")


def _volume(data: bytes, *, joliet: bool) -> Volume:
    (blocks,) = struct.unpack_from("<I", data, 80)
    (block_size,) = struct.unpack_from("<H", data, 128)
    if block_size not in BLOCK_SIZES:
        raise VolumeError(f"its block size is {block_size}, which ISO9660 does not know")
    name = data[40:72].decode("utf-16-be" if joliet else "ascii", "replace")
    return Volume(joliet, block_size, blocks * block_size, name.rstrip(" \0"), _date(data[813:830]), data[156:190])


def _date(field: bytes) -> str | None:
    """Turn the 17 bytes of section 8.4.26.1 into ISO 8601; None where the date is unset or nonsense."""
    digits, quarters = field[:16], struct.unpack("b", field[16:])[0]
    if not digits.isdigit() or not -48 <= quarters <= 52:
        return None
    month, day, hour, minute, second = (int(digits[at : at + 2]) for at in range(4, 14, 2))
    zone = timezone(timedelta(minutes=15 * quarters))
    try:
        return datetime(int(digits[:4]), month, day, hour, minute, second, tzinfo=zone).isoformat()
    except ValueError:
        return None
