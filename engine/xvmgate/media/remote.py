"""How a medium that is not here may be read: how long, how much, and who is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    Progress = Callable[[str, int | None], AbstractContextManager[Callable[[int], None]]]

TIMEOUT = 40.0
"""Seconds that looking at a remote medium may take in all, retries included, unless the user says otherwise."""
MAX_SIZE = 16 << 30
"""Bytes that a download may take, unless the user says otherwise: twice the largest DVD."""


class Remote(NamedTuple):
    """What the user allows.

    `timeout` is in seconds and bounds everything; None means TIMEOUT for looking, and for a long transfer that it keeps
    going. `download` lets an image be fetched whole, up to `max_size` bytes, where a server cannot send parts of it.
    `progress(label, size)` opens a bar, or does nothing.
    """

    timeout: float | None = None
    download: bool = False
    max_size: int = MAX_SIZE
    progress: Progress | None = None


DEFAULT = Remote()
"""What is allowed where nobody said anything."""
