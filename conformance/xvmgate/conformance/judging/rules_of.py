"""Which rules a vector is a case of: those it names, and those behind what is expected of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import line
from .owner import path_rules, property_owners, width_rule, word_owners

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xvmgate.fixtures.vector import Vector

UNSEEN = frozenset(("XVM-REB-01", "XVM-REB-02"))
"""Rules of the life cycle: a plan can speak against them, and cannot show them."""
WHOLE = UNSEEN | {"XVM-GEN-01"}
"""Rules that a vector's whole outcome belongs to."""


def rules_of(vector: Vector) -> tuple[str, ...]:
    """Return the rules, the one that the vector is about first.

    A refusal is its rule's case alone: what else the vector names has nothing to show there.
    """
    named = vector.rules[:1] if vector.expect.refused else vector.rules
    implied = [vector.expect.refused] if vector.expect.refused else [*_behind(vector)]
    return tuple(dict.fromkeys((*named, *implied)))


def carrier(vector: Vector) -> str:
    """Return the rule whose case reports what no other rule of the vector is responsible for."""
    return next((rule for rule in rules_of(vector) if rule not in UNSEEN), vector.rules[0])


def _behind(vector: Vector) -> Iterator[str]:
    """Yield the rules behind each part of the expected line, and those behind the kernel that is booted."""
    if vector.expect.cmdline is None:
        yield "XVM-PXE-02" if vector.request.get("pxe") else "XVM-HVM-01"
        return
    seen = line.read(vector.expect.cmdline)
    for name, value in seen.properties.items():
        yield property_owners(name, f"{name}={value}", vector)[0]
    for word in seen.words:
        yield word_owners(word, vector)[0]
    yield width_rule(vector)
    yield from path_rules(seen.kernel, vector)[:1]
