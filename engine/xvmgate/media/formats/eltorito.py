"""The El Torito boot catalog (version 1.0, section 2): whether a BIOS can boot a medium, and what it would load."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

ENTRY = 32
"""Bytes of every entry of the catalog."""
CATALOG_SIZE = 2048
"""Bytes of the catalog that are read: one sector, 64 entries."""
X86, EFI = 0, 0xEF
"""Platform IDs."""
BOOTABLE = 0x88
HEADER_MORE, HEADER_LAST = 0x90, 0x91


class CatalogError(Exception):
    """A boot catalog that no BIOS would accept; the text says why."""


class BootEntry(NamedTuple):
    """One entry: its platform, whether it is marked bootable, the image's sector, its load size in 512-byte units."""

    platform: int
    bootable: bool
    sector: int
    load_units: int


def read_catalog(data: bytes) -> list[BootEntry]:
    """Read the entries of a catalog, the initial one first.

    Raises CatalogError when its validation entry is not in order.
    """
    if len(data) < 2 * ENTRY or data[0] != 1 or data[30:32] != b"\x55\xaa":
        raise CatalogError("its boot catalog has no validation entry")
    if sum(struct.unpack("<16H", data[:ENTRY])) & 0xFFFF:
        raise CatalogError("its boot catalog's checksum is wrong")
    return list(_entries(data, data[1]))


def _entries(data: bytes, platform: int) -> Iterator[BootEntry]:
    yield _entry(data, ENTRY, platform)
    at, more = 2 * ENTRY, True
    while more and at + ENTRY <= len(data) and data[at] in (HEADER_MORE, HEADER_LAST):
        more = data[at] == HEADER_MORE
        section, count = data[at + 1], struct.unpack_from("<H", data, at + 2)[0]
        at += ENTRY
        for _ in range(count):
            if at + ENTRY > len(data):
                return
            yield _entry(data, at, section)
            at += ENTRY


def _entry(data: bytes, at: int, platform: int) -> BootEntry:
    load_units, sector = struct.unpack_from("<HI", data, at + 6)
    return BootEntry(platform, data[at] == BOOTABLE, sector, load_units)
