"""Which files of a medium a layout table has to name: kernels and ramdisks by width, what lies beside them, links."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from xvmgate.conformance.drift.content import ELF, XEN
from xvmgate.conformance.drift.moves import RAMDISKS
from xvmgate.fixtures.layout import BOOT_IMAGE, MENU, every_layout
from xvmgate.media.formats.eltorito import CatalogError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xvmgate.conformance.drift.capture import Capture, Place
    from xvmgate.conformance.survey import Survey
    from xvmgate.fixtures.layout import Layout

MAX_NAMED, MAX_PATH = 256, 1024
"""Paths that a table names beside its pairs, and characters of each."""
MACHINES = {"32-bit 386": 32, "64-bit x86-64": 64}


def pairs(survey: Survey, capture: Capture) -> dict[int, tuple[str, str]]:
    """Return kernel and ramdisk of each width: at documented paths, else what looks like one anywhere."""
    found = {}
    for bits in (32, 64):
        choice = survey.pair(bits)
        kernel = choice.kernel or next(_kernels(capture, bits), None)
        ramdisk = choice.ramdisk or next(_ramdisks(capture, bits), None)
        if kernel and ramdisk:
            found[bits] = (kernel, ramdisk)
    return found


def _kernels(capture: Capture, bits: int) -> Iterator[str]:
    for place in capture.places.values():
        if _printable(place.path) and kind_of(place) == f"kernel{bits}":
            yield place.path


def _ramdisks(capture: Capture, bits: int) -> Iterator[str]:
    """Yield ramdisks that may be of this width, one that the menu names and one of this width alone in front."""
    found = [place.path for place in capture.places.values() if place.format in RAMDISKS and _printable(place.path)]
    fitting = [path for path in found if bits == 64 or "/amd64/" not in path]
    yield from sorted(fitting, key=lambda path: (("/amd64/" in path) != (bits == 64), path not in capture.menu, path))


def kind_of(place: Place) -> str | None:
    """Return the kind that a table gives a file by its format; None where that does not tell."""
    if place.format in RAMDISKS:
        return "ramdisk"
    machine, _, notes = (place.format or "").removeprefix(f"{ELF} ").partition(", ")
    if machine in MACHINES:
        return f"{'kernel' if notes.startswith(XEN) else 'elf'}{MACHINES[machine]}"
    return None


def contents(survey: Survey, capture: Capture, layout: Layout) -> dict[str, str]:
    """Return what else the table names, by where it really lies: what rules and known releases look for."""
    known = {path: kind for known in every_layout() for path, kind in known.contents.items()}
    taken = {survey.lookup(path).real for path in layout.boot_paths()} | {MENU, BOOT_IMAGE}
    found: dict[str, str] = {}
    for place in capture.places.values():
        if place.status == "file" and place.real not in taken:
            known_kind = known.get(place.path)
            usual = known_kind if known_kind in ("text", "zlib", "image-info") else "text"
            found[place.real] = kind_of(place) or usual
    for path, kind in known.items():
        seen = survey.lookup(path)
        if seen.status == ("directory" if kind == "directory" else "file") and seen.real not in taken:
            found.setdefault(seen.real, kind if kind in ("directory", "zlib", "image-info") else "text")
    kept = {path: kind for path, kind in islice(sorted(found.items()), MAX_NAMED) if _printable(path)}
    return kept | ({BOOT_IMAGE: "boot-image"} if survey.present(BOOT_IMAGE) or _boots(survey) else {})


def links(survey: Survey, capture: Capture, layout: Layout) -> dict[str, str]:
    """Return the links that lead to what the table names, or on the way to it."""
    named = {survey.lookup(path).real for path in [*layout.boot_paths(), *_reals(capture)]}
    ours = {path for known in every_layout() for path in known.links}
    found: dict[str, str] = {}
    for item in capture.items.values():
        if item.kind != "link" or item.outcome or item.path in layout.boot_paths() or not _printable(item.path):
            continue
        real = survey.medium.lookup(item.path).real
        on_the_way = any(path.startswith(f"{item.path}/") for path in [*layout.boot_paths(), *capture.menu])
        if (real in named or on_the_way or item.path in ours) and item.target and _printable(item.target):
            found[item.path] = item.target
        if len(found) == MAX_NAMED:
            break
    return found


def _reals(capture: Capture) -> list[str]:
    known = [path for known in every_layout() for path, kind in known.contents.items() if kind != "directory"]
    return [*known, *(place.real for place in capture.places.values() if place.status == "file")]


def _boots(survey: Survey) -> bool:
    try:
        return bool(survey.medium.boot_entries())
    except CatalogError:
        return False


def _printable(path: str) -> bool:
    return path.isprintable() and len(path) <= MAX_PATH
