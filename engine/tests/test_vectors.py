"""Every vector through our engine: to the letter by the default readings, and on the other side of each."""

from __future__ import annotations

import pytest

from xvmgate.engine.facts import given
from xvmgate.engine.plan import BootPlan, make_plan
from xvmgate.engine.refusal import Refused
from xvmgate.engine.request import InstallRequest
from xvmgate.engine.view import imagined
from xvmgate.fixtures.reading import every_reading
from xvmgate.fixtures.rule import every_rule
from xvmgate.fixtures.vector import Expected, Vector, every_vector
from xvmgate.media.zfsroot import ZfsRoot

VECTORS = every_vector()
OTHER_SIDE = {reading.name: reading.alternative for reading in every_reading()}
Outcome = BootPlan | Refused


def run(vector: Vector, readings: dict[str, str] | None = None) -> Outcome:
    """Return what our engine makes of a vector."""
    medium = vector.medium
    zfs = ZfsRoot(*medium.zfs, version=22) if medium.zfs else None
    view = imagined(medium.kind, medium.files, zfs) if medium.kind else None
    try:
        return make_plan(InstallRequest(**vector.request), given(**vector.facts), view, readings)
    except Refused as refused:
        return refused


def agrees(outcome: Outcome, expected: Expected) -> None:
    """Compare an outcome with what is expected, to the letter."""
    if isinstance(outcome, Refused):
        assert outcome.rule == expected.refused, outcome.message
        return
    assert expected.refused is None, outcome.cmdline
    assert outcome.cmdline == expected.cmdline
    for field in ("mode", "bits", "family", "kernel", "ramdisk"):
        wanted = getattr(expected, field)
        assert wanted is None or getattr(outcome, field) == wanted, field
    if expected.messages is not None:
        assert tuple(sorted(message.rule or "-" for message in outcome.messages)) == expected.messages
    for name, device in expected.domain.items():
        found = getattr(outcome.devices, name)
        assert (list(found) if isinstance(found, tuple) else "" if found is None else found) == device, name


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.id)
def test_the_default_readings(vector: Vector) -> None:
    outcome = run(vector)
    agrees(outcome, vector.expect)
    main = vector.rules[0]
    if isinstance(outcome, BootPlan):
        assert (main in {rule for rule, _ in outcome.trace}) != vector.silent


@pytest.mark.parametrize(
    ("vector", "reading"),
    [(vector, reading) for vector in VECTORS for reading in vector.readings],
    ids=lambda value: value if isinstance(value, str) else value.id,
)
def test_the_other_side_of_a_reading(vector: Vector, reading: str) -> None:
    agrees(run(vector, {reading: OTHER_SIDE[reading]}), vector.readings[reading])


def essence(outcome: Outcome) -> object:
    """Return what counts of an outcome: all but the trace, the readings and the words of a refusal."""
    if isinstance(outcome, Refused):
        return outcome.rule
    return outcome._replace(trace=(), readings={})


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.id)
def test_a_plan_records_just_the_readings_that_decide(vector: Vector) -> None:
    """Switching a reading changes the plan if and only if the plan records it, and the vector has its other side."""
    outcome = run(vector)
    if isinstance(outcome, Refused):
        return
    deciding = {name for name, side in OTHER_SIDE.items() if essence(run(vector, {name: side})) != essence(outcome)}
    assert set(outcome.readings) == deciding
    assert set(vector.readings) == deciding


def test_vectors_are_enough() -> None:
    assert len(VECTORS) >= 400
    named = {rule for vector in VECTORS for rule in vector.rules}
    assert named == {rule.id for rule in every_rule() if "engine" in rule.subject}
    assert {name for vector in VECTORS for name in vector.readings} == set(OTHER_SIDE)


def test_every_engine_rule_has_a_part_in_some_plan() -> None:
    """XVM-GEN-01 and XVM-REB-* have none: the host facts and the life cycle are where they hold."""
    outcomes = [run(vector) for vector in VECTORS]
    acting = {rule for plan in outcomes if isinstance(plan, BootPlan) for rule, _ in plan.trace}
    acting |= {refused.rule for refused in outcomes if isinstance(refused, Refused)}
    wanted = {rule.id for rule in every_rule() if "engine" in rule.subject}
    assert wanted - acting == {"XVM-GEN-01", "XVM-REB-01", "XVM-REB-02"}
