"""The side of the readings that an answer takes; else the side that it comes nearest to, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xvmgate.conformance.subjects.answer import PLAN

from .compare import compare
from .sides import Side, by_hand, combined

if TYPE_CHECKING:
    from xvmgate.conformance.subjects.answer import Answer
    from xvmgate.fixtures.vector import Vector

    from .difference import Difference


class Match(NamedTuple):
    """The side that an answer is on or near to, and the differences, none where it is on it."""

    side: Side
    differences: tuple[Difference, ...]


def match(vector: Vector, answer: Answer) -> Match:
    """Return the side of a vector's readings that a plan or a refusal takes.

    Where several fit, for MACs are compared as numbers, it is the one whose line is written as the answer's is; where
    none does, the one with the fewest differences, the default before others.
    """
    found = [Match(side, tuple(compare(side.expected, answer))) for side in by_hand(vector)]
    fitting = [each for each in found if not each.differences]
    if fitting:
        return max(fitting, key=lambda each: _as_written(each.side, answer))
    for side in combined(vector):
        found.append(Match(side, tuple(compare(side.expected, answer))))
        if not found[-1].differences:
            return found[-1]
    return min(found, key=lambda each: len(each.differences))


def _as_written(side: Side, answer: Answer) -> bool:
    return answer.kind == PLAN and side.expected.cmdline == answer.plan["cmdline"]
