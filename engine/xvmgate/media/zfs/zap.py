"""A table of names and numbers: all in one block, or as a hash table of blocks (on-disk format, chapter 5)."""

from __future__ import annotations

import struct
from functools import cached_property
from typing import TYPE_CHECKING

from . import fatzap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .objset import Object, Objset

    Value = tuple[int, ...]

MICRO, FAT = (1 << 63) + 3, (1 << 63) + 1
MAX_MICRO = 1 << 20
"""Largest table of one block, in bytes; the newest pools allow so much, older ones 128 KiB."""
ENTRY, NAME_AT, NAME_SIZE = 64, 14, 50
"""Bytes of an entry of the small form, and where it has its name."""


class Zap:
    """The table that an object holds; a name has one number or several. Raises MediumError wherever it is damaged."""

    def __init__(self, objset: Objset, found: Object) -> None:
        self._objset = objset
        self._object = found
        block = objset.block(found, 0)
        (kind,) = struct.unpack_from(f"{block.order}Q", block.data)
        if kind not in (MICRO, FAT):
            raise objset.broken(f"cannot be read: its object {found.number} is no table of names")
        self._fat = fatzap.FatZap(self._block, self._broken, found.dnode.block_size) if kind == FAT else None

    def get(self, name: str) -> Value | None:
        """Return what a name stands for, None where it is not in the table."""
        return self._fat.get(_bytes(name)) if self._fat else self._micro.get(_bytes(name))

    def number(self, name: str) -> int | None:
        """Return the one number that a name stands for, None where it is not in the table."""
        found = self.get(name)
        return found[0] if found else None

    def items(self) -> Iterator[tuple[str, Value]]:
        """Yield every name with what it stands for."""
        for name, value in self._fat.items() if self._fat else self._micro.items():
            yield name.decode("utf-8", "surrogateescape"), value

    @cached_property
    def _micro(self) -> dict[bytes, Value]:
        if self._object.dnode.block_size > MAX_MICRO:
            raise self._broken(f"has a block of {self._object.dnode.block_size} bytes")
        data, order = self._objset.block(self._object, 0)
        found = {}
        for at in range(ENTRY, len(data) - ENTRY + 1, ENTRY):
            name = data[at + NAME_AT : at + NAME_AT + NAME_SIZE].partition(b"\0")[0]
            if name:
                found[name] = struct.unpack_from(f"{order}Q", data, at)
        return found

    def _block(self, number: int) -> tuple[bytes, str]:
        return self._objset.block(self._object, number)

    def _broken(self, problem: str) -> Exception:
        return self._objset.broken(f"cannot be read: its table in object {self._object.number} {problem}")


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")
