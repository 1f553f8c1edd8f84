"""Two captures against each other: what moved, appeared, vanished or changed, and which rules that touches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.fixtures.layout import MENU
from xvmgate.reports.drift.values import (
    APPEARED,
    CHANGED,
    DRIFTED,
    KINDS,
    MOVED,
    SAME,
    VANISHED,
    Change,
    Drift,
    Side,
    Touched,
)

from .moves import moves
from .touched import LINKS, content_rules, place_rules
from .untouched import untouched

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .capture import Capture, Item, Place

SIZE_CLASS = 4
"""A file that is so many times larger or smaller is of another size class; so is one that is empty, or no longer is."""
IS = {
    "file": "a file",
    "directory": "a directory",
    "other": "a special file",
    "loop": "links without end",
    "escape": "a link out of the medium",
}
"""What lies at a path, by a lookup's status."""


def compare(old: Capture, new: Capture) -> Drift:
    """Return what changed from one medium to the other."""
    return _Comparison(old, new).run()


def side(capture: Capture) -> Side:
    """Return what a drift says of one of its media."""
    return Side(
        capture.location,
        capture.kind,
        capture.volume_id,
        capture.created,
        capture.family,
        capture.layout,
        len(capture.items),
        capture.listed,
    )


class _Comparison:
    """One comparison: the two captures, and the paths that their menus name."""

    def __init__(self, old: Capture, new: Capture) -> None:
        self._old, self._new = old, new
        self._named = {*old.menu, *new.menu}
        self._listed = old.listed and new.listed

    def run(self) -> Drift:
        old, new = self._old, self._new
        both = [path for path in old.places if path in new.places and self._asked(path)]
        changes = [*self._came_and_went(), *self._links()]
        for path in both:
            changes += self._changed(old.places[path], new.places[path])
        changes += self._whole([rule.rule for change in changes for rule in change.rules])
        changes.sort(key=lambda change: (change.path is None, KINDS.index(change.change), change.path or ""))
        rebuilt = tuple(path for path in both if self._is_rebuilt(path, changes))
        rest = untouched(old, new, self._seen(changes)) if self._listed else []
        return Drift(DRIFTED if changes else SAME, side(old), side(new), tuple(changes), rebuilt, tuple(rest))

    def _asked(self, path: str) -> bool:
        """Say whether a rule asks for a path."""
        return bool(place_rules(path, self._named))

    def _rules(self, rules: Iterable[str]) -> tuple[Touched, ...]:
        found = []
        for rule in dict.fromkeys(rules):
            before, now = self._old.rules.get(rule), self._new.rules.get(rule)
            found.append(Touched(rule, before and before.verdict, now and now.verdict))
        return tuple(found)

    def _came_and_went(self) -> Iterator[Change]:
        """Yield places that are no longer there, or newly, as moves where they can be paired."""
        old, new = self._old.places, self._new.places
        gone = {path: place for path, place in old.items() if self._comparable(path) and not self._new.has(path)}
        come = {path: place for path, place in new.items() if self._comparable(path) and not self._old.has(path)}
        moved = moves(gone, come)
        targets = {to for to, _ in moved.values()}
        for path, (to, how) in moved.items():
            rules = [*place_rules(path, self._named), *place_rules(to, self._named)]
            if rules:
                yield Change(MOVED, path, to, how, self._rules(rules))
        for kind, places in ((VANISHED, gone), (APPEARED, come)):
            for path, place in places.items():
                if path not in moved and path not in targets and self._asked(path):
                    rules = place_rules(path, self._named)
                    yield Change(kind, path, None, _is(place), self._rules(rules))

    def _comparable(self, path: str) -> bool:
        """Say whether both media were looked at there: one that cannot be listed only where it was asked for."""
        return self._listed or self._asked(path)

    def _changed(self, old: Place, new: Place) -> Iterator[Change]:
        """Yield what is no longer the same at one path."""
        path = old.path
        if old.status != new.status:
            what = f"{_is(new)}, was {_is(old)}"
            yield Change(CHANGED, path, None, what, self._rules(place_rules(path, self._named)))
            return
        if old.real != new.real:
            what = f"through links at {new.real}" if new.real != path else f"itself, was through links at {old.real}"
            yield Change(CHANGED, path, None, what, self._rules(place_rules(path, self._named)))
        if old.format != new.format or _size_class_differs(old, new):
            rules = content_rules(path, self._named) or place_rules(path, self._named)
            yield Change(CHANGED, path, None, _kind_change(old, new), self._rules(rules))

    def _links(self) -> Iterator[Change]:
        """Yield links out of the medium that are new or gone, or lead elsewhere (XVM-EV-03)."""
        old, new = ({item.path: item for item in capture.escapes} for capture in (self._old, self._new))
        if not self._listed:
            return
        for path in sorted({*old, *new}):
            if (what := _link_change(old.get(path), new.get(path))) and not self._asked(path):
                kind = CHANGED if path in self._old.items and path in self._new.items else APPEARED
                kind = VANISHED if path not in self._new.items else kind
                yield Change(kind, path, None, what, self._rules([LINKS]))

    def _whole(self, said: list[str]) -> Iterator[Change]:
        """Yield rules whose verdict changed though no changed path touches them, those with one reason together."""
        found: dict[str, list[str]] = {}
        for rule, new in self._new.rules.items():
            old = self._old.rules.get(rule)
            if old and old.verdict != new.verdict and rule not in said:
                found.setdefault(new.actual or "", []).append(rule)
        for actual, rules in found.items():
            yield Change(CHANGED, None, None, actual, self._rules(rules))

    def _is_rebuilt(self, path: str, changes: list[Change]) -> bool:
        old, new = self._old.places[path], self._new.places[path]
        return old.sha256 != new.sha256 and all(change.path != path for change in changes)

    def _seen(self, changes: list[Change]) -> set[str]:
        """Return the paths of which enough is said: those that rules ask for, where these end, and ends of changes."""
        seen = {
            place.real for side in (self._old, self._new) for path, place in side.places.items() if self._asked(path)
        }
        seen.update(path for path in {*self._old.places, *self._new.places} if self._asked(path))
        return seen | {path for change in changes for path in (change.path, change.to) if path is not None}


def _is(place: Place) -> str:
    return place.format if place.status == "file" and place.format else IS.get(place.status, place.status)


def _size_class_differs(old: Place, new: Place) -> bool:
    """Say whether a file is empty where it was not, or of another order of size; a menu may be of any."""
    small, large = sorted((old.size, new.size))
    return small != large and large >= SIZE_CLASS * small and (old.path != MENU or small == 0)


def _kind_change(old: Place, new: Place) -> str:
    if old.format != new.format:
        return f"{new.format}, was {old.format}"
    return f"{new.size} bytes, was {old.size}"


def _link_change(old: Item | None, new: Item | None) -> str | None:
    if old and new:
        return f"leads out of the medium, to {new.target}, was to {old.target}" if old.target != new.target else None
    link = new or old
    return f"{'leads' if new else 'led'} out of the medium, to {link.target}" if link else None
