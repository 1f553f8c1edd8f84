"""Reading ahead in a distant ISO: the directories that paths lead through, fetched together by the path table.

Writers lay directories out level by level, or the files of each between them; one by one they would cost a round trip
each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .formats import pathtable
from .formats.volume import FIRST_DESCRIPTOR, SECTOR

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .extents import Fetching
    from .formats.volume import Volume
    from .source import ByteSource

MAX_TABLE = 96 << 10
"""Bytes of a path table that is worth fetching; a DVD of 4,000 directories has two thirds of it."""
MAX_PLACES = 64
"""Directories that are fetched ahead; real media have a dozen below TOPS."""
PRIMARY = 1


class Ahead:
    """The path table of a primary volume on a distant source, fetched together with the root directory.

    TOPS are the root's directories below which kernels, ramdisks and menus lie.
    """

    TOPS = ("boot", "platform")

    def __init__(self, source: ByteSource, fetching: Fetching, volume: Volume) -> None:
        """Fetch them. Raises MediumError when fetching fails."""
        self._source = source
        self._fetching = fetching
        self._block_size = volume.block_size
        descriptor = source.peek(FIRST_DESCRIPTOR, SECTOR)
        table = pathtable.locate(descriptor)
        good = descriptor[0] == PRIMARY and table.size <= MAX_TABLE
        self._start, self._size = table.block * volume.block_size, table.size if good else 0
        root = int.from_bytes(volume.root[2:6], "little") * volume.block_size
        fetching.prefetch([(self._start, self._size), (root, SECTOR)])

    def fetch_below(self, tops: Iterable[int]) -> None:
        """Fetch the directories at and below these blocks. Raises MediumError when fetching fails."""
        wanted = set(tops)
        blocks = pathtable.below(self._source.peek(self._start, self._size), wanted, MAX_PLACES)
        self._fetching.prefetch([(block * self._block_size, SECTOR) for block in [*wanted, *blocks]])
