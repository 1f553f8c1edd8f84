"""Counts that are kept below: what a medium has read is what its source or its server's client has."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Protocol

    class Counter(Protocol):
        """What counts."""

        @property
        def bytes_read(self) -> int:
            """Bytes read so far."""

        @property
        def requests(self) -> int:
            """Reads issued, or requests sent, so far."""


class Counted:
    """A reader whose counts are those of `_counter`; it stands before the class that wants them."""

    _counter: Counter

    @property
    def bytes_read(self) -> int:
        """Bytes read so far, or received."""
        return self._counter.bytes_read

    @property
    def requests(self) -> int:
        """Reads issued so far, or requests and calls: redirects and further tries are among them."""
        return self._counter.requests
