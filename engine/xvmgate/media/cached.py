"""Bytes by offset from far away: few, large requests, and what they brought is kept for a while."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import OrderedDict
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from .base import MediumError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    Run = tuple[int, int]

PAGE = 16 << 10
"""Bytes of a page, the unit that is kept."""
WINDOW = 64 << 10
"""Bytes that a request brings beside what is wanted, half before and half behind: directories lie close together."""
MAX_PAGES = 512
"""Pages that are kept: 8 MiB."""
LARGE = 1 << 20
"""A read of this many bytes is passed on as it is, and not kept."""


class CachedSource(ABC):
    """A source (see source.ByteSource) whose reads are rounded up to pages and kept, the most recent ones.

    A subclass says how bytes are fetched. `size` is in bytes; `validator` tells the file from a later one of its name,
    None where nothing does.
    """

    def __init__(self, location: str, size: int, validator: str | None = None) -> None:
        self.location = location
        self.size = size
        self.validator = validator
        self._pages: OrderedDict[int, bytes] = OrderedDict()

    @property
    @abstractmethod
    def bytes_read(self) -> int:
        """Bytes fetched so far."""

    @property
    @abstractmethod
    def requests(self) -> int:
        """Requests sent so far."""

    @abstractmethod
    def fetch(self, start: int, end: int) -> bytes:
        """Fetch exactly the bytes from `start` up to `end`. Raises MediumError."""

    @abstractmethod
    def close(self) -> None:
        """Give the source back."""

    def fetch_all(self, runs: Sequence[Run]) -> Iterator[tuple[int, bytes]]:
        """Fetch several runs (start, end); yield what came as offset and bytes. Raises MediumError."""
        for start, end in runs:
            yield start, self.fetch(start, end)

    def chunks(self, offset: int, length: int) -> Iterator[bytes]:
        """Yield the bytes at `offset` in pieces, not kept. Raises MediumError when fetching fails."""
        for start in range(offset, offset + length, LARGE):
            yield self.fetch(start, min(start + LARGE, offset + length))

    def read(self, offset: int, length: int) -> bytes:
        """Read exactly `length` bytes at `offset`. Raises MediumError when the image ends before, or fetching fails."""
        if offset < 0 or length < 0 or offset + length > self.size:
            raise self.broken(f"truncated: bytes {offset} to {offset + length} are wanted of {self.size}")
        return self.peek(offset, length)

    def peek(self, offset: int, length: int) -> bytes:
        """Read up to `length` bytes at `offset`, fewer at the end. Raises MediumError when fetching fails."""
        end = min(offset + length, self.size)
        if offset >= end:
            return b""
        if end - offset >= LARGE:
            return self.fetch(offset, end)
        numbers = range(offset // PAGE, (end - 1) // PAGE + 1)
        missing = [number for number in numbers if number not in self._pages]
        if missing:
            self._load(self._runs(self._around(missing) if len(numbers) <= WINDOW // PAGE else missing))
        data = b"".join(self._page(number) for number in numbers)
        return data[offset - numbers[0] * PAGE : end - numbers[0] * PAGE]

    def prefetch(self, wanted: Iterable[tuple[int, int]]) -> None:
        """Fetch what lies at each (offset, length), all at once where that can be. Raises MediumError."""
        numbers = set[int]()
        for offset, length in wanted:
            end = min(offset + length, self.size)
            if 0 <= offset < end and length < LARGE:
                numbers.update(range(offset // PAGE, (end - 1) // PAGE + 1))
        left = sorted(number for number in numbers if number not in self._pages)[: MAX_PAGES // 2]
        gaps = [number + 1 for number, following in pairwise(left) if following - number == 2]
        self._load(self._runs(sorted({*left, *gaps})))

    def broken(self, problem: str) -> MediumError:
        """Return the error for damage in the image; the caller raises it."""
        return MediumError(self.location, problem, "write or fetch the image again")

    def keep(self, offset: int, data: bytes) -> None:
        """Keep the whole pages in bytes that begin at `offset`, and the last one of the image."""
        for number in range(-(-offset // PAGE), (offset + len(data) - 1) // PAGE + 1):
            page = data[number * PAGE - offset : (number + 1) * PAGE - offset]
            if len(page) == PAGE or number * PAGE + len(page) == self.size:
                self._pages[number] = page
                self._pages.move_to_end(number)
        while len(self._pages) > MAX_PAGES:
            self._pages.popitem(last=False)

    def _around(self, missing: list[int]) -> list[int]:
        """Return the missing pages of a window; behind a page that is kept, it looks ahead only."""
        width = WINDOW // PAGE
        before = 0 if missing[0] - 1 in self._pages else width // 2
        last = min(missing[-1] + 1 + width - before, -(-self.size // PAGE))
        return [number for number in range(max(0, missing[0] - before), last) if number not in self._pages]

    def _runs(self, numbers: list[int]) -> list[Run]:
        """Join pages that follow each other to runs of bytes."""
        groups = groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])
        joined = [[number for _, number in group] for _, group in groups]
        return [(pages[0] * PAGE, min((pages[-1] + 1) * PAGE, self.size)) for pages in joined]

    def _load(self, runs: list[Run]) -> None:
        if len(runs) == 1:
            self.keep(runs[0][0], self.fetch(*runs[0]))
        elif runs:
            for start, data in self.fetch_all(runs):
                self.keep(start, data)

    def _page(self, number: int) -> bytes:
        if number not in self._pages:
            self._load([(number * PAGE, min((number + 1) * PAGE, self.size))])
        return self._pages[number]
