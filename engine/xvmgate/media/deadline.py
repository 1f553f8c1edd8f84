"""A limit on waiting that holds whatever hangs: a look-up of a name, a handshake, a header sent a byte at a time.

No library's time limits cover all of these. So what may block runs in a thread of its own, and the caller waits no
longer than the limit; a thread that is stuck then is left behind, and ends with the process.
"""

from __future__ import annotations

import atexit
import queue
import threading
import time
from typing import TYPE_CHECKING, Any, TypeVar

from .base import MediumError
from .remote import TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Callable


T = TypeVar("T")
STALL = 30.0
"""Seconds in which a long transfer must bring LEAST bytes."""
LEAST = 64 << 10
"""Bytes that earn a transfer another STALL seconds."""
NAME = "xvmgate-remote"
GRACE = 2.0
"""Seconds that a thread left behind gets at the interpreter's end: a library that comes back later crashes there."""


def left_behind() -> bool:
    """Say whether a thread is still waiting for something."""
    return any(thread.name == NAME for thread in threading.enumerate())


class Deadline:
    """The time that is left for one medium, and the thread that does its waiting.

    `seconds` None means TIMEOUT, which `transfer` turns into the demand that bytes keep coming.
    """

    def __init__(self, location: str, seconds: float | None) -> None:
        self.location = location
        self._whole = seconds is not None
        self._seconds = TIMEOUT if seconds is None else seconds
        self._end = time.monotonic() + self._seconds
        self._earned = 0
        self._todo: queue.SimpleQueue[Callable[[], Any] | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[tuple[bool, Any]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._over = False

    def left(self) -> float:
        """Return the seconds that are left. Raises MediumError when none are."""
        left = self._end - time.monotonic()
        if self._over or left <= 0:
            raise self._late()
        return left

    def run(self, work: Callable[[], T]) -> T:
        """Return what `work` returns, or raise what it raises. Raises MediumError when time is up before."""
        self.begin(work)
        result: T = self.finish()
        return result

    def begin(self, work: Callable[[], Any]) -> None:
        """Let `work` be done while the caller goes on; `finish` follows. Raises MediumError when time is up."""
        self.left()
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name=NAME, daemon=True)
            self._thread.start()
        self._todo.put(work)

    def finish(self) -> Any:
        """Return what the work returns that was begun, or raise what it raises. Raises MediumError as `run` does."""
        try:
            good, result = self._done.get(timeout=self.left())
        except queue.Empty:
            self._leave()
            raise self._late() from None
        if not good:
            raise result
        return result

    def abandon(self) -> bool:
        """Wait for nothing more than the end of what was begun, and not long; say whether it ended."""
        try:
            self._done.get(timeout=GRACE)
        except queue.Empty:
            self._leave()
            return False
        return True

    def _leave(self) -> None:
        self._over = True
        if self._thread is not None:
            atexit.register(self._thread.join, GRACE)

    def wait(self, seconds: float) -> None:
        """Sleep, but not beyond the limit. Raises MediumError when it is over."""
        time.sleep(min(seconds, self.left()))
        self.left()

    def transfer(self) -> None:
        """Begin a long transfer: without a limit of the user's, it may take as long as it brings bytes."""
        if not self._whole:
            self._seconds, self._earned = STALL, 0
            self._end = time.monotonic() + STALL

    def earn(self, size: int) -> None:
        """Count bytes of a long transfer."""
        self._earned += size
        if not self._whole and self._earned >= LEAST:
            self._earned = 0
            self._end = time.monotonic() + STALL

    def close(self) -> None:
        """Let the thread end."""
        if self._thread is not None:
            self._todo.put(None)
            self._thread = None

    def _serve(self) -> None:
        while work := self._todo.get():
            try:
                result = True, work()
            except BaseException as error:  # noqa: BLE001  # it is raised where `run` was called
                result = False, error
            self._done.put(result)

    def _late(self) -> MediumError:
        advice = "try again, or give it longer by --timeout"
        return MediumError(self.location, f"not done within {self._seconds:g} s", advice, rule=None)
