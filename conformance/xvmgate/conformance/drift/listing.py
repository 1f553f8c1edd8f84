"""Every name on a medium, in one walk: names, kinds, sizes, and where links lead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.media import MediumError
from xvmgate.media.formats.record import Record

from .capture import Item

if TYPE_CHECKING:
    from collections.abc import Callable

    from xvmgate.media import Entry, Medium

MAX_NAMES = 1_000_000
"""Names on a medium that are listed; a DVD of Nevada has some 60,000."""
MAX_DEPTH = 256
"""Directories within each other."""
MAX_TEXT = 256 << 20
"""Characters of all paths and targets together."""
MAX_LINKS = 65_536
"""Links that are followed to see where they lead; an installed root has some 10,000."""
STEP = 1024
"""Names between two calls of `advance`."""


def listing(medium: Medium, advance: Callable[[int], None] = lambda _: None) -> dict[str, Item]:
    """Return every name below the root, by path, sorted; `advance(names)` is called as it goes.

    Raises MediumError for damage, and for a medium beyond the limits.
    """
    return _Listing(medium, advance).run()


class _Listing:
    """One walk: the directories still to read, with paths and depths; of an image, by block, those that were met."""

    def __init__(self, medium: Medium, advance: Callable[[int], None]) -> None:
        self._medium = medium
        self._advance = advance
        self._items: list[Item] = []
        self._text = 0
        self._todo: list[tuple[str, Entry, int]] = []
        self._read: dict[int, str] = {}

    def run(self) -> dict[str, Item]:
        self._add("", self._medium.root(), 0)
        while self._todo:
            self._directory(*self._todo.pop())
        self._items.sort()
        links = [place for place, item in enumerate(self._items) if item.kind == "link"]
        if len(links) > MAX_LINKS:
            self._refuse(f"it holds more than {MAX_LINKS} symbolic links")
        for place in links:
            item = self._items[place]
            status = self._medium.lookup(item.path).status
            if status in ("escape", "loop", "missing"):
                self._items[place] = item._replace(outcome=status)
        return {item.path: item for item in self._items}

    def _directory(self, path: str, directory: Entry, depth: int) -> None:
        items, size = self._items, 0
        for entry in self._medium.children(directory):
            name, kind = entry.name, entry.kind
            below = f"{path}/{name}"
            items.append(Item(below, kind, entry.size if kind == "file" else 0, entry.target))
            size += len(below) + len(entry.target or "")
            if len(items) % STEP == 0:
                self._advance(STEP)
                self._bound(self._text + size)
            if kind == "directory":
                self._add(below, entry, depth + 1)
        self._text += size
        self._bound(self._text)

    def _add(self, path: str, directory: Entry, depth: int) -> None:
        if depth > MAX_DEPTH:
            self._refuse(f"it has more than {MAX_DEPTH} directories within each other")
        if isinstance(directory.handle, Record):
            block = directory.handle.block
            if self._read.setdefault(block, path) is not path:
                self._refuse(f"its directory {path} is {self._read[block] or '/'} again, at block {block}")
        self._todo.append((path, directory, depth))

    def _bound(self, text: int) -> None:
        if len(self._items) > MAX_NAMES:
            self._refuse(f"it holds more than {MAX_NAMES} names")
        if text > MAX_TEXT:
            self._refuse(f"its names take more than {MAX_TEXT >> 20} MiB")

    def _refuse(self, problem: str) -> None:
        raise MediumError(self._medium.location, problem[:400], "write or fetch the image again")
