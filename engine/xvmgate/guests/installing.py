"""An installation carried out: the life cycle's actions are done on a host, one by one, and its events waited for."""

from __future__ import annotations

import signal
import time
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Protocol

from .lifecycle import Action, Event, Life, Sign, begin, step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SIGNALS = (signal.SIGINT, signal.SIGTERM)
"""How a user ends an installation."""


class Host(Protocol):
    """Where it happens: does an action, and says how it went."""

    def perform(self, action: Action) -> Event:
        """Do an action; the answer is Done, Failed or Sign.LOST."""


def carry_out(
    host: Host,
    events: SimpleQueue[Event],
    life: Life,
    patience: float | None = None,
    told: Callable[[Life, Event], None] = lambda *_: None,
) -> Life:
    """Lead a guest through its installation, to its outcome.

    `events` is where the host and the user's signals put what they have to say; nothing is asked for. `patience` is how
    many seconds the installation may take, `told` hears each event with what is known behind it.
    """
    try:
        return _carry_out(host, events, life, patience, told)
    except BaseException:  # whatever it is, it is not to leave a guest behind
        for action in (Action.DESTROY, Action.UNDEFINE):
            host.perform(action)
        raise


def _carry_out(
    host: Host, events: SimpleQueue[Event], life: Life, patience: float | None, told: Callable[[Life, Event], None]
) -> Life:
    end = None
    life, action = begin(life)
    while life.outcome is None:
        if action is None and end is None and patience is not None:
            end = time.monotonic() + patience
        event = _next(events, end) if action is None else host.perform(action)
        life, action = step(life, event)
        told(life, event)
    return life


def _next(events: SimpleQueue[Event], end: float | None) -> Event:
    try:
        return events.get(timeout=None if end is None else max(0.0, end - time.monotonic()))
    except Empty:
        return Sign.TIME_UP


@contextmanager
def signals_told(events: SimpleQueue[Event]) -> Iterator[None]:
    """Turn the signals that end a program into an event: an action is never cut off in its middle."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    for number in SIGNALS:
        signal.signal(number, lambda *_: events.put(Sign.INTERRUPTED))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
