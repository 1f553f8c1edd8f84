"""A drift for people: a line a change, then one that sums up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.reports.text import clip, printable

from .facts import sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .values import Change, Drift

LONGEST = 1000
"""Characters of one line: names come from media, and may be of any length."""


def lines(drift: Drift, paint: Callable[[str, str], str], *, every: bool = False) -> Iterator[str]:
    """Yield a line for each change that rules touch, with `every` for all others too, then the sum."""
    for change in (*drift.changes, *(drift.untouched if every else ())):
        yield _line(change, paint)
    if every:
        yield from (f"{'rebuilt':<9} {_plain(path)}" for path in drift.rebuilt)
    yield summary(drift, paint, every=every)


def _line(change: Change, paint: Callable[[str, str], str]) -> str:
    said = f"; {change.said}" if change.rules else ""
    word = change.change.ljust(9)
    return f"{paint(word, change.change) if change.rules else word} {_plain(change.head)}{said}"


def summary(drift: Drift, paint: Callable[[str, str], str], *, every: bool = False) -> str:
    """Return the line that sums a drift up."""
    if drift.old is None or drift.new is None:
        return f"{paint(drift.verdict, drift.verdict)}: {_plain(drift.error or '')}"
    names = f"{_plain(drift.old.location)} -> {_plain(drift.new.location)}"
    return f"{names}: {paint(drift.verdict, drift.verdict)}; {sentence(drift, listed=every)}"


def _plain(text: str) -> str:
    return clip(printable(text), LONGEST)
