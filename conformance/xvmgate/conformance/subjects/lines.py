"""A child process that is spoken to in lines, each with a time limit; ended with everything that it started."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_LINE = 4 << 20
"""Bytes of one line that a child may say."""
MAX_TAIL = 2000
"""Bytes of its stderr that are kept: the last ones."""
CHUNK = 64 << 10
PATIENCE = 1.0
"""Seconds that a child has to end by itself when it is told to."""


class Silence(Exception):  # noqa: N818  # it says what came instead of a line
    """No line came; the text says why."""


class Hang(Silence):
    """No line came in time."""


class LineProcess:
    """A running child; `exchange` says one line and returns one.

    Raises OSError when the program cannot be started.
    """

    def __init__(self, command: Sequence[str]) -> None:
        pipe = subprocess.PIPE
        self._child = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True)
        self._held = b""
        self._tail = b""
        self._selector = selectors.DefaultSelector()
        for stream in (self._child.stdin, self._child.stdout, self._child.stderr):
            assert stream is not None  # noqa: S101  # all three are pipes
            os.set_blocking(stream.fileno(), False)
        self._selector.register(self._out, selectors.EVENT_READ)
        self._selector.register(self._err, selectors.EVENT_READ)

    @property
    def _out(self) -> BinaryIO:
        return self._child.stdout  # type: ignore[return-value]  # it is a pipe

    @property
    def _err(self) -> BinaryIO:
        return self._child.stderr  # type: ignore[return-value]  # it is a pipe

    @property
    def tail(self) -> str:
        """The end of what the child said on stderr."""
        with suppress(OSError, ValueError):
            while data := self._err.read(CHUNK):
                self._tail = (self._tail + data)[-MAX_TAIL:]
        return self._tail.decode(errors="replace").strip()

    def exchange(self, line: bytes, seconds: float) -> bytes:
        """Say a line and return the next one that the child says.

        Raises Silence where none comes: it ended, it said too much, it said something before it was asked; Hang where
        it takes too long.
        """
        if self._held:
            raise Silence(f"it said {self._held[:80]!r} unasked")
        deadline = time.monotonic() + seconds
        left = memoryview(line)
        while b"\n" not in self._held:
            self._want(writing=bool(left))
            ready = self._selector.select(max(0.0, deadline - time.monotonic()))
            if time.monotonic() >= deadline:
                raise Hang(f"no answer within {seconds:g} s")
            for key, _ in ready:
                if key.fileobj is self._child.stdin:
                    left = self._write(left)
                else:
                    self._read(key.fileobj)  # type: ignore[arg-type]  # one of the child's pipes
        answer, _, self._held = self._held.partition(b"\n")
        return answer

    def _want(self, *, writing: bool) -> None:
        stdin = self._child.stdin
        if stdin is None or stdin.closed or writing == (stdin in self._selector.get_map()):
            return
        if writing:
            self._selector.register(stdin, selectors.EVENT_WRITE)
        else:
            self._selector.unregister(stdin)

    def _write(self, left: memoryview) -> memoryview:
        try:
            return left[os.write(self._child.stdin.fileno(), left[:CHUNK]) :]  # type: ignore[union-attr]  # it is a pipe
        except BlockingIOError:
            return left
        except OSError:
            return left[len(left) :]  # it reads no more; what it says, or that it ended, tells the rest

    def _read(self, stream: BinaryIO) -> None:
        data = os.read(stream.fileno(), CHUNK)
        if stream is self._err:
            self._tail = (self._tail + data)[-MAX_TAIL:]
            if not data:
                self._selector.unregister(stream)
            return
        if not data:
            raise Silence(f"it {self._ended()}")
        self._held += data
        if b"\n" not in data and len(self._held) > MAX_LINE:
            raise Silence(f"it said more than {MAX_LINE} bytes without an end of line")

    def _ended(self) -> str:
        try:
            status = self._child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            return "closed its stdout"
        if status < 0:
            return f"was killed by signal {-status} ({signal.strsignal(-status) or 'unknown'})"
        return f"ended with status {status}"

    def close(self, last: bytes = b"") -> bool:
        """End the child, with its process group; return whether it ended by itself when it was told `last`."""
        if last:
            with suppress(OSError):
                os.write(self._child.stdin.fileno(), last)  # type: ignore[union-attr]  # it is a pipe
            with suppress(OSError):
                self._child.stdin.close()  # type: ignore[union-attr]  # it is a pipe
            with suppress(subprocess.TimeoutExpired):
                self._child.wait(PATIENCE)
        ended = self._child.poll() is not None
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()
        self._selector.close()
        for stream in (self._child.stdin, self._out, self._err):
            with suppress(OSError):
                stream.close()  # type: ignore[union-attr]  # it is a pipe
        return ended
