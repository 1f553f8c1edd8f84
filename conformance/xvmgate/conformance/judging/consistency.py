"""A reading taken whole over all vectors: an engine on one side here and on the other there has half of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.conformance.finding import Finding, failed, not_applicable, passed
from xvmgate.conformance.subjects.answer import PLAN, REFUSED

from .compare import compare
from .sides import by_hand, combined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from xvmgate.conformance.subjects.answer import Answer
    from xvmgate.fixtures.reading import Reading
    from xvmgate.fixtures.vector import Vector

MAX_NAMED = 3
"""Vectors that a finding names for each side."""


def fitting(vector: Vector, answer: Answer) -> tuple[frozenset[str], ...]:
    """Return every set of readings whose other side would have given this answer; none where nothing would."""
    if answer.kind not in (PLAN, REFUSED):
        return ()
    sides = (*by_hand(vector), *combined(vector))
    return tuple(side.readings for side in sides if not compare(side.expected, answer))


def judge_reading(
    reading: Reading, vectors: Iterable[Vector], sets: Callable[[Vector], Sequence[frozenset[str]]]
) -> Finding:
    """Judge one reading over all vectors that show it; `sets` gives what `fitting` does for a vector.

    What fits with both sides says nothing, nor does what fits with none: that has failed already.
    """
    default, other = [], []
    for vector in vectors:
        found = {reading.name in chosen for chosen in sets(vector)} if reading.name in vector.readings else set()
        if found == {True}:
            other.append(vector.id)
        elif found == {False}:
            default.append(vector.id)
    expected = f"one side of the reading {reading.name} throughout"
    if default and other:
        sides = ((reading.default, default), (reading.alternative, other))
        return failed(expected, "; ".join(_listed(side, names) for side, names in sides), reading.question)
    if other:
        return passed(
            expected, _listed(reading.alternative, other), f"acceptable: {reading.name}={reading.alternative}"
        )
    if default:
        return passed(expected, _listed(reading.default, default))
    return not_applicable(f"no answer shows a side of the reading {reading.name}")


def _listed(side: str, names: list[str]) -> str:
    rest = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return f"{side} in {', '.join(names[:MAX_NAMED])}{rest}"
