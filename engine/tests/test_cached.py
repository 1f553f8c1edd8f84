"""Bytes from far away: whatever is asked for in whatever order, they are the right ones, and few pages are kept."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xvmgate.media import MediumError
from xvmgate.media.cached import LARGE, MAX_PAGES, PAGE, CachedSource

SIZE = 12 * (1 << 20) + 12345
DATA = b"".join(number.to_bytes(4, "big") for number in range(SIZE // 4)) + b"x"


class FarSource(CachedSource):
    """A source that notes what is fetched."""

    def __init__(self) -> None:
        super().__init__("far.iso", len(DATA))
        self.fetched: list[tuple[int, int]] = []

    @property
    def bytes_read(self) -> int:
        """Bytes fetched."""
        return sum(end - start for start, end in self.fetched)

    @property
    def requests(self) -> int:
        """Fetches."""
        return len(self.fetched)

    def fetch(self, start: int, end: int) -> bytes:
        """Fetch."""
        assert 0 <= start < end <= len(DATA)
        self.fetched.append((start, end))
        return DATA[start:end]

    def close(self) -> None:
        """Do nothing."""


PLACES = st.tuples(
    st.one_of(st.integers(0, SIZE + PAGE), st.integers(0, SIZE // PAGE).map(lambda number: number * PAGE)),
    st.one_of(st.integers(0, 3 * PAGE), st.integers(LARGE - 2, LARGE + 2), st.just(PAGE)),
)


@settings(max_examples=60)
@given(st.lists(st.tuples(PLACES, st.booleans()), max_size=40))
def test_whatever_is_asked_for(places: list[tuple[tuple[int, int], bool]]) -> None:
    source = FarSource()
    for (offset, size), ahead in places:
        if ahead:
            source.prefetch([(offset, size), (offset + 5 * PAGE, size)])
        assert source.peek(offset, size) == DATA[offset : offset + size]
        assert len(source._pages) <= MAX_PAGES


def test_what_is_kept_is_not_fetched_again() -> None:
    source = FarSource()
    source.peek(100, 10)
    count = source.requests
    assert source.peek(5000, 5000) == DATA[5000:10000]
    assert source.requests == count == 1
    source.prefetch([(0, 100), (200, 4000)])
    assert source.requests == 1


def test_reading_on_is_a_window_at_a_time() -> None:
    source = FarSource()
    for offset in range(0, 1 << 20, 2048):
        source.peek(offset, 2048)
    assert source.requests <= 17
    assert source.bytes_read <= (1 << 20) + (64 << 10)


@pytest.mark.parametrize(("offset", "length"), [(-1, 1), (0, -1), (len(DATA), 1), (0, len(DATA) + 1), (1 << 60, 1)])
def test_beyond_the_image(offset: int, length: int) -> None:
    with pytest.raises(MediumError, match=r"far\.iso: truncated: bytes"):
        FarSource().read(offset, length)


def test_chunks() -> None:
    assert b"".join(FarSource().chunks(12345, 3 * LARGE)) == DATA[12345 : 12345 + 3 * LARGE]
