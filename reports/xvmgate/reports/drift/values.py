"""The values of a drift: what changed between two media, by rule; their fields are the document's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from xvmgate.reports.events import ERROR, FAIL, NOT_APPLICABLE, PASS, WARN

if TYPE_CHECKING:
    from collections.abc import Mapping

DRIFT_SCHEMA = "xvmgate.drift/1"
SAME, DRIFTED, UNREADABLE = "same", "drifted", "unreadable"
MOVED, APPEARED, VANISHED, CHANGED = "moved", "appeared", "vanished", "changed"
KINDS = (MOVED, VANISHED, APPEARED, CHANGED)
"""Kinds of changes, in the order of reports."""
MAX_PROBLEMS = 50
"""Changes of one medium that fail a run by name; of more, the number is given."""
WORDS = {
    PASS: "holds",
    FAIL: "is broken",
    WARN: "is warned of",
    ERROR: "could not be checked",
    NOT_APPLICABLE: "unused",
}
"""What is said of a rule by its verdict on the new medium."""


class Touched(NamedTuple):
    """A rule that a change touches: its verdict on the old medium and on the new one, None where it was not judged."""

    rule: str
    before: str | None
    now: str | None

    @property
    def word(self) -> str:
        """Whether the rule still holds, in words."""
        if self.now is None:
            return "not judged"
        word = WORDS.get(self.now, self.now)
        if self.before == self.now:
            return {FAIL: "is broken as before", WARN: "is warned of as before"}.get(self.now, word)
        return {PASS: "holds now", NOT_APPLICABLE: "no longer used"}.get(self.now, word)


class Change(NamedTuple):
    """One thing that is not as it was; `path` is None for the medium as a whole, `to` where a moved file lies now.

    `what` says more in a few words, and may be empty.
    """

    change: str
    path: str | None
    to: str | None
    what: str
    rules: tuple[Touched, ...] = ()

    @property
    def place(self) -> str:
        """Where it changed."""
        moved = f" -> {self.to}" if self.to is not None else ""
        return "the medium as a whole" if self.path is None else f"{self.path}{moved}"

    @property
    def head(self) -> str:
        """Where it changed, and how, without the rules."""
        return f"{self.place}{': ' if self.path is None else ', '}{self.what}" if self.what else self.place

    @property
    def told(self) -> str:
        """How it changed, and the rules."""
        return "; ".join(filter(None, (self.what, self.said)))

    @property
    def said(self) -> str:
        """Which rules are touched, and whether they hold: those of one word together."""
        words: dict[str, list[str]] = {}
        for rule in self.rules:
            words.setdefault(rule.word, []).append(rule.rule)
        return "; ".join(f"{', '.join(rules)} {_plural(word, len(rules))}" for word, rules in words.items())

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON object."""
        return {**self._asdict(), "rules": [rule._asdict() for rule in self.rules]}


def _plural(word: str, count: int) -> str:
    if count > 1:
        word = word.replace("holds", "hold").replace("is ", "are ", 1)
    return word


class Side(NamedTuple):
    """One of the two media: where it or its capture was read, and what is known of it; `names` is how many it has."""

    location: str
    kind: str
    volume_id: str | None
    created: str | None
    family: str | None
    layout: str | None
    names: int
    listed: bool


class Drift(NamedTuple):
    """What changed between two media; `verdict` is same, drifted, or unreadable, then with an `error`.

    `changes` are those that rules touch, `untouched` all others; `rebuilt` are files that rules touch, with other
    bytes, of the same kind at the same place.
    """

    verdict: str
    old: Side | None
    new: Side | None
    changes: tuple[Change, ...] = ()
    rebuilt: tuple[str, ...] = ()
    untouched: tuple[Change, ...] = ()
    error: str | None = None

    @property
    def counts(self) -> Mapping[str, int]:
        """How many changes of each kind no rule touches."""
        found = [change.change for change in self.untouched]
        return {kind: found.count(kind) for kind in KINDS if kind != MOVED}

    def problems(self) -> list[str]:
        """Return why a run fails that was not to drift: a sentence a change, up to a limit."""
        if self.old is None or self.new is None:
            return []
        between = f"{self.new.location}, since {self.old.location}"
        said = [f"drift, {change.change} {change.place}: {change.told} ({between})" for change in self.changes]
        more = len(said) - MAX_PROBLEMS
        return said[:MAX_PROBLEMS] + ([f"drift: {more} changes more ({between})"] if more > 0 else [])

    def as_dict(self, *, every: bool = False) -> dict[str, Any]:
        """Return the document of schema xvmgate.drift/1; with `every` it lists what no rule touches too."""
        found: dict[str, Any] = {
            "schema": DRIFT_SCHEMA,
            "verdict": self.verdict,
            "error": self.error,
            "old": self.old and self.old._asdict(),
            "new": self.new and self.new._asdict(),
            "changes": [change.as_dict() for change in self.changes],
            "rebuilt": list(self.rebuilt),
            "untouched": dict(self.counts),
        }
        return found | ({"all": [change.as_dict() for change in self.untouched]} if every else {})
