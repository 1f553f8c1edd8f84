"""The Markdown report of a drift, for a CI step's summary: what was compared, and a table of changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.reports.markdown import code

from .facts import facts, sentence
from .values import SAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .values import Change, Drift

MAX_ROWS = 400
"""Most changes in a table: with the longest text of a cell the whole stays under 1 MiB."""


def render(drift: Drift, *, every: bool = False) -> str:
    """Return the report as GitHub's Markdown; with `every` it lists what no rule touches too."""
    return "\n".join(_lines(drift, every=every)) + "\n"


def _lines(drift: Drift, *, every: bool) -> Iterator[str]:
    yield f"## {'✅' if drift.verdict == SAME else '❌'} xvmgate drift: {drift.verdict}"
    yield from ("", f"{sentence(drift)}." if drift.error is None else code(drift.error))
    yield from ("", "| | old | new |", "|---|---|---|")
    yield from (f"| {name} | {code(old)} | {code(new)} |" for name, old, new in facts(drift))
    if drift.changes:
        yield from _table("Changes that rules touch", drift.changes)
    if every and drift.untouched:
        yield from _table("Changes that no rule touches", drift.untouched)
    if drift.rebuilt:
        yield from ("", "### Rebuilt in place", "")
        yield from (f"- {code(path)}" for path in drift.rebuilt[:MAX_ROWS])


def _table(title: str, changes: tuple[Change, ...]) -> Iterator[str]:
    yield from ("", f"### {title}", "", "| change | where | how | rules |", "|---|---|---|---|")
    for change in changes[:MAX_ROWS]:
        how = code(change.what) if change.what else ""
        yield f"| {change.change} | {code(change.place)} | {how} | {change.said} |"
    if len(changes) > MAX_ROWS:
        yield f"\nAnd {len(changes) - MAX_ROWS} more."
