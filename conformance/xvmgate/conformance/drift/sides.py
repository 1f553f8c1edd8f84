"""The two sides of a drift: each a medium or a capture, told by content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .compare import compare
from .reading import is_text, load
from .taking import capture

if TYPE_CHECKING:
    from collections.abc import Callable

    from xvmgate.media.remote import Remote
    from xvmgate.reports.drift.values import Drift

    from .capture import Capture


def drift(old: str, new: str, advance: Callable[[int], None] = lambda _: None, remote: Remote | None = None) -> Drift:
    """Return what changed from one medium or capture to another; `advance(names)` is called as media are read.

    `remote` is as for `open_medium`.

    Raises MediumError and CaptureError for what cannot be read.
    """
    after = load(new) if is_text(new) else None
    if is_text(old):
        before = load(old)
    else:
        before = capture(old, sizes=sizes(after) if after else (), advance=advance, remote=remote)
    return compare(before, after or capture(new, sizes=sizes(before), advance=advance, remote=remote))


def drift_from(
    baseline: Capture, location: str, advance: Callable[[int], None] = lambda _: None, remote: Remote | None = None
) -> Drift:
    """Return what changed from a capture to the medium at a location; `remote` is as for `open_medium`.

    Raises MediumError when that cannot be read.
    """
    return compare(baseline, capture(location, sizes=sizes(baseline), advance=advance, remote=remote))


def sizes(known: Capture) -> frozenset[int]:
    """Return the sizes of the files that are looked at: a file of one of them may be one that moved."""
    return frozenset(place.size for place in known.places.values() if place.size)
