"""Progress of a walk whose length nobody knows: a count on a terminal, elsewhere nothing."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def counting(location: str, *, quiet: bool = False) -> Iterator[Callable[[int], None]]:
    """Give a function that is told of so many names more; the count is gone when the block ends."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from xvmgate.media.location import shown  # noqa: PLC0415  # only terminals need it
    from xvmgate.reports.text import printable  # noqa: PLC0415  # as above

    names, width = 0, 0

    def advance(more: int) -> None:
        nonlocal names, width
        names += more
        line = f"reading {printable(shown(location))[-60:]}: {names} names"
        width = max(width, len(line))
        click.echo(f"\r{line}", err=True, nl=False)

    try:
        yield advance
    finally:
        if width:
            click.echo(f"\r{' ' * width}\r", err=True, nl=False)
