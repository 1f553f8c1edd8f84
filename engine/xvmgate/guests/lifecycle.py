"""The life of an installation, as a pure state machine: what happened goes in, what is to be done comes out.

A guest is created in its install form, which libvirt forgets when it ends; then its installed form is defined, whole;
then its end is waited for (XVM-REB-01), and it is started again (XVM-REB-02). So whatever happens to us on the way, the
host holds nothing, an installation that vanishes with its end, or a whole definition: never half of one.

The machine keeps what it knows and decides from that alone, so it does not matter in which order it came to know it.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Action(Enum):
    """What is to be done to the host; each is answered by Done or Failed before the next."""

    CREATE = "create the install domain"
    DEFINE = "define the installed domain"
    START = "start the installed domain"
    DESTROY = "stop the guest"
    UNDEFINE = "take the definition away"


class Stop(Enum):
    """Why a guest stopped. An install domain that is rebooted or powered off by its guest is shut down."""

    SHUTDOWN = "shut down"
    CRASHED = "crashed"
    DESTROYED = "destroyed by someone else"
    GONE = "saved or moved away"


class Outcome(Enum):
    """How it ended."""

    STARTED = "installed, and started again"
    INSTALLED = "installed"
    LEFT = "left installing, as wanted"
    LATE = "left installing: the time is up"
    NOT_STARTED = "installed, but not started again"
    FAILED = "the host refused"
    CRASHED = "the guest crashed"
    DESTROYED = "the guest was destroyed by someone else"
    INTERRUPTED = "interrupted"
    GONE = "the guest was saved or moved away"
    UNDEFINED = "the definition was taken away by someone else"
    LOST = "the connection was lost"


UNDONE = frozenset({Outcome.FAILED, Outcome.CRASHED, Outcome.DESTROYED, Outcome.INTERRUPTED})
"""Outcomes after which nothing of the guest stays; after the others it goes on without us."""


class Done(NamedTuple):
    """An action succeeded."""

    action: Action


class Failed(NamedTuple):
    """An action did not succeed, in the host's words."""

    action: Action
    text: str


class Stopped(NamedTuple):
    """The guest stopped."""

    why: Stop


class Sign(Enum):
    """What else is seen from outside: someone took the definition away, Ctrl-C, no time left, no connection left."""

    UNDEFINED = "undefined"
    INTERRUPTED = "interrupted"
    TIME_UP = "time up"
    LOST = "lost"


Event = Done | Failed | Stopped | Sign


class Life(NamedTuple):
    """What is known: what the user wants, what was done and seen; `outcome` and `text` (the host's words) at the end.

    `pending` is the action that was not answered yet, `giving_up` why it is to end before its time, `half` whether it
    was lost before the definition was sure to be whole, `stuck` what could not be taken back. An action under which a
    connection breaks counts as done: it may have been.
    """

    wait: bool = True
    restart: bool = True
    pending: Action | None = None
    created: bool = False
    running: bool = False
    defined: bool = False
    started: bool = False
    stop: Stop | None = None
    giving_up: Outcome | None = None
    half: bool = False
    outcome: Outcome | None = None
    text: str = ""
    stuck: str = ""


def begin(life: Life) -> tuple[Life, Action | None]:
    """Return the first action."""
    return _decide(life)


def step(life: Life, event: Event) -> tuple[Life, Action | None]:
    """Take in what happened; return the action to do now, if there is one. Behind the outcome nothing happens."""
    if life.outcome is not None:
        return life, None
    return _decide(_absorb(life, event))


def _absorb(life: Life, event: Event) -> Life:
    match event:
        case Done(action):
            return _done(life, action) if action is life.pending else life
        case Failed(action, text):
            return _failed(life, action, text) if action is life.pending else life
        case Stopped(why):
            return _stopped(life, why)
        case Sign():
            return _sign(life, event)


def _done(life: Life, action: Action) -> Life:
    life = life._replace(pending=None)
    match action:
        case Action.CREATE:
            return life._replace(created=True, running=life.stop is None)
        case Action.DEFINE:
            return life._replace(defined=True)
        case Action.START:
            return life._replace(started=True)
        case Action.DESTROY:
            return life._replace(running=False)
        case Action.UNDEFINE:
            return life._replace(defined=False)


def _failed(life: Life, action: Action, text: str) -> Life:
    if action in (Action.DESTROY, Action.UNDEFINE):
        return _done(life, action)._replace(stuck=life.stuck or text)
    outcome = Outcome.NOT_STARTED if action is Action.START else Outcome.FAILED
    return _give_up(life._replace(pending=None), outcome)._replace(text=life.text or text)


ENDS = {Stop.CRASHED: Outcome.CRASHED, Stop.DESTROYED: Outcome.DESTROYED, Stop.GONE: Outcome.GONE}
"""What a stop that is no end of an installation makes of it."""


def _stopped(life: Life, why: Stop) -> Life:
    """Take in the first stop: only that is the installation's."""
    if life.stop is not None:
        return life
    life = life._replace(stop=why, running=False)
    return _give_up(life, ENDS[why]) if why in ENDS else life


def _sign(life: Life, sign: Sign) -> Life:
    if sign is Sign.LOST:
        return _lost(life)
    if life.stop is Stop.SHUTDOWN and sign is not Sign.UNDEFINED:
        return life  # it is installed, and what is left to do takes no time
    match sign:
        case Sign.INTERRUPTED:
            return _give_up(life, Outcome.INTERRUPTED)
        case Sign.TIME_UP:
            return _give_up(life, Outcome.LATE) if life.defined else life
        case Sign.UNDEFINED:
            if not life.defined or life.giving_up is not None:
                return life
            return _give_up(life._replace(defined=False), Outcome.UNDEFINED)


def _lost(life: Life) -> Life:
    """Give up without a connection; the pending action is answered by this, and may have been done."""
    life = _give_up(life, Outcome.LOST)
    life = life._replace(half=life.half or (life.giving_up is Outcome.LOST and not life.defined))
    action = life.pending
    if action in (Action.DESTROY, Action.UNDEFINE):
        life = life._replace(stuck=life.stuck or "the connection was lost")
    return life if action is None else _done(life, action)


def _give_up(life: Life, why: Outcome) -> Life:
    return life if life.giving_up is not None else life._replace(giving_up=why)


def _decide(life: Life) -> tuple[Life, Action | None]:
    """Choose what to do, from all that is known."""
    if life.pending is not None:
        return life, None
    if life.giving_up is not None:
        return _undo(life)
    if not life.created:
        return _do(life, Action.CREATE)
    if not life.defined:
        return _do(life, Action.DEFINE)
    if not life.wait:
        return _over(life, Outcome.LEFT)
    return _behind_the_end(life) if life.stop is not None else (life, None)


def _behind_the_end(life: Life) -> tuple[Life, Action | None]:
    """Go on when the installation is over: start the guest from its disk, if that is wanted (XVM-REB-02)."""
    if not life.restart:
        return _over(life, Outcome.INSTALLED)
    return _over(life, Outcome.STARTED) if life.started else _do(life, Action.START)


def _undo(life: Life) -> tuple[Life, Action | None]:
    """Take back what was done, unless the guest goes on without us, which it does where its definition is whole."""
    why = life.giving_up or Outcome.FAILED
    if why in UNDONE or life.half:
        if life.running:
            return _do(life, Action.DESTROY)
        if life.defined:
            return _do(life, Action.UNDEFINE)
    return _over(life, why)


def _do(life: Life, action: Action) -> tuple[Life, Action]:
    return life._replace(pending=action), action


def _over(life: Life, outcome: Outcome) -> tuple[Life, None]:
    return life._replace(outcome=outcome), None
