"""`xvmgate capture`: what a medium holds, as a file to compare later builds with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from xvmgate.media import MediumError
from xvmgate.reports.verdict import USAGE

from . import options, output, remote
from .progress import counting

if TYPE_CHECKING:
    from xvmgate.conformance.drift.capture import Capture

SCHEMA = "xvmgate.captured/1"
MAX_SHOWN = 5
"""Links out of the medium that are named."""


def _nothing_captured(message: str, status: int) -> str:  # noqa: ARG001  # every end has the same document
    return json.dumps({"schema": SCHEMA, "error": message}, indent=2)


@click.command(
    cls=options.DocumentCommand, unfinished=_nothing_captured, short_help="Write down what a medium holds, for `drift`."
)
@click.argument("medium", metavar="MEDIUM")
@click.option("-o", "--output", "place", metavar="FILE", help="Where it goes; without it, to stdout.")
@remote.options
@options.layouts
@options.as_json
@options.quiet
@options.debug
@click.pass_obj
def verb(
    state: options.State,
    medium: str,
    place: str | None,
    timeout: float | None,
    download: bool,
    max_size: int,
) -> int:
    """Write down what MEDIUM holds: every name with its kind and size, and what lies where rules look.

    A capture holds no content: of a kernel, a ramdisk and what else rules touch it has format, size and sha256. It is
    text of a line a name, sorted: the same medium gives the same file. `xvmgate drift` and `xvmgate check --baseline`
    compare with it.
    """
    from xvmgate.conformance.drift.taking import capture  # noqa: PLC0415  # not for --help
    from xvmgate.conformance.drift.writing import text  # noqa: PLC0415  # as above

    if state.json and place is None:
        raise click.UsageError("--json needs -o FILE: without it stdout is the capture's")
    allowed = remote.allowed(timeout, download, max_size, quiet=state.quiet)
    try:
        with counting(medium, quiet=state.quiet) as advance:
            taken = capture(medium, advance=advance, remote=allowed)
    except MediumError as error:
        raise options.Stop(str(error), USAGE) from error
    if place is None:
        state.say(text(taken).rstrip("\n"), always=True)
    else:
        output.place(place, text(taken), "the capture")
    _report(state, taken, place)
    return 0


def _report(state: options.State, taken: Capture, place: str | None) -> None:
    from xvmgate.reports.text import printable  # noqa: PLC0415  # not for --help

    escapes = [link.path for link in taken.escapes]
    if state.json:
        document = {
            "schema": SCHEMA, "error": None, "path": place, "location": taken.location, "kind": taken.kind,
            "names": len(taken.items), "touched": len(taken.places), "listed": taken.listed, "links_out": escapes,
        }  # fmt: skip
        state.say(json.dumps(document, indent=2), always=True)
    elif place is not None:
        names = f"{len(taken.items)} names, {len(taken.places)} paths where rules look"
        listed = "" if taken.listed else "; its directories cannot be listed, so only where rules look"
        state.say(f"captured {printable(taken.location)} in {printable(place)}: {names}{listed}")
    if escapes:
        more = f", and {len(escapes) - MAX_SHOWN} more" if len(escapes) > MAX_SHOWN else ""
        shown = ", ".join(path[:400] for path in escapes[:MAX_SHOWN])
        output.complain(f"{taken.location}: links lead out of the medium (XVM-EV-03): {shown}{more}")
