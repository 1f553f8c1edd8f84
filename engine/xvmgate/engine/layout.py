"""Which family a medium is of, and which kernel and ramdisk of each width would be booted from it.

Pure: a medium is seen through `present`, which says whether a regular file lies at a path (links followed). The default
sides of the readings hold here; `selection` is where they can be switched.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from xvmgate.fixtures.rule import boot_files

if TYPE_CHECKING:
    from collections.abc import Callable

    Present = Callable[[str], bool]

WIDTHS = (32, 64)


class Choice(NamedTuple):
    """What one width of a family would boot; a side is None where no documented path holds a file."""

    kernel: str | None
    ramdisk: str | None


def family_of(present: Present) -> str | None:
    """Return the medium's PV family, by its files alone (reading `family-order`, default side).

    A kernel makes it opensolaris; nevada takes kernel and miniroot of one width.
    """
    if any(present(path) for bits in WIDTHS for path in paths("opensolaris", bits, "kernel")):
        return "opensolaris"
    return "nevada" if is_nevada(present) else None


def is_nevada(present: Present) -> bool:
    """Say whether the medium has kernel and miniroot of one width of Nevada, whatever else it has."""
    return any(all(any(map(present, paths("nevada", bits, role))) for role in ("kernel", "ramdisk")) for bits in WIDTHS)


def choose(family: str, bits: int, present: Present) -> Choice:
    """Choose kernel and ramdisk of one width by the PATH rules (reading `ramdisk-order`, default side).

    The first file that is there counts: of the newest releases, and for a single width before one for both.
    """
    kernel, ramdisk = (next(filter(present, paths(family, bits, role)), None) for role in ("kernel", "ramdisk"))
    return Choice(kernel, ramdisk)


@cache
def paths(family: str, bits: int, role: str) -> tuple[str, ...]:
    """Return the documented paths of one family, width and role, those looked for first in front."""
    return tuple(file.path for _, file in boot_files(family, bits, role))
