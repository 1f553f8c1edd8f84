"""Moves: a file that vanished at one path and appeared at another, by its content, else by its role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .content import ELF, XEN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .capture import Place

SAME, REBUILT = "the same content", "rebuilt"
RAMDISKS = ("UFS", "gzip'ed UFS", "HSFS", "gzip'ed HSFS")
"""Formats of a ramdisk."""


def moves(old: Mapping[str, Place], new: Mapping[str, Place]) -> dict[str, tuple[str, str]]:
    """Return, for each path that moved, where to and how; `old` are vanished places and `new` appeared ones.

    By content first; then a kernel of one kind or a ramdisk of one width takes the place of one like it.
    """
    found: dict[str, tuple[str, str]] = {}
    for how, likeness in ((SAME, _content), (REBUILT, _role)):
        vanished = {path: place for path, place in old.items() if path not in found}
        taken = {to for to, _ in found.values()}
        appeared = {path: place for path, place in new.items() if path not in taken}
        found |= {path: (to, how) for path, to in _paired(vanished, appeared, likeness).items()}
    return found


def _paired(old: Mapping[str, Place], new: Mapping[str, Place], likeness: Callable[[Place], object]) -> dict[str, str]:
    """Pair the places that are alike, one to one, in the order of their paths."""
    waiting: dict[object, list[str]] = {}
    for path in sorted(new, reverse=True):
        if (key := likeness(new[path])) is not None:
            waiting.setdefault(key, []).append(path)
    pairs = {}
    for path in sorted(old):
        if left := waiting.get(likeness(old[path])):
            pairs[path] = left.pop()
    return pairs


def _content(place: Place) -> object:
    return (place.size, place.sha256) if place.sha256 and place.size else None


def _role(place: Place) -> object:
    """Return what a rebuilt file keeps: that it is a ramdisk, or a kernel for Xen or the hardware, and its width."""
    wide = "/amd64/" in place.path
    if place.format in RAMDISKS:
        return "ramdisk", wide
    if place.format and place.format.startswith(ELF):
        return "kernel", place.format.partition(",")[0], wide, XEN in place.format
    return None
