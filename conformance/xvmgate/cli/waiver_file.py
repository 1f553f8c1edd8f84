"""Writing a file of waivers: what people wrote in it, comments and layout, stays as it is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from xvmgate.conformance.waivers import load
from xvmgate.fixtures.table import CatalogueError
from xvmgate.reports.verdict import USAGE

from .options import Stop
from .output import place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tomlkit import TOMLDocument


def append(path: str, values: Mapping[str, Any]) -> None:
    """Add a waiver of the values that are not None at a file's end, and make the file where there is none.

    Raises Stop for a file that is none of waivers, or that cannot be written.
    """
    import tomlkit  # noqa: PLC0415  # only writing needs it

    found = _read(path) if os.path.lexists(path) else tomlkit.document()
    table = tomlkit.table()
    for name, value in values.items():
        if value is not None:
            table.add(name, value)
    if not found.get("waiver"):
        found.pop("waiver", None)
        found.add("waiver", tomlkit.aot())
    elif isinstance(found["waiver"], tomlkit.items.AoT):
        found["waiver"][-1].add(tomlkit.nl())  # a blank line before the next
    found["waiver"].append(table)
    _write(path, found)


def remove(path: str, places: Sequence[int]) -> None:
    """Remove the waivers at these places of a file.

    Raises Stop for a file that is none of waivers, or that cannot be written.
    """
    found = _read(path)
    for number in sorted(places, reverse=True):
        del found["waiver"][number]
    _write(path, found)


def _write(path: str, found: TOMLDocument) -> None:
    """Write the file; where it is a link, what the link names."""
    import tomlkit  # noqa: PLC0415  # only writing needs it

    place(os.path.realpath(path), tomlkit.dumps(found), "the waivers")


def _read(path: str) -> TOMLDocument:
    import tomlkit  # noqa: PLC0415  # only writing needs it

    try:
        load(path)
        with open(path, encoding="utf-8", newline="") as file:
            return tomlkit.parse(file.read())
    except CatalogueError as error:
        raise Stop(str(error), USAGE) from error
    except OSError as error:
        raise Stop(f"{path}: cannot be read: {error.strerror}", USAGE) from error
