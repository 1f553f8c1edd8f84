"""An image on a web server as a source: every read is a request for a range, and must be answered by that range."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from xvmgate.media.cached import CachedSource
from xvmgate.media.counted import Counted

from . import ranges
from .client import MAX_TRIES
from .reply import Cut, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .client import Client

MAX_RUNS = 16
"""Ranges asked for in one request; nginx and Apache answer as many in one, other servers refuse them politely."""
WITHOUT = "have it served with ranges, or fetch it whole by --download"


class RangeSource(Counted, CachedSource):
    """One file on a server, pinned to what it was when it was opened; `validator` is its ETag or Last-Modified."""

    def __init__(self, client: Client, url: str, size: int, validator: str | None) -> None:
        super().__init__(client.location, size, validator)
        self._client = self._counter = client
        self._url = url
        self._several = True

    def fetch(self, start: int, end: int) -> bytes:
        """Fetch exactly these bytes, trying again where an answer breaks off. Raises MediumError."""
        return self._client.persist(lambda: self._whole(start, end))

    def fetch_all(self, runs: Sequence[tuple[int, int]]) -> Iterator[tuple[int, bytes]]:
        """Fetch several runs in one request where the server can do that. Raises MediumError."""
        left: list[tuple[int, int]] = []
        for first in range(0, len(runs), MAX_RUNS):
            asked = runs[first : first + MAX_RUNS]
            came = self._together(list(asked)) if self._several else {}
            yield from came.items()
            left += [run for run in asked if run[0] not in came]
        for start, end in left:
            yield start, self.fetch(start, end)

    def chunks(self, offset: int, length: int) -> Iterator[bytes]:
        """Yield the bytes at `offset` as they come, by one request; by another where it breaks off.

        Raises MediumError when it does so too often.
        """
        self._client.deadline.transfer()
        end, tries = offset + length, MAX_TRIES
        while offset < end:
            try:
                for data in self._coming(offset, end):
                    offset += len(data)
                    yield data
            except Cut:
                tries -= 1
                if not tries:
                    raise

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _whole(self, start: int, end: int) -> bytes:
        with self._part(start, end) as reply:
            data = reply.read(end - start)
            if len(data) != end - start:
                raise reply.cut(f"it sends {len(data)} of {end - start} bytes")
            return data

    def _coming(self, start: int, end: int) -> Iterator[bytes]:
        """Yield what comes; the next bytes come while these are used."""
        with self._part(start, end) as reply:
            while start < end:
                pieces = reply.some(end - start)
                if not pieces:
                    raise reply.cut(f"it stops sending {end - start} bytes before the end")
                start += sum(map(len, pieces))
                if start < end:
                    reply.ahead(end - start)
                yield from pieces

    def _part(self, start: int, end: int) -> Reply:
        """Ask for one range and demand it."""
        reply = self._client.get(self._url, [(start, end)], self.validator)
        try:
            self._demand(reply)
            span = reply.span()
            self._same(reply, span)
            if span[:2] != (start, end):
                raise reply.cut(f"it sends bytes {span.start} to {span.end} for {start} to {end}")
        except BaseException:
            reply.close()
            raise
        return reply

    def _demand(self, reply: Reply) -> None:
        if reply.status == 200:
            changed = self.validator is not None and reply.validator != self.validator
            raise self._changed() if changed else self._client.error("it cannot send parts of a file", WITHOUT)
        if reply.status == 416:
            raise self._changed()
        if reply.status != 206:
            raise self._client.error(f"the server answers {reply.status} in the midst of it")

    def _same(self, reply: Reply, span: ranges.Span) -> None:
        if span.total != self.size or (self.validator and reply.validator not in (None, self.validator)):
            raise self._changed()

    def _changed(self) -> Exception:
        return self._client.error("it was changed while it was read", "try again")

    def _together(self, runs: list[tuple[int, int]]) -> dict[int, bytes]:
        """Ask for several ranges at once and return those that came. A server that cannot is not asked again."""
        came: dict[int, bytes] = {}
        with suppress(Cut):
            came.update(self._parts(runs))
        self._several = self._several and len(came) == len(runs)
        return came

    def _parts(self, runs: list[tuple[int, int]]) -> Iterator[tuple[int, bytes]]:
        with self._client.get(self._url, runs, self.validator) as reply:
            mark = ranges.boundary(reply.header("Content-Type") or "") if reply.status == 206 else None
            if mark is None:
                return
            wanted = dict(runs)
            body = reply.read(sum(end - start + ranges.OVERHEAD for start, end in runs))
            with suppress(ranges.RangeError):
                for span, data in ranges.read_parts(body, mark):
                    self._same(reply, span)
                    if wanted.get(span.start) == span.end:
                        yield span.start, data
