"""`exec:CMD`: any program as a subject, by protocol 1; started again when it crashed, given up when it is no use."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

from .answer import ERROR, PROTOCOL, Answer, Identity, Nonsense, read_answer, read_identity, shown
from .lines import Hang, LineProcess, Silence
from .needs import message

if TYPE_CHECKING:
    from xvmgate.fixtures.vector import Vector

PREFIX = "exec:"
PATIENCE = 5.0
"""Seconds that a request may take, unless told otherwise."""
STOP = b'{"cmd": "stop"}\n'
MAX_HANGS = 2
"""Requests without an answer in time, after which a program is asked no more."""
MAX_IN_A_ROW = 10
"""Failures one after another, after which a program is asked no more."""
MAX_FAILURES = 100
"""Failures in all, after which a program is asked no more: each has cost a start."""


class Program:
    """A program that speaks protocol 1.

    Raises ValueError for a command that cannot be read.
    """

    def __init__(self, label: str, patience: float = PATIENCE) -> None:
        self.label = label
        self._command = shlex.split(label.removeprefix(PREFIX))
        if not self._command:
            raise ValueError(f"{label!r}: exec:COMMAND is expected")
        self._patience = patience
        self._process: LineProcess | None = None
        self._identity: Identity | None = None
        self._seq = self._hangs = self._row = self._failures = 0
        self._given_up: Answer | None = None

    def identity(self) -> Identity:
        """Start the program where it does not run, and say who it is. Raises Nonsense for one that does not start."""
        if self._given_up:
            raise Nonsense(self._given_up.text)
        if self._identity is None or self._process is None:
            try:
                self._identity = self._start()
            except (Nonsense, Silence, OSError) as error:
                failed = self._fail(error, "it does not start: ")
                self._given_up = failed
                raise Nonsense(failed.text + (f"; stderr: {failed.stderr}" if failed.stderr else "")) from error
        return self._identity

    def _start(self) -> Identity:
        self._process = LineProcess(self._command)
        return read_identity(self._exchange({"cmd": "start", "protocol": PROTOCOL}))

    def ask(self, vector: Vector) -> Answer:
        """Return its answer; a program that fails is started again for the next question, within limits."""
        if self._given_up:
            return self._given_up
        try:
            self.identity()
        except Nonsense:
            return self._given_up or Answer(ERROR, text="it does not start")
        self._seq += 1
        try:
            found = read_answer(self._exchange(message(vector, self._seq)), self._seq)
        except (Nonsense, Silence, OSError) as error:
            return self._fail(error)
        self._row = 0
        return found

    def _exchange(self, data: dict[str, Any]) -> object:
        assert self._process is not None  # noqa: S101  # it was just started
        line = self._process.exchange(json.dumps(data).encode() + b"\n", self._patience)
        try:
            return json.loads(line)
        except (ValueError, RecursionError) as error:
            raise Nonsense(f"no JSON: {shown(line.decode(errors='replace'))}") from error

    def _fail(self, error: Exception, before: str = "") -> Answer:
        """Note a failure, end the process, and return the failure as an answer."""
        stderr = self._process.tail if self._process else ""
        reason = error.strerror if isinstance(error, OSError) else str(error)
        self._end()
        self._hangs += isinstance(error, Hang)
        self._row += 1
        self._failures += 1
        failed = Answer(ERROR, text=f"{before}{reason}", stderr=stderr)
        limits = ((self._hangs, MAX_HANGS), (self._row, MAX_IN_A_ROW), (self._failures, MAX_FAILURES))
        if any(count >= limit for count, limit in limits):
            why = f"it is asked no more after {self._failures} failures, the last: {reason}"
            self._given_up = Answer(ERROR, text=why, stderr=stderr)
        return failed

    def _end(self, last: bytes = b"") -> bool:
        """End the process; say whether it ended by itself, when it was told to."""
        process, self._process = self._process, None
        return process is None or process.close(last)

    def ends(self) -> bool:
        """Say stop; return whether the program then ended by itself."""
        return self._end(STOP)

    def close(self) -> None:
        """Say stop, and end the program."""
        self._end(STOP)
