"""System use entries of ISO9660: SUSP 1.12 (SP, CE, ER, ST) and Rock Ridge 1.12 (NM, SL, PX, CL, PL, RE)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from .volume import SECTOR

if TYPE_CHECKING:
    from collections.abc import Callable

    AreaReader = Callable[[int, int, int], bytes]

MAX_CONTINUATIONS = 64
"""Continuation areas followed for one record; writers need two or three for the longest names and links."""
ROCK_RIDGE = (b"RRIP_1991A", b"IEEE_P1282", b"IEEE_1282")
"""Extension identifiers (ER) that mean Rock Ridge."""


class SuspError(Exception):
    """System use entries that cannot be read; the text says what is wrong with them."""


class RockRidge(NamedTuple):
    """What Rock Ridge says of one record; None or False where it says nothing.

    `mode` is POSIX st_mode; `target` a link's text; `child_block` where a relocated directory really lies;
    `relocated` marks the place it was moved to; `compressed` is zisofs.
    """

    name: bytes | None
    mode: int | None
    target: bytes | None
    child_block: int | None
    relocated: bool
    compressed: bool


def skip_length(root_system_use: bytes) -> int | None:
    """Return SP's LEN_SKP from the root's own record, or None where SUSP is not in use (SUSP 5.3)."""
    if root_system_use[:2] == b"SP" and root_system_use[4:6] == b"\xbe\xef" and len(root_system_use) >= 7:
        return root_system_use[6]
    return None


def has_rock_ridge(area: bytes, read: AreaReader) -> bool:
    """Say whether the root's entries announce Rock Ridge (ER), or use it without (PX).

    What the record itself holds is enough: its continuation area lies far away on some media.
    """
    own: list[tuple[bytes, bytes]] = []
    _split(area, own)
    return _announced(own) or _announced(entries(area, read))


def _announced(found: list[tuple[bytes, bytes]]) -> bool:
    for sign, data in found:
        if sign == b"PX" or (sign == b"ER" and len(data) >= 8 and data[8 : 8 + data[4]] in ROCK_RIDGE):
            return True
    return False


def entries(area: bytes, read: AreaReader) -> list[tuple[bytes, bytes]]:
    """Return each entry's signature and whole bytes; `read(block, offset, length)` gives continuation areas.

    Raises SuspError for entries that do not fit and for chains without end.
    """
    found: list[tuple[bytes, bytes]] = []
    for _ in range(MAX_CONTINUATIONS):
        following = _split(area, found)
        if following is None:
            return found
        area = _continuation(following, read)
    raise SuspError(f"a chain of more than {MAX_CONTINUATIONS} continuation areas")


def _split(area: bytes, found: list[tuple[bytes, bytes]]) -> tuple[int, ...] | None:
    """Add an area's entries to those found; return where the next area lies, None where this was the last."""
    following = None
    at, end = 0, len(area)
    while at + 4 <= end and area[at]:
        sign, length = area[at : at + 2], area[at + 2]
        if length < 4 or at + length > end:
            raise SuspError(f"a system use entry at byte {at} does not fit")
        if sign == b"ST":
            break
        if sign == b"CE" and length >= 28:
            following = struct.unpack_from("<4xI4xI4xI", area, at)
        else:
            found.append((sign, area[at : at + length]))
        at += length
    return following


def _continuation(where: tuple[int, ...], read: AreaReader) -> bytes:
    block, offset, length = where
    if offset + length > SECTOR:
        raise SuspError(f"a continuation area of {length} bytes at {offset} leaves its sector")
    return read(block, offset, length)


def rock_ridge(area: bytes, read: AreaReader) -> RockRidge:
    """Read what Rock Ridge says of a record.

    Raises SuspError for entries that cannot be read.
    """
    name: bytes | None = None
    mode = child = link = None
    relocated = compressed = False
    for sign, data in entries(area, read):
        if sign == b"NM" and len(data) >= 5 and not data[4] & 6:
            name = (name or b"") + data[5:]
        elif sign == b"PX" and len(data) >= 12:
            mode = struct.unpack_from("<4xI", data)[0]
        elif sign == b"SL":
            link = link or _Link()
            link.add(data)
        elif sign == b"CL" and len(data) >= 12:
            child = struct.unpack_from("<4xI", data)[0]
        elif sign == b"RE":
            relocated = True
        elif sign == b"ZF":
            compressed = True
    return RockRidge(name, mode, link.target if link else None, child, relocated, compressed)


def quick_name(area: bytes) -> bytes | None:
    """Return the name where the area's one NM is whole and nothing else matters, else None: read it all then.

    A shortcut for large directories: it never answers otherwise than `rock_ridge` does.
    """
    at, name = 0, None
    while at + 4 <= len(area) and area[at]:
        sign, length = area[at : at + 2], area[at + 2]
        if length < 4 or at + length > len(area) or sign in (b"CE", b"RE", b"ST"):
            return None
        if sign == b"NM":
            if name is not None or length < 5 or area[at + 4]:
                return None
            name = area[at + 5 : at + length]
        at += length
    return name


class _Link:
    """The text of a symbolic link, put together from the component records of its SL entries (Rock Ridge 4.1.3)."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._open = False

    def add(self, entry: bytes) -> None:
        at = 5
        while at + 2 <= len(entry):
            flags, length = entry[at], entry[at + 1]
            if at + 2 + length > len(entry):
                raise SuspError("a component of a symbolic link does not fit")
            self._component(flags, entry[at + 2 : at + 2 + length])
            at += 2 + length

    def _component(self, flags: int, text: bytes) -> None:
        if flags & 0x08:
            self._parts = [b""]
        elif flags & 0x06:
            self._parts.append(b"." if flags & 0x02 else b"..")
        elif self._open:
            self._parts[-1] += text
        else:
            self._parts.append(text)
        self._open = bool(flags & 0x01)

    @property
    def target(self) -> bytes:
        return b"/" if self._parts == [b""] else b"/".join(self._parts)
