"""What a machine says on its serial line, as text: bytes come in pieces, and what moves a terminal's cursor goes."""

from __future__ import annotations

import codecs
import re

SEQUENCE = re.compile(r"\x1b(?:\[[0-9;?]*([@-~])|[^\[])")
"""A terminal's control sequence (ECMA-48), with its last character where it has parameters."""
UNFINISHED = re.compile(r"\x1b(?:\[[0-9;?]{0,32})?\Z")
"""One whose end has not come yet."""
MOVES = ("H", "f")
"""What ends a sequence that puts the cursor elsewhere: text behind it is read as a line of its own."""


class SerialLine:
    """Bytes to text; bytes that are no UTF-8 are kept as lone surrogates."""

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode
        self._kept = ""
        self._fresh = True

    def text(self, data: bytes) -> str:
        """Return the text of the next bytes, without carriage returns and terminal sequences."""
        raw = self._kept + self._decode(data).replace("\r", "")
        unfinished = UNFINISHED.search(raw)
        cut = unfinished.start() if unfinished else len(raw)
        self._kept = raw[cut:]
        return self._plain(raw[:cut])

    def _plain(self, raw: str) -> str:
        done: list[str] = []
        at = 0
        for found in SEQUENCE.finditer(raw):
            self._take(done, raw[at : found.start()])
            if found[1] in MOVES and not self._fresh:
                self._take(done, "\n")
            at = found.end()
        self._take(done, raw[at:])
        return "".join(done)

    def _take(self, done: list[str], text: str) -> None:
        if text:
            done.append(text)
            self._fresh = text.endswith("\n")
