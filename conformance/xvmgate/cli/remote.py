"""Options for media that are not here, and the progress bar of what takes long."""

from __future__ import annotations

import math
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from xvmgate.media.remote import MAX_SIZE, TIMEOUT, Remote
from xvmgate.reports.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
LONGEST = 24 * 3600
"""Seconds that a user may allow."""


class Seconds(click.ParamType[float]):
    """A time in seconds, above 0."""

    name = "seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read a number. Complains about what is none, or out of range."""
        try:
            seconds = float(value)
        except ValueError:
            seconds = math.nan
        if not 0 < seconds <= LONGEST:
            self.fail(f"{value!r} is no number of seconds between 0 and {LONGEST}", param, ctx)
        return seconds


class Size(click.ParamType[int]):
    """A number of bytes, with K, M, G or T for multiples of 1024."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read a size. Complains about what is none."""
        if isinstance(value, int):
            return value
        text = str(value).strip().upper().removesuffix("IB").removesuffix("B")
        unit = UNITS.get(text[-1:], 1)
        digits = text[:-1] if unit > 1 else text
        if not (digits.isascii() and digits.isdigit() and len(digits) < 16 and int(digits)):
            self.fail(f"{value!r} is no size; write 700M or 8G", param, ctx)
        return int(digits) * unit


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --timeout, --download and --max-size to a verb."""
    for option in (
        click.option(
            "--max-size",
            type=Size(),
            default=MAX_SIZE,
            metavar="SIZE",
            help=f"Bytes that --download may take; K, M, G, T are units.  [default: {MAX_SIZE >> 30}G]",
        ),
        click.option(
            "--download",
            is_flag=True,
            help="Fetch an image whole, to a temporary file, where its web server cannot send parts of it.",
        ),
        click.option(
            "--timeout",
            type=Seconds(),
            metavar="S",
            help=f"Seconds that a remote medium may take in all.  [default: {TIMEOUT:g} to look at it; "
            "a transfer, as long as it goes on]",
        ),
    ):
        command = option(command)
    return command


def allowed(timeout: float | None, download: bool, max_size: int, *, quiet: bool) -> Remote:
    """Return what these options allow."""
    return Remote(timeout, download, max_size, None if quiet else progress)


@contextmanager
def progress(label: str, size: int | None) -> Iterator[Callable[[int], None]]:
    """Show a bar on a terminal, nothing elsewhere; yields what is to be told the bytes done."""
    if not (size and sys.stderr.isatty()):
        yield lambda _: None
        return
    with click.progressbar(length=size, label=printable(label), file=sys.stderr) as bar:
        yield bar.update
