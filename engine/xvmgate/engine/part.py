"""What one rule does to a plan: the arguments it adds, the drive it fills, the sentence it says."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple


class Message(NamedTuple):
    """A sentence for the user, with the rule it is about; None where no rule speaks of it."""

    rule: str | None
    text: str

    def __str__(self) -> str:
        return f"{self.text} ({self.rule})" if self.rule else self.text


class Part(NamedTuple):
    """One rule's part in a plan.

    A `property` or a `word` may lose to what the user gave: then nothing is added, and the rule is not in the plan's
    trace, unless it `stands`. `drive` is (cdrom or floppy, path on the host). `adds` is what the trace says of a part
    that is no argument.
    """

    rule: str
    property: tuple[str, str] | None = None
    word: str | None = None
    drive: tuple[str, str] | None = None
    message: str | None = None
    stands: bool = False
    adds: str = ""


def put(rule: str, name: str, value: str) -> Part:
    """Return a part that adds a property."""
    return Part(rule, property=(name, value))


def word(rule: str, text: str) -> Part:
    """Return a part that adds a bare word; the rule stands even where the user gave it already."""
    return Part(rule, word=text, stands=True)


@lru_cache(maxsize=1024)
def acts(rule: str, adds: str = "") -> Part:
    """Return a part that is a decision: no argument comes of it."""
    return Part(rule, stands=True, adds=adds)


def say(rule: str, text: str) -> Part:
    """Return a part that is a message and nothing else."""
    return Part(rule, message=text)
