"""Which family a medium is of, and which kernel and ramdisk of each width would be booted from it.

Pure: a medium is seen through `present`, which says whether a regular file lies at a path (links followed).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xvmgate.fixtures.rule import boot_files

if TYPE_CHECKING:
    from collections.abc import Callable

    from xvmgate.fixtures.rule import BootFile, Rule

    Present = Callable[[str], bool]

WIDTHS = (32, 64)


class Choice(NamedTuple):
    """What one width of a family would boot; a side is None where no documented path holds a file."""

    kernel: str | None
    ramdisk: str | None

    @property
    def complete(self) -> bool:
        """Whether both kernel and ramdisk are there."""
        return self.kernel is not None and self.ramdisk is not None


def family_of(present: Present) -> str | None:
    """Return the medium's PV family, by its files alone (reading `family-order`, default side).

    A kernel makes it opensolaris; nevada takes kernel and miniroot of one width.
    """
    if any(choose("opensolaris", bits, present).kernel for bits in WIDTHS):
        return "opensolaris"
    if any(choose("nevada", bits, present).complete for bits in WIDTHS):
        return "nevada"
    return None


def choose(family: str, bits: int, present: Present) -> Choice:
    """Pick kernel and ramdisk of one width by the PATH rules (reading `ramdisk-order`, default side)."""
    return Choice(
        _first(boot_files(family, bits, "kernel"), present), _first(boot_files(family, bits, "ramdisk"), present)
    )


def _first(files: list[tuple[Rule, BootFile]], present: Present) -> str | None:
    return next((file.path for _, file in files if present(file.path)), None)
