"""How the guest's kernel reads its command line: what a plan means has to be what the guest sees.

Written from what is known of the kernel's own parser, and on purpose without the code that writes the line: ` -B` may
stand anywhere and more than once; a comma separates properties, a blank ends the list; a name given twice counts with
its last value; a name without `=` swallows the comma and the name behind it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xvmgate.fixtures.guest import guest_notes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .proplist import Property

LIST = re.compile(r"[ \t]-B[ \t]*")
"""The beginning of a property list."""
PROPERTY = re.compile(r"""([^= \t]+)=(?:'([^']*)'|"([^"]*)"|([^, \t]*))""")
"""A property: a name, which may hold commas, and a value in quotes or up to a comma or a blank."""
REST = re.compile(r"[^ \t]*")
FLAGS = re.compile(r"-([A-Za-z0-9]+)")


class GuestView(NamedTuple):
    """What a guest makes of a line: kernel, flag letters, the program of `-i`, properties, leftover words."""

    kernel: str
    flags: str
    init: str | None
    properties: dict[str, str]
    words: tuple[str, ...]


def known_of(properties: Iterable[Property], family: str) -> tuple[str, ...]:
    """Return what guests of a family are known to make of properties that they are sent (XVM-EV-04), as sentences."""
    notes = [note for note in guest_notes() if note.family == family]
    if not notes:
        return ()
    given = {name: value for name, value in properties if value is not None}
    return tuple(
        f"{note.property}={given[note.property]}: {note.text}"
        for note in notes
        if note.property in given and note.value in (None, given[note.property])
    )


def read_line(line: str) -> GuestView:
    """Read a command line as the guest's kernel does; nothing in it is an error, what it cannot use is left over."""
    properties: dict[str, str] = {}
    outside, leftover, at = [], [], 0
    while match := LIST.search(line, at):
        outside.append(line[at : match.start()])
        at, unused = _read_list(line, match.end(), properties)
        leftover += unused
    outside.append(line[at:])
    kernel, *tokens = " ".join(outside).split() or [""]
    flags, init, words = _read_tokens(tokens)
    return GuestView(kernel, flags, init, properties, (*words, *leftover))


def _read_list(line: str, at: int, properties: dict[str, str]) -> tuple[int, list[str]]:
    """Read a property list into `properties`; return where it ends, and what was no property."""
    while match := PROPERTY.match(line, at):
        properties[match[1]] = next(value for value in match.groups()[1:] if value is not None)
        at = match.end()
        if line[at : at + 1] != ",":
            break
        at += 1
    rest = REST.match(line, at)
    unused = rest[0] if rest else ""
    return at + len(unused), [name for name in unused.split(",") if name]


def _read_tokens(tokens: list[str]) -> tuple[str, str | None, list[str]]:
    flags: dict[str, None] = {}
    init, words, awaited = None, [], False
    for text in tokens:
        if awaited:
            init, awaited = text, False
        elif text == "-i":
            awaited = True
        elif group := FLAGS.fullmatch(text):
            flags.update(dict.fromkeys(group[1]))
        elif text != "-":
            words.append(text)
    return "".join(flags), init, words
