"""What the checks will read of a distant image, told to it beforehand, so that it is fetched in one request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.fixtures.layout import MENU

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xvmgate.media import Entry

    from .survey import Survey

    Piece = tuple[Entry, int, int]

KERNEL_ENDS = 16 << 10
"""Bytes at both ends of a kernel: its headers, and the section headers that name its notes."""
RAMDISK_HEAD = 32 << 10
"""Bytes of a ramdisk; gzip'ed, they tell its file system more often than not."""
MENU_HEAD = 16 << 10
"""Bytes of a boot menu; whole menus are smaller."""


def fetch_ahead(survey: Survey) -> None:
    """Tell a distant medium what will be read. Raises MediumError when fetching fails."""
    survey.medium.prefetch(_wanted(survey))


def _wanted(survey: Survey) -> Iterator[Piece]:
    yield from _piece(survey, MENU, 0, MENU_HEAD)
    if survey.question.mode != "pv":
        return
    pairs = [survey.pair(bits) for bits in survey.question.widths]
    for kernel in dict.fromkeys(pair.kernel for pair in pairs):
        yield from _piece(survey, kernel, 0, KERNEL_ENDS)
        yield from _piece(survey, kernel, -KERNEL_ENDS, KERNEL_ENDS)
    for ramdisk in dict.fromkeys(pair.ramdisk for pair in pairs):
        yield from _piece(survey, ramdisk, 0, RAMDISK_HEAD)


def _piece(survey: Survey, path: str | None, offset: int, length: int) -> Iterator[Piece]:
    """Yield a piece of the file at a path, if one is there; a negative offset counts from its end."""
    found = survey.lookup(path) if path else None
    if found and found.entry and found.is_file:
        size = found.entry.size
        start = max(0, size + offset) if offset < 0 else 0
        yield found.entry, start, min(length, size - start)
