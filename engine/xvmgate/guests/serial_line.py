"""What a machine says on its serial line, as text: bytes come in pieces, and what moves a terminal's cursor goes."""

from __future__ import annotations

import codecs
import re

SEQUENCE = re.compile(r"\x1b(?:\[(?P<numbers>[0-9;?]*)(?P<last>[@-~])|[^\[])")
"""A terminal's control sequence (ECMA-48)."""
UNFINISHED = re.compile(r"\x1b(?:\[[0-9;?]{0,32})?\Z")
"""One whose end has not come yet."""
PLACE = re.compile(r"\d*;(\d{1,3})")
"""The numbers of a sequence that puts the cursor elsewhere: line and column."""
MOVES = ("H", "f")
"""The last character of such a sequence."""
SKIP = 2
"""Columns that a BIOS skips where it writes a blank on a blank; text further away is read as a line of its own."""


class SerialLine:
    """Bytes to text; bytes that are no UTF-8 are kept as lone surrogates."""

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode
        self._kept = ""
        self._column = 1
        self._moved_to: int | None = None

    def text(self, data: bytes) -> str:
        """Return the text of the next bytes, without carriage returns and terminal sequences."""
        raw = self._kept + self._decode(data).replace("\r", "")
        unfinished = UNFINISHED.search(raw)
        cut = unfinished.start() if unfinished else len(raw)
        self._kept = raw[cut:]
        done, at = "", 0
        for found in SEQUENCE.finditer(raw, 0, cut):
            done += self._written(raw[at : found.start()])
            at = found.end()
            if found["last"] in MOVES:
                place = PLACE.fullmatch(found["numbers"])
                self._moved_to = int(place[1]) if place else 1
        return done + self._written(raw[at:cut])

    def _written(self, text: str) -> str:
        """Return text as it stands where the cursor is: in its line, or in one of its own."""
        if not text:
            return ""
        if self._moved_to is not None:
            text = self._way() + text
            self._moved_to = None
        last = text.rfind("\n")
        self._column = self._column + len(text) if last < 0 else len(text) - last
        return text

    def _way(self) -> str:
        """Return what leads to where the cursor went last: a BIOS goes a step back and forth where nothing moves."""
        skipped = (self._moved_to or 1) - self._column
        if 0 <= skipped <= SKIP:
            return " " * skipped
        return "\n" if self._column > 1 else ""
