"""Which rules a vector is a case of: those it names, and those behind what is expected of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.engine.layout import family_of

from . import line
from .compare import SPOKEN
from .owner import machine_owners, path_rules, property_owners, width_rule, word_owners

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xvmgate.engine.guest import GuestView
    from xvmgate.fixtures.vector import Vector

UNSEEN = frozenset(("XVM-REB-01", "XVM-REB-02"))
"""Rules of the life cycle: no plan shows them."""
NOTES = "XVM-EV-04"
"""The rule of what guests make of a plan: evidence, which never fails."""
WHOLE = "XVM-GEN-01"
"""The rule that a vector's whole outcome belongs to: that it is the same on every dom0."""


_kept: dict[str, tuple[Vector, tuple[str, ...]]] = {}
"""What was found for each vector."""


def rules_of(vector: Vector) -> tuple[str, ...]:
    """Return the rules, the one that the vector is about first.

    A refusal is its rule's case alone: what else the vector names has nothing to show there.
    """
    kept = _kept.get(vector.id)
    if kept is None or kept[0] is not vector:
        kept = _kept[vector.id] = (vector, _rules_of(vector))
    return kept[1]


def _rules_of(vector: Vector) -> tuple[str, ...]:
    named = vector.rules[:1] if vector.expect.refused else vector.rules
    implied = [vector.expect.refused] if vector.expect.refused else [*_behind(vector)]
    return tuple(dict.fromkeys((*named, *implied)))


def carrier(vector: Vector) -> str:
    """Return the rule whose case reports what no other rule of the vector is responsible for."""
    return next((rule for rule in rules_of(vector) if rule not in UNSEEN and rule != NOTES), vector.rules[0])


def _behind(vector: Vector) -> Iterator[str]:
    """Yield the rules behind each part of what is expected, and those that rightly do nothing where they might."""
    for key, value in vector.expect.domain.items():
        if value or key == "graphics":
            yield from machine_owners(key, str(value), vector)[:1]
    yield from (rule for rule in SPOKEN if rule in (vector.expect.messages or ()))
    if vector.expect.cmdline is None:
        yield "XVM-HVM-01"
        yield from ("XVM-PXE-02", "XVM-AI-01") if vector.request.get("pxe") else ()
        return
    yield width_rule(vector)
    seen = line.read(vector.expect.cmdline)
    for path in (seen.kernel, vector.expect.ramdisk or ""):
        yield from path_rules(path, vector)[:1]
    yield from _of_arguments(seen, vector)
    yield from _of_sources(vector)


def _of_arguments(seen: GuestView, vector: Vector) -> Iterator[str]:
    for name, value in seen.properties.items():
        yield property_owners(name, f"{name}={value}", vector)[0]
        if name == "bootpath":
            yield "XVM-ZFS-02"
    for word in seen.words:
        yield word_owners(word, vector)[0]
    if seen.flags or seen.init:
        yield "XVM-ARGS-01"


def _of_sources(vector: Vector) -> Iterator[str]:
    """Yield the rules that speak of where an install comes from, and of `--nographics`, by the request alone."""
    location = (vector.request.get("location") or "").lower()
    if vector.request.get("nographics"):
        yield "XVM-CON-03"
    if family_of(vector.medium.files.__contains__) != "opensolaris" or vector.medium.kind != "tree":
        return
    if location.startswith(("http:", "https:")):
        yield "XVM-AI-02"
    else:
        yield "XVM-AI-07"
    if location.startswith("nfs:"):
        yield "XVM-NET-08"
