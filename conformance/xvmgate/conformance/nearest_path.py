"""Where a file that is missing may have gone: the file of the same or a like name whose path is most alike."""

from __future__ import annotations

from collections import deque
from difflib import SequenceMatcher, get_close_matches
from itertools import islice
from typing import TYPE_CHECKING

from xvmgate.fixtures.layout import every_layout

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xvmgate.media import Entry, Medium

    from .survey import Survey

PLACES = ("/boot", "/platform")
"""Directories below which installers have kept kernels and ramdisks."""
MAX_DIRECTORIES = 128
"""Directories that are looked into."""
MAX_ENTRIES = 4096
"""Entries that are looked at."""
LIKENESS = 0.75
"""How alike two names must be to be taken for one another, by difflib's ratio."""


def nearest_path(survey: Survey, path: str, role: str) -> str | None:
    """Return the path of a regular file that may be the one missing at `path`; `role` is kernel or ramdisk.

    Kernels for the hardware, which lie beside those for Xen under the same name, are never meant.
    """
    wanted = path.rpartition("/")[2]
    files = {found: found.rpartition("/")[2].casefold() for found in _files(survey, role)}
    same = [found for found, name in files.items() if name == wanted.casefold()]
    if not same:
        alike = get_close_matches(wanted.casefold(), sorted(set(files.values())), n=1, cutoff=LIKENESS)
        same = [found for found, name in files.items() if name in alike]
    same = same or [found for found in _known(role) if survey.present(found)]
    return max(sorted(same), key=lambda found: _likeness(found, path), default=None)


def _likeness(found: str, path: str) -> tuple[int, float]:
    found, path = found.casefold(), path.casefold()
    shared = set(found.split("/")) & set(path.split("/"))
    return len(shared), SequenceMatcher(None, found, path).ratio()


def _known(role: str) -> Iterable[str]:
    """List where known releases keep a kernel or ramdisk, ramdisks that no PV layout uses included."""
    for layout in every_layout():
        yield from (pair.kernel if role == "kernel" else pair.ramdisk for pair in layout.pairs.values())
        yield from (path for path, kind in layout.contents.items() if kind == role)


def _files(survey: Survey, role: str) -> set[str]:
    known = {path for path in _known(role) if survey.present(path)}
    hardware = {path for layout in every_layout() for path, kind in layout.contents.items() if kind.startswith("elf")}
    return (known | survey.nearby) - hardware


def walk(medium: Medium) -> Iterable[str]:
    """List regular files at and below PLACES, breadth first, links not followed, within the limits.

    A medium that lists no directory has none: there, only the places of known releases are looked at.
    """
    if not medium.listable:
        return
    queue: deque[tuple[str, Entry]] = deque()
    for place in PLACES:
        found = medium.lookup(place)
        if found.status == "directory" and found.entry:
            queue.append((place, found.entry))
    left = MAX_ENTRIES
    for _ in range(MAX_DIRECTORIES):
        if not queue:
            return
        path, directory = queue.popleft()
        entries = list(islice(medium.children(directory), left))
        left -= len(entries)
        queue.extend((f"{path}/{entry.name}", entry) for entry in entries if entry.kind == "directory")
        yield from (f"{path}/{entry.name}" for entry in entries if entry.kind == "file")
