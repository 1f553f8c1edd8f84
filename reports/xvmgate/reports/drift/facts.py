"""What every report of a drift says of the two media, and in one sentence of what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .values import SAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .values import Drift, Side


def facts(drift: Drift) -> list[tuple[str, str, str]]:
    """Return name, old and new value of what is known of the media; what neither has is left out."""
    if drift.old is None or drift.new is None:
        return []
    pairs = zip(_facts(drift.old), _facts(drift.new), strict=True)
    return [(name, old or "-", new or "-") for (name, old), (_, new) in pairs if old or new]


def _facts(side: Side) -> Iterator[tuple[str, str | None]]:
    yield "location", side.location
    yield "kind", side.kind
    yield "volume", side.volume_id
    yield "created", side.created
    yield "family", side.family or "none"
    yield "nearest layout", side.layout
    yield "names", str(side.names) if side.listed else "not listed"


def sentence(drift: Drift, *, listed: bool = True) -> str:
    """Return what changed, in numbers; `listed` says that the report lists what no rule touches."""
    count = len(drift.changes)
    same = drift.verdict == SAME
    parts = ["no change that a rule touches" if same else f"{count} change{'s'[: count > 1]} that rules touch"]
    if drift.rebuilt:
        parts.append(f"{len(drift.rebuilt)} rebuilt in place")
    counts = [f"{number} {kind}" for kind, number in drift.counts.items() if number]
    if counts:
        parts.append(f"untouched by rules: {', '.join(counts)}{'' if listed else ' (--all lists them)'}")
    if drift.old and drift.new and not (drift.old.listed and drift.new.listed):
        parts.append("one cannot be listed, so only what rules touch was compared")
    return "; ".join(parts)
