"""The list `name=value,name=value` as `-B` and `--autocf` have it: commas separate, quotes protect."""

from __future__ import annotations

import re
from typing import NamedTuple

QUOTES = ("'", '"')
CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
"""What no text of a user's may hold: control characters but for the tab, line separators, non-characters."""
BLANKS = " \t"


class Unreadable(Exception):  # noqa: N818  # it says what the text is
    """A text that cannot be read; the message says what is wrong and quotes the text from there on."""


class Grammar(NamedTuple):
    """What may stand in a name and in an unquoted value, and what ends a value besides the end of the text."""

    name: re.Pattern[str]
    value: re.Pattern[str]
    stops: str


IN_LINE = Grammar(re.compile(r"[^,= \t]*"), re.compile(r"[^, \t]*"), "," + BLANKS)
"""A list in a command line: a blank ends it."""
ALONE = Grammar(re.compile(r"[^,=]*"), re.compile(r"[^,]*"), ",")
"""A list that is an option of its own: blanks belong to its values."""

NEEDS_QUOTES = re.compile(r"\A['\"]|[, \t]")
"""What an unquoted value cannot hold in such a list."""
Property = tuple[str, str | None]
"""A name with its value; None where there was no `=`."""


def read_list(text: str, at: int, grammar: Grammar) -> tuple[list[Property], int]:
    """Read the properties of a list that begins at an offset; return them, and where the list ends.

    Empty items vanish. Raises Unreadable for an unclosed quote, text behind a closing one, or a value without a name.
    """
    found: list[Property] = []
    while True:
        start, at = at, grammar.name.match(text, at).end()  # type: ignore[union-attr]  # the pattern fits anywhere
        name, value = text[start:at], None
        if text[at : at + 1] == "=":
            value, at = read_value(text, at + 1, grammar)
            if not name:
                raise Unreadable(f"a value without a name: {text[start:]!r}")
        if name:
            found.append((name, value))
        if text[at : at + 1] != ",":
            return found, at
        at += 1


def read_value(text: str, at: int, grammar: Grammar) -> tuple[str, int]:
    """Read the value at an offset; a quote counts as its first character only, and up to its match.

    Raises Unreadable for an unclosed quote, or text behind a closing one.
    """
    quote = text[at : at + 1]
    if quote not in QUOTES:
        end = grammar.value.match(text, at).end()  # type: ignore[union-attr]  # the pattern fits anywhere
        return text[at:end], end
    close = text.find(quote, at + 1)
    if close < 0:
        raise Unreadable(f"an unclosed quote: {text[at:]!r}")
    after = text[close + 1 : close + 2]
    if after and after not in grammar.stops:
        raise Unreadable(f"text behind a closing quote: {text[at:]!r}")
    return text[at + 1 : close], close + 1


def quoted(name: str, value: str) -> str:
    """Write a value so that it is read back: in quotes where it needs them, single ones if it can be.

    `bootpath` always is (document, line 101). Raises Unreadable for a value that needs quotes and holds both kinds.
    """
    if name != "bootpath" and not NEEDS_QUOTES.search(value):
        return value
    quote = "'" if "'" not in value else '"'
    if quote in value:
        raise Unreadable(f"a value that holds both kinds of quotes and needs one around it: {name}={value}")
    return f"{quote}{value}{quote}"


def written(properties: list[Property] | tuple[Property, ...]) -> str:
    """Write properties as a list. Raises Unreadable for a value that cannot be quoted."""
    return ",".join(name if value is None else f"{name}={quoted(name, value)}" for name, value in properties)


def each_once(properties: list[Property]) -> tuple[dict[str, str | None], list[str]]:
    """Keep each name once, with its last value at its first place; return those, and what was lost, as written."""
    kept: dict[str, str | None] = {}
    lost = []
    for name, value in properties:
        if name in kept and kept[name] != value:
            lost.append(name if kept[name] is None else f"{name}={kept[name]}")
        kept[name] = value
    return kept, lost
