"""`xvmgate build`: synthetic media of every known layout, good ones and broken ones."""

from __future__ import annotations

import gc
import json
import os
import shlex
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from xvmgate.builders.clock import DateError
from xvmgate.builders.fault import FORMS, FaultError, UnknownFaultError
from xvmgate.builders.iso import IsoError
from xvmgate.builders.output import OutputError, check_place, new_directory
from xvmgate.builders.recipe import MAX_FILES, Wish, recipe
from xvmgate.builders.ufs import UfsError
from xvmgate.fixtures.layout import Layout, every_layout, get, layout_ids, load_layout
from xvmgate.fixtures.table import CatalogueError
from xvmgate.reports.verdict import REFUSED, USAGE

from . import options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xvmgate.builders.fault import Fault

MAX_RAMDISK = 16 << 10
"""Most MiB of a ramdisk."""
STEPS = 1000
"""Steps of the progress bar."""


@click.command(short_help="Build synthetic media, good or broken.")
@click.argument("layout", metavar="[LAYOUT]", required=False)
@click.option("--as", "form", type=click.Choice(FORMS), default="iso", show_default=True, help="What to build.")
@click.option("-o", "--output", "place", metavar="PATH", help="Where it goes; with --all, a directory for all.")
@click.option("--break", "broken", metavar="RULE", help="Break this rule, or build this hostile variant (see --list).")
@click.option("--files", type=click.IntRange(0, MAX_FILES), default=0, help="Add so many files, in packages.")
@click.option("--ramdisk-mb", "mib", type=click.IntRange(1, MAX_RAMDISK), help="MiB of each ramdisk's image.")
@click.option("--all", "every", is_flag=True, help="Build every known layout.")
@click.option("--list", "listed", is_flag=True, help="List layouts and faults.")
@options.layouts
@options.as_json
@options.quiet
@options.debug
@click.pass_obj
def verb(
    state: options.State,
    layout: str | None,
    form: str,
    place: str | None,
    broken: str | None,
    files: int,
    mib: int | None,
    every: bool,
    listed: bool,
) -> int:
    """Build the medium of LAYOUT (an ID of --list, or a layout table's file) at PATH.

    The same words make the same bytes, whatever the clock, the umask, the locale or the directory; dates are
    SOURCE_DATE_EPOCH's, else the document's. PATH is there whole or not at all: an ISO replaces a file, a tree replaces
    nothing but an empty directory.
    """
    _refuse_half_a_question(layout, place, broken, every=every, listed=listed)
    if listed:
        _list(state)
        return 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # nothing half-written stays then either
    gc.disable()  # what is built is kept until the end: nothing is to be collected
    with _in_words(place or ""):
        check_place(place or "", directory=every or form == "tree")
        wish = Wish(files, mib)
        built = (
            [*_build_all(form, place or "", wish)] if every else [_one(layout or "", form, place or "", broken, wish)]
        )
    if state.json:
        state.say(json.dumps({"schema": "xvmgate.build/1", "built": built}, indent=2), always=True)
    elif not state.quiet:
        for medium in built:
            state.say(_line(medium))
    return 0


@contextmanager
def _in_words(place: str) -> Iterator[None]:
    """Turn what may go wrong into the sentence and the exit status that end the run."""
    try:
        yield
    except UnknownFaultError as error:
        raise options.Stop(str(error), USAGE) from error
    except FaultError as error:
        raise options.Stop(str(error), REFUSED) from error
    except (CatalogueError, DateError, OutputError, UfsError) as error:
        raise options.Stop(str(error), USAGE) from error
    except IsoError as error:
        raise options.Stop(f"{place}: {error}; mend the layout table", USAGE) from error
    except OSError as error:
        raise options.Stop(f"{place}: cannot be written: {error.strerror}", USAGE) from error


def _refuse_half_a_question(
    layout: str | None, place: str | None, broken: str | None, *, every: bool, listed: bool
) -> None:
    if listed + every + (layout is not None) != 1:
        raise click.UsageError("give one of LAYOUT, --all and --list")
    if listed and (place or broken):
        raise click.UsageError("--list builds nothing; leave -o and --break out")
    if not listed and not place:
        raise click.UsageError("-o PATH is missing")
    if every and broken:
        raise click.UsageError("--break goes with one LAYOUT, not with --all")


def _layout(name: str) -> Layout:
    if name.endswith(".toml"):
        return load_layout(name)
    if name not in layout_ids():
        raise options.Stop(f"no layout {name!r} (`xvmgate build --list` lists them)", USAGE)
    return get(name)


def _one(name: str, form: str, place: str, broken: str | None, wish: Wish) -> dict[str, Any]:
    layout = _layout(name)
    fault = None
    if broken is not None:
        from xvmgate.builders.faults import find_fault  # noqa: PLC0415  # it loads the rules, which a good medium spares

        fault = find_fault(broken, layout, form)
    return _build(layout, form, place, wish, fault)


def _build_all(form: str, place: str, wish: Wish) -> Iterator[dict[str, Any]]:
    with new_directory(place) as folder:
        for layout in every_layout():
            name = f"{layout.id}.iso" if form == "iso" else layout.id
            medium = _build(layout, form, os.path.join(folder, name), wish, None)
            yield {**medium, "path": os.path.join(place, name), "seen_by": _check_words(os.path.join(place, name), [])}


def _build(layout: Layout, form: str, place: str, wish: Wish, fault: Fault | None) -> dict[str, Any]:
    made = recipe(layout, wish)
    if fault:
        made = fault.change(made, layout)
    with _progress(f"building {layout.id}") as progress:
        if form == "iso":
            from xvmgate.builders.iso import write_iso  # noqa: PLC0415  # only the form that is wanted

            write_iso(made, place, progress)
        else:
            from xvmgate.builders.tree import write_tree  # noqa: PLC0415  # as above

            write_tree(made, place, progress)
    return {
        "layout": layout.id,
        "as": form,
        "path": place,
        "title": layout.title,
        "files": len(made.files),
        "fault": fault and fault.name,
        "breaks": sorted(fault.breaks(layout)) if fault else [],
        "seen_by": _check_words(place, fault.question(layout) if fault else []),
    }


def _check_words(place: str, question: list[str]) -> list[str]:
    return ["xvmgate", "check", place, *question]


@contextmanager
def _progress(label: str) -> Iterator[Callable[[float], None] | None]:
    """Show a bar on a terminal; elsewhere give None."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=STEPS, label=label, file=sys.stderr) as bar:
        yield lambda part: bar.update(max(0, int(part * STEPS) - bar.pos))


def _line(medium: dict[str, Any]) -> str:
    from xvmgate.reports.text import printable  # noqa: PLC0415  # only people need it

    line = f"built {printable(medium['path'])}: {medium['title']}"
    if medium["fault"]:
        line += f"; breaks {', '.join(medium['breaks'])}, as `{printable(shlex.join(medium['seen_by']))}` sees"
    return line


def _list(state: options.State) -> None:
    from xvmgate.builders.faults import FAULTS  # noqa: PLC0415  # as above

    layouts = every_layout()
    if state.json:
        faults = [
            {
                "name": fault.name,
                "says": fault.says,
                "as": fault.forms,
                "layouts": [made.id for made in fault.layouts()],
            }
            for fault in FAULTS.values()
        ]
        known = [{"id": layout.id, "title": layout.title} for layout in layouts]
        state.say(
            json.dumps({"schema": "xvmgate.build-list/1", "layouts": known, "faults": faults}, indent=2), always=True
        )
        return
    for layout in layouts:
        state.say(f"{layout.id:<26}{layout.title}")
    state.say("\n--break, and how many of the layouts it fits:")
    for fault in FAULTS.values():
        form = f", --as {fault.forms[0]} only" if len(fault.forms) == 1 else ""
        state.say(f"{fault.name:<26}{fault.says} ({len(fault.layouts())}{form})")
