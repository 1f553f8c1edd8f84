"""The life cycle: every order in which actions are answered, guests end, users lose patience and connections break."""

from __future__ import annotations

from collections import deque

import pytest
from hypothesis import settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from xvmgate.guests.lifecycle import (
    UNDONE,
    Action,
    Done,
    Event,
    Failed,
    Life,
    Outcome,
    Sign,
    Stop,
    Stopped,
    begin,
    step,
)

FINISH = Stopped(Stop.SHUTDOWN)
CREATED, DEFINED, RUNS_AGAIN = Done(Action.CREATE), Done(Action.DEFINE), Done(Action.START)


def live(*events: Event, wait: bool = True, restart: bool = True) -> tuple[list[Action], Life]:
    """Return the actions, in order, that events bring about, and what is known behind them."""
    life, action = begin(Life(wait, restart))
    actions = [action]
    for event in events:
        life, action = step(life, event)
        actions.append(action)
    return [action for action in actions if action is not None], life


CREATE, DEFINE, START, DESTROY, UNDEFINE = Action


@pytest.mark.parametrize(
    ("events", "actions", "outcome"),
    [
        ([], [CREATE], None),
        ([CREATED, DEFINED], [CREATE, DEFINE], None),
        ([CREATED, DEFINED, FINISH], [CREATE, DEFINE, START], None),
        ([CREATED, DEFINED, FINISH, RUNS_AGAIN], [CREATE, DEFINE, START], Outcome.STARTED),
        ([CREATED, FINISH, DEFINED, RUNS_AGAIN], [CREATE, DEFINE, START], Outcome.STARTED),
        ([FINISH, CREATED, DEFINED, RUNS_AGAIN], [CREATE, DEFINE, START], Outcome.STARTED),
        ([CREATED, DEFINED, FINISH, Failed(START, "no")], [CREATE, DEFINE, START], Outcome.NOT_STARTED),
        ([Failed(CREATE, "no")], [CREATE], Outcome.FAILED),
        ([CREATED, Failed(DEFINE, "no"), Done(DESTROY)], [CREATE, DEFINE, DESTROY], Outcome.FAILED),
        ([CREATED, FINISH, Failed(DEFINE, "no")], [CREATE, DEFINE], Outcome.FAILED),
        ([CREATED, DEFINED, Stopped(Stop.CRASHED), Done(UNDEFINE)], [CREATE, DEFINE, UNDEFINE], Outcome.CRASHED),
        ([CREATED, Stopped(Stop.CRASHED), DEFINED, Done(UNDEFINE)], [CREATE, DEFINE, UNDEFINE], Outcome.CRASHED),
        ([CREATED, DEFINED, Stopped(Stop.DESTROYED), Done(UNDEFINE)], [CREATE, DEFINE, UNDEFINE], Outcome.DESTROYED),
        ([CREATED, DEFINED, Stopped(Stop.GONE)], [CREATE, DEFINE], Outcome.GONE),
        ([CREATED, DEFINED, Sign.UNDEFINED], [CREATE, DEFINE], Outcome.UNDEFINED),
        ([CREATED, DEFINED, Sign.TIME_UP], [CREATE, DEFINE], Outcome.LATE),
        ([CREATED, DEFINED, Sign.LOST], [CREATE, DEFINE], Outcome.LOST),
        ([CREATED, DEFINED, FINISH, Sign.LOST], [CREATE, DEFINE, START], Outcome.LOST),
        ([CREATED, DEFINED, FINISH, Sign.INTERRUPTED], [CREATE, DEFINE, START], None),
        (
            [CREATED, DEFINED, Sign.INTERRUPTED, Done(DESTROY), Stopped(Stop.DESTROYED), Done(UNDEFINE)],
            [CREATE, DEFINE, DESTROY, UNDEFINE],
            Outcome.INTERRUPTED,
        ),
        ([Sign.INTERRUPTED, CREATED, Done(DESTROY)], [CREATE, DESTROY], Outcome.INTERRUPTED),
        ([Sign.LOST, Done(DESTROY)], [CREATE, DESTROY], Outcome.LOST),
        ([CREATED, Sign.LOST, Done(DESTROY), Done(UNDEFINE)], [CREATE, DEFINE, DESTROY, UNDEFINE], Outcome.LOST),
    ],
)
def test_a_life(events: list[Event], actions: list[Action], outcome: Outcome | None) -> None:
    done, life = live(*events)
    assert (done, life.outcome) == (actions, outcome)


def test_what_the_user_wants() -> None:
    assert live(CREATED, DEFINED, wait=False)[1].outcome is Outcome.LEFT
    assert live(CREATED, DEFINED, restart=False)[1].outcome is None
    done, life = live(CREATED, DEFINED, FINISH, restart=False)
    assert (done, life.outcome) == ([CREATE, DEFINE], Outcome.INSTALLED)


def test_the_host_s_words_are_kept() -> None:
    assert live(Failed(CREATE, "no memory"))[1].text == "no memory"
    life = live(CREATED, Failed(DEFINE, "bad"), Failed(DESTROY, "busy"))[1]
    assert (life.outcome, life.text, life.stuck) == (Outcome.FAILED, "bad", "busy")


EVENTS: list[Event] = [*map(Done, Action), *(Failed(action, "no") for action in Action), *map(Stopped, Stop), *Sign]


@pytest.mark.parametrize("wait", [True, False])
@pytest.mark.parametrize("restart", [True, False])
def test_every_event_in_every_state_that_can_be_reached(wait: bool, restart: bool) -> None:
    """All of them: an action is asked for only when the one before is answered, and nothing behind the outcome."""
    first, action = begin(Life(wait, restart))
    assert action is Action.CREATE
    known, left = {first}, deque([first])
    while left:
        life = left.popleft()
        for event in EVENTS:
            after, action = step(life, event)
            if life.outcome is not None:
                assert (after, action) == (life, None)
            assert action is None or action is after.pending
            assert action is None or life.pending is not after.pending
            assert action is not Action.CREATE
            assert (after.pending is None) or after.outcome is None
            assert not (after.started and not (wait and restart))
            if after not in known:
                known.add(after)
                left.append(after)
    assert {life.outcome for life in known} >= {Outcome.FAILED, Outcome.CRASHED, Outcome.INTERRUPTED, Outcome.LOST}
    assert len(known) > 100


class Host(RuleBasedStateMachine):
    """A host that does as it is told, or not, with guests that end as they like and news that come late."""

    @initialize(wait=strategies.sampled_from([True, True, False]), restart=strategies.booleans())
    def start(self, wait: bool, restart: bool) -> None:
        self.running = self.defined = self.again = False
        self.connected, self.fair = True, True  # fair: nobody else touched the domain
        self.ends: Stop | None = None
        self.news: deque[Event] = deque()
        self.history: list[Action] = []
        self._take(*begin(Life(wait, restart)))

    def _take(self, life: Life, action: Action | None) -> None:
        self.life = life
        if action is not None:
            self.history.append(action)

    def _tell(self, event: Event) -> None:
        self._take(*step(self.life, event))

    def _guest_stops(self, why: Stop) -> None:
        self.running = False
        self.ends = self.ends or why
        self.news.append(Stopped(why))

    def _does(self, action: Action) -> None:
        match action:
            case Action.CREATE:
                self.running = True
            case Action.DEFINE:
                self.defined = True
            case Action.START:
                assert self.ends is Stop.SHUTDOWN, "started before the installation's end"
                self.running = self.again = self.defined
            case Action.DESTROY if self.running:
                self._guest_stops(Stop.DESTROYED)
            case Action.UNDEFINE if self.defined:
                self.defined = False
                self.news.append(Sign.UNDEFINED)

    @precondition(lambda self: self.life.pending)
    @rule()
    def obeys(self) -> None:
        action = self.life.pending
        assert action is not None
        if action is Action.START and not self.defined:
            self._tell(Failed(action, "no domain"))
            return
        self._does(action)
        self._tell(Done(action))

    @precondition(lambda self: self.life.pending in (Action.CREATE, Action.DEFINE, Action.START))
    @rule()
    def refuses(self) -> None:
        action = self.life.pending
        assert action is not None
        self._tell(Failed(action, "no"))

    @precondition(lambda self: self.connected and self.life.outcome is None)
    @rule(done=strategies.booleans())
    def connection_breaks(self, done: bool) -> None:
        """It breaks once; a new one is there for what has still to be undone, and brings no news."""
        action = self.life.pending
        if action is not None and (done or action in (Action.DESTROY, Action.UNDEFINE)):
            self._does(action)
        self.connected = False
        self.news.clear()
        self._tell(Sign.LOST)

    @precondition(lambda self: self.running and not self.again)
    @rule(why=strategies.sampled_from(Stop))
    def guest_ends(self, why: Stop) -> None:
        self.fair &= why is not Stop.GONE
        self._guest_stops(why)

    @precondition(lambda self: self.defined and self.running)
    @rule()
    def someone_undefines(self) -> None:
        self.defined, self.fair = False, False
        self.news.append(Sign.UNDEFINED)

    @precondition(lambda self: self.news)
    @rule()
    def news_come(self) -> None:
        event = self.news.popleft()
        if self.connected:
            self._tell(event)

    @rule()
    def user_interrupts(self) -> None:
        self._tell(Sign.INTERRUPTED)

    @rule()
    def time_is_up(self) -> None:
        self._tell(Sign.TIME_UP)

    @invariant()
    def each_thing_is_done_once(self) -> None:
        assert len(set(self.history)) == len(self.history)
        assert self.history[:1] == [Action.CREATE]

    @invariant()
    def nothing_is_started_that_is_not_wanted(self) -> None:
        assert not self.again or (self.life.wait and self.life.restart)

    @invariant()
    def it_ends_when_the_guest_does_and_not_before(self) -> None:
        settled = self.life.outcome is None and self.life.pending is None and not self.news
        assert not settled or (self.running and self.life.wait), "waits for what is over (XVM-REB-01)"

    @invariant()
    def nothing_half_defined_stays(self) -> None:
        if self.life.outcome is None or not self.fair:
            return
        assert self.defined or not self.running, "an installation without its definition"
        if self.life.outcome in UNDONE:
            assert not self.running
            assert not self.defined
        if self.life.outcome is Outcome.STARTED:
            assert self.again
            assert self.running


Host.TestCase.settings = settings(max_examples=300, stateful_step_count=14, deadline=None)
TestEveryOrder = Host.TestCase
