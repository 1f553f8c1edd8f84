"""What is acceptable for a vector: the default side of every reading, the other side of one, or of several at once.

The other side of one reading stands in the vector, by hand. Of several at once it is what our engine makes of it, which
the vectors hold to be right for each side alone; and only where it agrees with this vector's own default.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from xvmgate.conformance.subjects.own import plan_vector
from xvmgate.engine.refusal import Refused, RequestError
from xvmgate.fixtures.reading import every_reading
from xvmgate.fixtures.vector import Expected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xvmgate.fixtures.vector import Vector

MAX_SETS = 64
"""Sets of readings that are tried for one vector: every one of six readings."""
SELECTING = frozenset(("family-order", "ramdisk-order", "width-fallback", "early-64"))
"""Readings that may change what is booted, or that nothing is."""
ATTACHING = "remote-iso"
"""The reading that may change the guest's CD."""


_kept: dict[str, tuple[Vector, tuple[Side, ...]]] = {}
"""What was found for each vector: it is the same for every engine."""


class Side(NamedTuple):
    """One acceptable outcome: the readings whose other side it takes, and what it is."""

    readings: frozenset[str]
    expected: Expected


def by_hand(vector: Vector) -> Iterator[Side]:
    """Yield the sides that the vector itself has, the default first; a plan is for the mode that is asked for."""
    default = vector.expect
    if not default.refused:
        default = default._replace(mode=vector.request["mode"])
    yield Side(frozenset(), default)
    for name, other in vector.readings.items():
        yield Side(frozenset((name,)), _completed(default, other, name))


def _completed(default: Expected, other: Expected, reading: str) -> Expected:
    """Return a reading's other side with what the reading does not touch, as it is by default."""
    if other.refused or default.refused:
        return other
    kept = {key: value for key, value in default.domain.items() if reading != ATTACHING or key != "cdrom"}
    other = other._replace(domain=kept | other.domain, messages=other.messages or default.messages)
    if reading in SELECTING:
        return other
    fields = ("mode", "bits", "family", "kernel", "ramdisk")
    return other._replace(**{key: getattr(other, key) or getattr(default, key) for key in fields})


def combined(vector: Vector) -> tuple[Side, ...]:
    """Return sides that take the other side of two or more readings, as many as decide something together."""
    kept = _kept.get(vector.id)
    if kept is None or kept[0] is not vector:
        kept = _kept[vector.id] = (vector, tuple(_combined(vector)))
    return kept[1]


def _combined(vector: Vector) -> Iterator[Side]:
    if len(vector.readings) == 0 or not _trusted(vector):
        return
    waiting = [frozenset((name,)) for name in vector.readings]
    seen = set(waiting)
    while waiting and len(seen) <= MAX_SETS:
        chosen = waiting.pop(0)
        expected, deciding = _outcome(vector, chosen)
        if len(chosen) > 1:
            yield Side(chosen, expected)
        for name in sorted(deciding - chosen):
            if (wider := chosen | {name}) not in seen:
                seen.add(wider)
                waiting.append(wider)


def _trusted(vector: Vector) -> bool:
    found, _ = _outcome(vector, frozenset())
    return (found.refused, found.cmdline) == (vector.expect.refused, vector.expect.cmdline)


def _outcome(vector: Vector, chosen: frozenset[str]) -> tuple[Expected, frozenset[str]]:
    """Return what our engine makes of a vector with these readings switched, and the readings that then decide."""
    others = _others()
    try:
        plan = plan_vector(vector, {name: others[name] for name in chosen})
    except Refused as refused:
        return _empty()._replace(refused=refused.rule), SELECTING | frozenset(vector.readings)
    except RequestError:
        return _empty(), frozenset()
    fields = {key: getattr(plan, key) for key in ("cmdline", "mode", "bits", "family", "kernel", "ramdisk")}
    domain = {key: value for key, value in vector.expect.domain.items() if key != "cdrom"}
    if "cdrom" in vector.expect.domain:
        domain["cdrom"] = plan.devices.cdrom or ""
    expected = _empty()._replace(**fields, domain=domain, messages=vector.expect.messages)
    return expected, frozenset(plan.readings) | frozenset(vector.readings)


def _empty() -> Expected:
    return Expected(None, None, None, None, None, None, None, None, {})


@cache
def _others() -> dict[str, str]:
    return {reading.name: reading.alternative for reading in every_reading()}
