"""`xvmgate drift`: what moved between two builds, and which rules it touches."""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, TypeVar

import click

from xvmgate.media import MediumError
from xvmgate.reports.drift.values import DRIFTED, UNREADABLE, Drift
from xvmgate.reports.verdict import INCOMPLETE, USAGE

from . import options, output, remote
from .actions import shielded
from .progress import counting

if TYPE_CHECKING:
    from collections.abc import Callable

    from xvmgate.media.remote import Remote

FORMATS = ("json", "markdown", "html")
"""Formats of report files; each is a module of `xvmgate.reports.drift` with a function `render`."""
EXIT_DRIFTED = 1
Found = TypeVar("Found")


def _nothing_compared(message: str, status: int) -> str:
    why = UNREADABLE if status == USAGE else INCOMPLETE
    return json.dumps(Drift(why, None, None, error=message).as_dict(), indent=2)


@click.command(
    cls=options.DocumentCommand, unfinished=_nothing_compared, short_help="Say what moved between two builds, by rule."
)
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--all", "every", is_flag=True, help="List what no rule touches too, and what was rebuilt in place.")
@click.option(
    "--report",
    "reports",
    metavar="FORMAT:FILE",
    multiple=True,
    help=f"Write a report; FORMAT is one of {', '.join(FORMATS)}; may be repeated.",
)
@remote.options
@options.layouts
@options.as_json
@options.quiet
@options.debug
@click.pass_obj
def verb(
    state: options.State,
    old: str,
    new: str,
    every: bool,
    reports: tuple[str, ...],
    timeout: float | None,
    download: bool,
    max_size: int,
) -> int:
    """Say what moved, appeared, vanished or changed from OLD to NEW, and whether the rules that it touches hold.

    Each is a medium or a capture. A kernel or ramdisk that was only rebuilt is no drift; what no rule touches is a
    count. Exit status 1 where something drifted.
    """
    try:
        targets = [output.parse_target(text, formats=FORMATS) for text in reports]
    except ValueError as error:
        raise options.Stop(str(error), USAGE) from error
    allowed = remote.allowed(timeout, download, max_size, quiet=state.quiet)
    found = in_words(lambda: _drift(old, new, allowed))
    for target in targets:
        text = import_module(f"xvmgate.reports.drift.{target.format}").render(found, every=every)
        output.place(target.path, text, "the report")
    if state.json:
        state.say(json.dumps(found.as_dict(every=every), indent=2), always=True)
    else:
        show(found, state, every=every)
    return EXIT_DRIFTED if found.verdict == DRIFTED else 0


def _drift(old: str, new: str, allowed: Remote) -> Drift:
    from xvmgate.conformance.drift.sides import drift  # noqa: PLC0415  # not for --help

    with counting(new, quiet=allowed.progress is None) as advance:
        return drift(old, new, advance, allowed)


def in_words(find: Callable[[], Found]) -> Found:
    """Return what was found; what cannot be read ends the run. Raises Stop."""
    from xvmgate.conformance.drift.reading import CaptureError  # noqa: PLC0415  # not for --help

    try:
        return find()
    except (MediumError, CaptureError) as error:
        raise options.Stop(str(error), USAGE) from error


def show(found: Drift, state: options.State, *, every: bool = False) -> None:
    """Print a line for each change, and the sum."""
    from xvmgate.reports.drift.text import lines  # noqa: PLC0415  # not for --json

    for line in lines(found, options.paint, every=every):
        state.say(shielded(line))
