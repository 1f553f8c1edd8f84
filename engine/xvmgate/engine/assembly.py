"""Parts put together: arguments by their precedence, a trace of who added what, drives and messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .bootargs import BootArgs, Merger
from .part import Message, Part
from .proplist import Unreadable, quoted, written

if TYPE_CHECKING:
    from collections.abc import Iterable

UMBRELLAS = {"XVM-NET-": "XVM-ARGS-02", "XVM-ZFS-": "XVM-ARGS-03"}
"""Rules that demand of a whole group of rules that what it adds reaches the line."""


class Assembly:
    """A plan while it is put together: the user's arguments first, then `--autocf`, then the tool's parts in order."""

    def __init__(self) -> None:
        self._merger = Merger()
        self.trace: list[tuple[str, str]] = []
        self.messages: list[Message] = []
        self.drives: dict[str, str] = {}

    def args(self) -> BootArgs:
        """Return all arguments."""
        return self._merger.result()

    def user(self, args: BootArgs) -> None:
        """Take the arguments of `-x` (XVM-ARGS-01, 04, 05)."""
        self._merger.add(args)
        if args.flags:
            self.trace.append(("XVM-ARGS-04", f"-{args.flags}"))
        if args.properties:
            self.trace.append(("XVM-ARGS-04", "-B"))
        kept = [f"-{args.flags}"] if args.flags else []
        kept += [f"-{letter} {value}" for letter, value in args.options]
        kept += [*args.words, *(written([item]) for item in args.properties)]
        self.trace += [("XVM-ARGS-01", text) for text in kept]
        for text in args.dropped:
            self.trace.append(("XVM-ARGS-05", ""))
            self.messages.append(Message("XVM-ARGS-05", f"-x: {text} is dropped, for SMF options are not passed on"))
        for name, value in args.properties:
            if value is None:
                text = f"-x: {name} has no value; it comes last, for the guest takes what follows for part of its name"
                self.messages.append(Message("XVM-ARGS-04", text))

    def pairs(self, pairs: tuple[tuple[str, str], ...]) -> None:
        """Take the settings of `--autocf` (XVM-AI-04); those that `-x` sets otherwise are lost, with a message."""
        for name, value in pairs:
            if self._merger.add_property(name, value):
                self.trace.append(("XVM-AI-04", shown(name, value)))
                continue
            self.trace.append(("XVM-AI-04", ""))
            if self._merger.value(name) != value:
                text = f"--autocf: {name}={value} is not passed on, for -x has another {name}"
                self.messages.append(Message("XVM-AI-04", text))

    def take(self, parts: Iterable[Part]) -> None:
        """Take the tool's own parts."""
        added: dict[str, list[str]] = {}
        for part in parts:
            rule, named, word, drive, message, stands, adds = part
            text = self._argument(named, word)
            if text or stands:
                self.trace.append((rule, text or adds))
            if drive:
                self.drives[drive[0]] = drive[1]
            if message:
                self.messages.append(Message(rule, message))
            if text and (umbrella := UMBRELLAS.get(rule[:8])):
                added.setdefault(umbrella, []).append(text)
        self.trace += [(umbrella, ",".join(texts)) for umbrella, texts in added.items()]

    def _argument(self, named: tuple[str, str] | None, word: str | None) -> str:
        """Add a property or a word; return it as it stands on the line, nothing where it is there already."""
        if named and self._merger.add_property(*named):
            return shown(*named)
        if word and self._merger.add_word(word):
            return word
        return ""

    def say_all(self, rule: str | None, texts: Iterable[str]) -> None:
        """Take messages about one rule."""
        self.messages += [Message(rule, text) for text in texts]


def shown(name: str, value: str) -> str:
    """Return a property as it stands on the line; one that cannot stand there is refused when the line is written."""
    try:
        return f"{name}={quoted(name, value)}"
    except Unreadable:
        return f"{name}={value}"
