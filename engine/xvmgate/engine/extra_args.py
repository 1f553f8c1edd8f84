"""Reading `-x`: flags, words and properties told apart (XVM-ARGS-04), `-m` dropped (XVM-ARGS-05)."""

from __future__ import annotations

import re
from typing import NamedTuple

from .bootargs import BootArgs, valueless_last
from .proplist import BLANKS, CONTROL, IN_LINE, QUOTES, Property, Unreadable, each_once, quoted, read_list, read_value

BLANK_RUN = re.compile(r"[ \t]*")
TOKEN = re.compile(r"[^ \t]*")
GROUP = re.compile(r"-([A-Za-z0-9]+)")
"""A flag group, as far as its letters go."""
QUOTED_WORD = re.compile(r"[^ \t=]*=(?=['\"])")
"""The beginning of a bare word whose value is in quotes."""
WITH_VALUE = "Bim"
"""Letters that take a value: the property list, the program to start first, and SMF's options."""
OUTSIDE = IN_LINE._replace(value=TOKEN, stops=BLANKS)
"""A value outside a list, where commas are part of it."""


class Read(NamedTuple):
    """What was read: the arguments, and what was lost on the way, as sentences."""

    args: BootArgs
    messages: tuple[str, ...]


EMPTY = Read(BootArgs(), ())
"""What an empty text holds."""


def parse(text: str) -> BootArgs:
    """Return the arguments that a text holds. Raises Unreadable as `read_extra_args` does."""
    return read_extra_args(text).args


def read_extra_args(text: str) -> Read:
    """Read the text of `-x`.

    Raises Unreadable, quoting the text at fault, for control characters, an unclosed quote, a `-B` or `-i` with
    nothing behind it, and whatever the guest would take for something else.
    """
    if not text:
        return EMPTY
    if CONTROL.search(text):
        raise Unreadable(f"a control character: {text!r}")
    reader = _Reader(text)
    reader.run()
    return reader.result()


class _Reader:
    """A walk along the text; each step takes one token, with its value if it has one."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.flags: dict[str, None] = {}
        self.options: dict[str, str] = {}
        self.words: list[str] = []
        self.properties: list[Property] = []
        self.dropped: list[str] = []
        self.messages: list[str] = []

    def run(self) -> None:
        while self._skip_blanks():
            item = self.text[self.at : self._end(TOKEN)]
            if item == "-":
                self.at += 1
            elif not self._group(item):
                self._word()

    def result(self) -> Read:
        kept, lost = each_once(self.properties)
        lost_texts = [f"-x: {text} is not passed on, for the same name is given again" for text in lost]
        args = BootArgs(
            "".join(self.flags),
            tuple(self.options.items()),
            tuple(self.words),
            valueless_last(kept),
            tuple(self.dropped),
        )
        return Read(args, (*self.messages, *lost_texts))

    def _end(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self.text, self.at)
        return match.end() if match else self.at

    def _skip_blanks(self) -> bool:
        self.at = self._end(BLANK_RUN)
        return self.at < len(self.text)

    def _group(self, token: str) -> bool:
        """Take a flag group; the first letter that has a value ends it. Say whether the token is one."""
        match = GROUP.match(token)
        if match is None:
            return False
        letters = match[1]
        flags = next((place for place, letter in enumerate(letters) if letter in WITH_VALUE), len(letters))
        if flags == len(letters) and match.end() < len(token):
            return False
        self.flags.update(dict.fromkeys(letters[:flags]))
        start, self.at = self.at, self.at + 1 + flags
        if flags < len(letters):
            self.at += 1
            self._option(letters[flags], start)
        return True

    def _option(self, letter: str, start: int) -> None:
        behind = self.at
        attached = self.at < len(self.text) and self.text[self.at] not in BLANKS
        follows = attached or (self._skip_blanks() and self.text[self.at] != "-")
        if letter == "m":
            self._drop(behind, follows=follows)
        elif not follows:
            raise Unreadable(f"-{letter} with nothing behind it: {self.text[start:]!r}")
        elif letter == "B":
            self._list(start)
        else:
            self._initial(start)

    def _list(self, start: int) -> None:
        found, self.at = read_list(self.text, self.at, IN_LINE)
        if not found:
            raise Unreadable(f"-B with nothing behind it: {self.text[start:]!r}")
        for name, value in found:
            if name[0] == "-":
                raise Unreadable(f"a property that looks like an option: {self.text[start : self.at]!r}")
            quoted(name, value or "")  # what could not be written again is refused here, where its text is at hand
        self.properties += found

    def _initial(self, start: int) -> None:
        value, self.at = read_value(self.text, self.at, OUTSIDE)
        if not value or value[0] in ("-", *QUOTES) or any(blank in value for blank in BLANKS):
            raise Unreadable(f"a value of -i that the guest would not see whole: {self.text[start : self.at]!r}")
        if self.options.get("i", value) != value:
            self.messages.append(f"-x: -i {self.options['i']} is not passed on, for -i is given again")
        self.options["i"] = value

    def _drop(self, behind: int, *, follows: bool) -> None:
        if follows:
            _, self.at = read_value(self.text, self.at, OUTSIDE)
        self.dropped.append(f"-m{self.text[behind : self.at]}".rstrip(BLANKS))

    def _word(self) -> None:
        start, value = self.at, ""
        head = QUOTED_WORD.match(self.text, start)
        if head:
            value, self.at = read_value(self.text, head.end(), OUTSIDE)
        else:
            self.at = self._end(TOKEN)
        if " -" in value.replace("\t", " "):
            raise Unreadable(f"a word in which the guest would find an option: {self.text[start : self.at]!r}")
        self.words.append(self.text[start : self.at])
