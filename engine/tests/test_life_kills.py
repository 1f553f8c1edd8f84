"""XVM-REB-01 and XVM-REB-02 can fail: each wrong life cycle is caught, by the rule that it breaks.

Their place in the kill matrix: no plan shows them, so no vector does. Wrong domains are caught on libvirt, in
`test_installing.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from xvmgate.guests import lifecycle
from xvmgate.guests.lifecycle import Action, Done, Event, Life, Outcome, Stop, Stopped, begin, step

CREATED, DEFINED, ENDED = Done(Action.CREATE), Done(Action.DEFINE), Stopped(Stop.SHUTDOWN)
AGAIN = Done(Action.START)
STORIES: list[tuple[str, bool, list[Event], list[Action], Outcome | None]] = [
    ("XVM-REB-01", True, [CREATED, DEFINED], [], None),
    ("XVM-REB-01", False, [CREATED, DEFINED, ENDED], [], Outcome.INSTALLED),
    ("XVM-REB-01", True, [CREATED, DEFINED, Stopped(Stop.CRASHED), Done(Action.UNDEFINE)], [], Outcome.CRASHED),
    ("XVM-REB-01", True, [CREATED, DEFINED, Stopped(Stop.DESTROYED), Done(Action.UNDEFINE)], [], Outcome.DESTROYED),
    ("XVM-REB-02", True, [CREATED, DEFINED, ENDED], [Action.START], None),
    ("XVM-REB-02", True, [CREATED, ENDED, DEFINED], [Action.START], None),
    ("XVM-REB-02", True, [CREATED, DEFINED, ENDED, AGAIN], [Action.START], Outcome.STARTED),
]
"""The rule, whether the guest is wanted again, what happens, how it is then started, how it has then ended."""


def broken() -> set[str]:
    """Return the rules that the life cycle as it stands breaks."""
    rules = set()
    for rule, restart, events, starts, outcome in STORIES:
        life, action = begin(Life(restart=restart))
        actions = [action]
        for event in events:
            life, action = step(life, event)
            actions.append(action)
        if ([action for action in actions if action is Action.START], life.outcome) != (starts, outcome):
            rules.add(rule)
    return rules


def _decide(life: Life) -> tuple[Life, Action | None]:
    return lifecycle._do(life, Action.START) if life.defined and not life.started else (life, None)


WRONG: dict[str, tuple[str, str, Any]] = {
    "does not wait": ("XVM-REB-01", "_behind_the_end", None),
    "never hears of the end": ("XVM-REB-01", "_stopped", lambda life, why: life),  # noqa: ARG005
    "takes any stop for the end": ("XVM-REB-01", "ENDS", {}),
    "takes a crash for the end": ("XVM-REB-01", "ENDS", {Stop.DESTROYED: Outcome.DESTROYED}),
    "takes an end by force for the end": ("XVM-REB-01", "ENDS", {Stop.CRASHED: Outcome.CRASHED}),
    "leaves it stopped": ("XVM-REB-02", "_behind_the_end", lambda life: lifecycle._over(life, Outcome.INSTALLED)),
    "says that it runs, and does not start it": (
        "XVM-REB-02", "_behind_the_end", lambda life: lifecycle._over(life, Outcome.STARTED),
    ),
    "starts it again and again": ("XVM-REB-02", "_behind_the_end", lambda life: lifecycle._do(life, Action.START)),
    "starts it although nobody wants it": ("XVM-REB-01", "_behind_the_end", _decide),
}  # fmt: skip


def test_the_right_one_breaks_nothing() -> None:
    assert broken() == set()


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_one_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rule, part, wrong = WRONG[name]
    if name == "does not wait":
        monkeypatch.setattr(lifecycle, "_decide", _without_waiting(lifecycle._decide))
    else:
        monkeypatch.setattr(lifecycle, part, wrong)
    assert rule in broken()


Decide = Callable[[Life], tuple[Life, Action | None]]


def _without_waiting(decide: Decide) -> Decide:
    """Return a life cycle that takes the installation for done as soon as it goes on."""
    return lambda life: decide(life._replace(stop=Stop.SHUTDOWN) if life.defined else life)
