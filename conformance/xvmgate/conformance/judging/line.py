"""Two command lines compared by what they mean to the guest.

Read with the model of the guest's own parser, so blanks, the number of `-B` groups and of flag groups, the place of the
`-` separator and the quotes of a value make no difference, nor do leading zeros in the octets of a MAC. All else does,
the order of words, flags and properties included: RULES.md says what is ignored, and order is not among it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from xvmgate.engine.guest import GuestView, read_line

from .difference import Difference

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAC = re.compile(r"[0-9A-Fa-f]{1,2}(?::[0-9A-Fa-f]{1,2}){5}")
BOOTPATH = re.compile(r"""(?:[ ,\t]|-B)bootpath=(['"]?)""")
"""The document quotes this one property (line 101), so its quotes are looked at."""
MAX_LINE = 64 << 10
"""Characters of a command line that are read."""


@lru_cache(maxsize=4096)
def read(line: str) -> GuestView:
    """Return what the guest makes of a line."""
    return read_line(line)


def same_value(name: str, expected: str | None, actual: str | None) -> bool:
    """Compare a property's values, those of `boot-mac` as numbers."""
    if expected is None or actual is None or name != "boot-mac":
        return expected == actual
    return _octets(expected) == _octets(actual)


def _octets(text: str) -> object:
    return [int(octet, 16) for octet in text.split(":")] if MAC.fullmatch(text) else text


def differences(expected: str, actual: str) -> Iterator[Difference]:
    """Yield what differs between two lines."""
    if len(actual) > MAX_LINE:
        yield Difference("order", expected, f"a line of {len(actual)} characters")
        return
    wanted, found = read(expected), read(actual)
    for field, what in (("kernel", "token"), ("flags", "flags"), ("init", "init")):
        ours, theirs = getattr(wanted, field), getattr(found, field)
        if ours != theirs:
            yield Difference(what, ours or None, theirs or None)
    yield from _properties(wanted, found)
    yield from _sequence("word", wanted.words, found.words)
    quote, other = BOOTPATH.search(expected), BOOTPATH.search(actual)
    if quote and other and quote[1] != other[1]:
        yield Difference("quotes:bootpath", f"bootpath in {quote[1]}", f"in {other[1] or 'no quotes'}")


def _properties(wanted: GuestView, found: GuestView) -> Iterator[Difference]:
    renamed = _renamed(wanted, found)
    for name in dict.fromkeys((*wanted.properties, *found.properties)):
        ours, theirs = wanted.properties.get(name), found.properties.get(name)
        if name not in renamed.values() and not same_value(name, ours, theirs):
            other = renamed.get(name)
            actual = _shown(name, theirs) if other is None else _shown(other, ours)
            yield Difference(f"property:{name}", _shown(name, ours), actual)
    yield from _order("property", list(wanted.properties), list(found.properties))


def _renamed(wanted: GuestView, found: GuestView) -> dict[str, str]:
    """Return properties that are there with their value under another name: one thing wrong, not two."""
    extra = {value: name for name, value in found.properties.items() if name not in wanted.properties}
    missing = {name: value for name, value in wanted.properties.items() if name not in found.properties}
    once = {value: name for name, value in missing.items()}
    return {name: extra[value] for value, name in once.items() if value in extra}


def _shown(name: str, value: str | None) -> str | None:
    return None if value is None else f"{name}={value}"


def _sequence(what: str, wanted: Sequence[str], found: Sequence[str]) -> Iterator[Difference]:
    for text in dict.fromkeys((*wanted, *found)):
        ours, theirs = wanted.count(text), found.count(text)
        if ours != theirs:
            yield Difference(f"{what}:{text}", " ".join([text] * ours) or None, " ".join([text] * theirs) or None)
    yield from _order(what, wanted, found)


def _order(what: str, wanted: Sequence[str], found: Sequence[str]) -> Iterator[Difference]:
    """Yield a difference where what both have stands in another order."""
    ours = [text for text in wanted if text in found]
    theirs = [text for text in found if text in wanted]
    if sorted(ours) == sorted(theirs) and ours != theirs:
        yield Difference(f"order:{what}", " ".join(ours), " ".join(theirs))
