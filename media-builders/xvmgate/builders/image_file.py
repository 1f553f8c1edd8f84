"""The file that an image is written to: small writes are gathered and small gaps filled, for there are many of both.

A writer of images jumps between a few places, its path tables and its directories, and goes on where it left each. So
what is gathered is a few runs; a jump into one of them ends them all, and what is patched then comes after it.
"""

from __future__ import annotations

import io
import sys
from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

GATHER = 1 << 20
"""Bytes kept before they are written."""
GAP = 2048
"""Bytes up to which a gap behind a run is filled with zeros, where nothing was written yet."""
RUNS = 16
"""Runs that are kept at a time."""


class ImageFile:
    """As much of a binary file as pycdlib writes to; use it as a context manager, its end writes what is left."""

    mode = "wb"

    def __init__(self, raw: io.FileIO) -> None:
        self._raw = raw
        self._runs: dict[int, tuple[int, list[bytes]]] = {}  # by where they stop: where they start, and what they hold
        self._run: list[bytes] = []
        self._start = self._stop = self._at = self._end = 0
        self._flushed = 0  # behind this nothing is in the file
        self._limit = sys.maxsize  # where the next run begins

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.flush()

    def tell(self) -> int:
        """Return the place of the next write."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, counted from the start, from here or from the end of what was written."""
        if whence == io.SEEK_CUR:
            offset += self._at
        elif whence == io.SEEK_END:
            offset += self._end
        if offset != self._at:
            self._jump(offset)
        return offset

    def _jump(self, target: int) -> None:
        if self._flushed <= self._stop <= target <= self._limit and target - self._stop <= GAP:
            self._at = target  # the next write fills the gap
            return
        self._keep()
        if target not in self._runs and (len(self._runs) >= RUNS or self._is_held(target)):
            self.flush()
        self._start, self._run = self._runs.pop(target, (target, []))
        self._at = self._stop = target
        self._limit = min((start for start, _ in self._runs.values() if start >= target), default=sys.maxsize)

    def _is_held(self, target: int) -> bool:
        return any(start <= target < stop for stop, (start, _) in self._runs.items())

    def _keep(self) -> None:
        if self._run:
            self._runs[self._stop] = (self._start, self._run)

    def write(self, data: bytes) -> int:
        """Write at the present place. Raises OSError and ValueError as `flush` does."""
        size, at = len(data), self._at
        if at != self._stop:
            self._run.append(bytes(at - self._stop))
        self._run.append(data)
        self._at = self._stop = at = at + size
        if at > self._end:  # noqa: PLR1730  # `max` takes three times as long, and there are many writes
            self._end = at
        if at - self._start >= GATHER:
            self._put(self._start, self._run, self._limit)
            self._start, self._run = at, []
        return size

    def flush(self) -> None:
        """Write what was gathered.

        Raises OSError when it cannot be written, ValueError when runs grew into one another, which nobody could order.
        """
        self._keep()
        limit = sys.maxsize
        for start, run in sorted(self._runs.values(), key=itemgetter(0), reverse=True):
            self._put(start, run, limit)
            limit = start
        self._runs.clear()
        self._start, self._stop, self._run = self._at, self._at, []
        self._limit = sys.maxsize

    def _put(self, start: int, run: list[bytes], limit: int) -> None:
        data = memoryview(b"".join(run))
        stop = start + len(data)
        if stop > limit:
            raise ValueError(f"bytes {limit} to {stop} of an image were written twice")
        self._raw.seek(start)
        while data:
            data = data[self._raw.write(data) :]
        self._flushed = max(self._flushed, stop)
