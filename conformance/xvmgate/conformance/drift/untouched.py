"""What changed where no rule looks: names that came, went, or are something else now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.reports.drift.values import APPEARED, CHANGED, VANISHED, Change

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from .capture import Capture, Item


def untouched(old: Capture, new: Capture, seen: Container[str]) -> list[Change]:
    """Return the changes at all paths but those of `seen`, by path."""
    return list(_changes(old, new, seen))


def _changes(old: Capture, new: Capture, seen: Container[str]) -> Iterator[Change]:
    for path in sorted(old.items.keys() | new.items.keys()):
        before, now = old.items.get(path), new.items.get(path)
        if before == now or path in seen:
            continue
        if before is None and now is not None:
            yield Change(APPEARED, path, None, _is(now))
        elif now is None and before is not None:
            yield Change(VANISHED, path, None, _is(before))
        elif before and now:
            yield Change(CHANGED, path, None, f"{_is(now)}, was {_is(before)}")


def _is(item: Item) -> str:
    if item.kind == "file":
        return f"a file of {item.size} bytes"
    if item.kind == "link":
        return f"a link to {item.target}"
    return "a directory" if item.kind == "directory" else "a special file"
