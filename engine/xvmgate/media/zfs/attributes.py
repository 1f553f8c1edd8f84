"""What a file system knows of a file: its mode, its size, a link's text; in either of the two forms that it had."""

from __future__ import annotations

import struct
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .objset import Object, Objset
    from .zap import Zap

ZNODE, SYSTEM = 17, 44
"""Kinds of a dnode's own bytes: a fixed structure, and since file system version 5 a list by layouts."""
ZNODE_SIZE, ZNODE_MODE_AT, ZNODE_SIZE_AT = 264, 72, 80
SYSTEM_MAGIC, SYSTEM_HEAD = 0x2F505A, 8
MAX_TARGET = 4096
"""Longest text of a link in bytes."""
MAX_ATTRIBUTES, MAX_LAYOUTS = 256, 1024
"""Kinds of attributes in a file system, and orders in which they are found together."""
LINK = 0o120000
FORMAT = 0o170000


class Attributes(NamedTuple):
    """Mode and size of a file, and a link's text as bytes, None for all that is no link."""

    mode: int
    size: int
    target: bytes | None


class AttributeReader:
    """Reads attributes of one file system, whose master node may name a table of layouts."""

    def __init__(self, objset: Objset, master: Zap) -> None:
        self._objset = objset
        self._master = master

    def read(self, found: Object) -> Attributes:
        """Return an object's attributes. Raises MediumError for damage."""
        if found.dnode.bonus_kind == ZNODE:
            return self._znode(found)
        if found.dnode.bonus_kind == SYSTEM:
            return self._system(found)
        raise self._objset.broken(f"cannot be read: its object {found.number} is no file")

    def _znode(self, found: Object) -> Attributes:
        bonus, order = found.dnode.bonus, found.dnode.order
        if len(bonus) < ZNODE_SIZE:
            raise self._objset.broken(f"cannot be read: its object {found.number} has {len(bonus)} bytes of attributes")
        mode, size = struct.unpack_from(f"{order}2Q", bonus, ZNODE_MODE_AT)
        if mode & FORMAT != LINK:
            return Attributes(mode, size, None)
        inline = bonus[ZNODE_SIZE : ZNODE_SIZE + size]
        return self._link(found, mode, size, inline if len(inline) == size else self._objset.block(found, 0).data)

    def _system(self, found: Object) -> Attributes:
        values = self._values(found, found.dnode.bonus, found.dnode.order)
        if found.dnode.spill:
            block = self._objset.spill(found.dnode.spill)
            values = self._values(found, block.data, block.order) | values
        for name in ("ZPL_MODE", "ZPL_SIZE"):
            if len(values.get(name, b"")) != 8:
                raise self._objset.broken(f"cannot be read: its object {found.number} has no {name}")
        order = "little" if found.dnode.order == "<" else "big"
        mode, size = (int.from_bytes(values[name], order) for name in ("ZPL_MODE", "ZPL_SIZE"))  # type: ignore[arg-type]
        if mode & FORMAT != LINK:
            return Attributes(mode, size, None)
        return self._link(found, mode, size, values.get("ZPL_SYMLINK", b""))

    def _link(self, found: Object, mode: int, size: int, text: bytes) -> Attributes:
        if size > MAX_TARGET or len(text) < size:
            raise self._objset.broken(f"cannot be read: its object {found.number} is a link of {size} bytes")
        return Attributes(mode, size, text[:size])

    def _values(self, found: Object, data: bytes, order: str) -> dict[str, bytes]:
        """Cut attributes out of their bytes: a head with the layout and lengths, then values at multiples of a word."""
        if len(data) < SYSTEM_HEAD:
            return {}
        magic, info = struct.unpack_from(f"{order}IH", data)
        at, layout = (info >> 10) * 8, self._layouts.get(info & 0x3FF)
        if magic != SYSTEM_MAGIC or layout is None or at < SYSTEM_HEAD:
            raise self._objset.broken(f"cannot be read: its object {found.number} has attributes of no known layout")
        lengths = struct.unpack_from(f"{order}{at // 2 - 3}H", data[:at].ljust(at, b"\0"), 6)
        values, variable = {}, 0
        for number in layout:
            name, length = self._registry.get(number, ("", 0))
            if length == 0:
                length = lengths[variable] if variable < len(lengths) else 0
                variable += 1
            values[name] = data[at : at + length]
            at += -(-length // 8) * 8
        return values

    @cached_property
    def _registry(self) -> dict[int, tuple[str, int]]:
        """The attributes' names and lengths by number; a length of 0 varies."""
        return {
            value[0] & 0xFFFF: (name, value[0] >> 24 & 0xFFFF)
            for name, value in islice(self._table("REGISTRY").items(), MAX_ATTRIBUTES)
            if value
        }

    @cached_property
    def _layouts(self) -> dict[int, tuple[int, ...]]:
        """The numbers of the attributes of each layout, in their order."""
        found = islice(self._table("LAYOUTS").items(), MAX_LAYOUTS)
        return {int(name): value for name, value in found if name.isascii() and name.isdigit() and len(name) < 5}

    def _table(self, name: str) -> Zap:
        master = self._master.number("SA_ATTRS")
        number = self._objset.zap(master).number(name) if master else None
        if number is None:
            raise self._objset.broken(f"cannot be read: it has no {name} of attributes")
        return self._objset.zap(number)
