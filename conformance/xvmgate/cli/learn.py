"""`xvmgate learn`: the layout table that an unknown medium needs."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import click

from xvmgate.media import MediumError
from xvmgate.media.location import shown
from xvmgate.reports.verdict import REFUSED, USAGE

from . import options, output, remote
from .progress import counting

if TYPE_CHECKING:
    from xvmgate.conformance.learn.learning import Learned
    from xvmgate.media.remote import Remote

KEYS = ("error", "location", "id", "path", "table", "nearest")


def _document(**values: Any) -> str:
    found: dict[str, Any] = {"schema": "xvmgate.learn/1", **dict.fromkeys(KEYS), "differences": []}
    return json.dumps(found | values, indent=2)


def _nothing_learned(message: str, status: int) -> str:  # noqa: ARG001  # every end has the same document
    return _document(error=message)


@click.command(
    cls=options.DocumentCommand, unfinished=_nothing_learned, short_help="Write the layout table of an unknown medium."
)
@click.argument("medium", metavar="MEDIUM")
@click.option("-o", "--output", "place", metavar="FILE|DIR", help="Where it goes; without it, to stdout.")
@click.option("--id", "layout_id", metavar="ID", help="What the release is called; else like FILE, else like MEDIUM.")
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
    layout_id: str | None,
    timeout: float | None,
    download: bool,
    max_size: int,
) -> int:
    """Write the layout table that MEDIUM needs, and how it differs from the nearest known release.

    With the table's file or directory in --layouts, or in `layouts` of xvmgate.toml, `check --release ID` and `build
    ID` know the release.
    """
    directory = place is not None and os.path.isdir(place)
    if place is not None and not directory:
        layout_id = _named(place, layout_id)
    if layout_id is not None and (not layout_id.strip(".") or "/" in layout_id or not layout_id.isprintable()):
        raise options.Stop(f"--id {layout_id!r}: a name without / is expected", USAGE)
    found = _learn(medium, layout_id, remote.allowed(timeout, download, max_size, quiet=state.quiet))
    path = os.path.join(place, f"{found.layout.id}.toml") if place is not None and directory else place
    if path is not None:
        output.place(path, found.table, "the layout table")
    _show(state, found, medium, path)
    return 0


def _named(place: str, layout_id: str | None) -> str:
    name = os.path.basename(place).removesuffix(".toml")
    if not place.endswith(".toml") or layout_id not in (None, name):
        raise options.Stop(f"-o {place!r}: a directory or a file ID.toml is expected", USAGE)
    return name


def _learn(medium: str, layout_id: str | None, allowed: Remote) -> Learned:
    from xvmgate.conformance.learn.learning import LearnError, learn  # noqa: PLC0415  # not for --help

    try:
        with counting(medium, quiet=allowed.progress is None) as advance:
            return learn(medium, layout_id, advance, allowed)
    except MediumError as error:
        raise options.Stop(str(error), USAGE) from error
    except LearnError as error:
        raise options.Stop(str(error), REFUSED) from error


def _show(state: options.State, found: Learned, medium: str, path: str | None) -> None:
    from xvmgate.reports.text import printable  # noqa: PLC0415  # not for --help

    if state.json:
        values: dict[str, Any] = {"location": shown(medium), "id": found.layout.id, "path": path, "table": found.table}
        values |= {"nearest": found.nearest, "differences": found.differences}
        state.say(_document(**values), always=True)
    elif path is None:
        state.say(found.table.rstrip("\n"), always=True)
    else:
        state.say(f"learned {printable(shown(medium))} as {found.layout.id}, in {printable(path)}")
        if found.nearest:
            count = len(found.differences)
            state.say(f"nearest: {found.nearest}; {count or 'no'} difference{'' if count == 1 else 's'}")
        for difference in found.differences:
            state.say(f"  {printable(difference)}")
