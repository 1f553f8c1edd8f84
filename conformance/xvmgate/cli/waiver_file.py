"""Writing a file of waivers: whatever people wrote in it, comments and layout, stays as it is to the byte.

Lines are added and taken out whole: a TOML library's model gives a comment above a table to the table before it, with
which it would go. What comes out is read back and compared before it replaces the file.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from xvmgate.conformance.waivers import load, parse
from xvmgate.fixtures.table import CatalogueError
from xvmgate.reports.verdict import USAGE

from .options import Stop
from .output import place

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from xvmgate.conformance.waivers import Waivers

HEADER = re.compile(r"\s*\[\[\s*(waiver|\"waiver\"|'waiver')\s*\]\]\s*(#.*)?")
"""The line that begins a waiver."""
COMMENT = re.compile(r"\s*#.*")


def append(path: str, values: Mapping[str, Any]) -> None:
    """Add a waiver of the values that are not None at a file's end, and make the file where there is none.

    Raises Stop for a file that is none of waivers, or that cannot be written.
    """
    import tomlkit  # noqa: PLC0415  # only writing needs it

    there = os.path.lexists(path)
    text, before = _read(path) if there else ("", ())
    given = {name: value for name, value in values.items() if value is not None}
    table = tomlkit.dumps({"waiver": [given]})
    kept = text.rstrip()
    if "\r\n" in text:
        table = table.replace("\n", "\r\n")
    end = "\r\n" if "\r\n" in text else "\n"
    _write(path, f"{kept}{end * 2 if kept else ''}{table}", len(before) + 1, before)


def remove(path: str, places: Collection[int]) -> None:
    """Remove the waivers at these places of a file, each with the comment that stands right above it.

    Raises Stop for a file that is none of waivers, or that cannot be written.
    """
    text, before = _read(path)
    lines = text.splitlines(keepends=True)
    starts = [number for number, line in enumerate(lines) if HEADER.fullmatch(line.rstrip("\r\n"))]
    if len(starts) == len(before):
        for number in sorted(places, reverse=True):
            first, last = _extent(lines, starts[number], starts[number + 1] if number + 1 < len(starts) else len(lines))
            del lines[first:last]
    kept = tuple(waiver for number, waiver in enumerate(before) if number not in places)
    _write(path, "".join(lines).lstrip("\r\n") if before else text, len(kept), kept)


def _extent(lines: list[str], start: int, end: int) -> tuple[int, int]:
    """Return the first line of a waiver with its comment, and the first after it and the blank lines that follow."""
    first = start
    while first and COMMENT.fullmatch(lines[first - 1].rstrip("\r\n")):
        first -= 1
    last = end
    while last > start + 1 and (not lines[last - 1].strip() or COMMENT.fullmatch(lines[last - 1].rstrip("\r\n"))):
        last -= 1
    while last < end and not lines[last].strip():
        last += 1
    return first, last


def _read(path: str) -> tuple[str, tuple[Any, ...]]:
    try:
        waivers = load(path).all
        with open(path, encoding="utf-8", newline="") as file:
            return file.read(), waivers
    except CatalogueError as error:
        raise Stop(str(error), USAGE) from error
    except OSError as error:
        raise Stop(f"{path}: cannot be read: {error.strerror}", USAGE) from error


def _write(path: str, text: str, number: int, kept: tuple[Any, ...]) -> None:
    """Write the file, or where it is a link what it names, once its waivers are what they are to be."""
    try:
        found: Waivers | None = parse(text, path)
    except CatalogueError:
        found = None
    if found is None or len(found.all) != number or found.all[: len(kept)] != kept:
        raise Stop(f"{path}: cannot be changed here: write each waiver as a table of its own, [[waiver]]", USAGE)
    place(os.path.realpath(path), text, "the waivers")
