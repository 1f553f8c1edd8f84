"""What a walk along a path meets and ends in: entries, lookups, links followed inside the medium only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from .base import Medium

MAX_LINKS = 40
"""Symbolic links followed in one lookup, as many as Solaris and Linux allow."""
MAX_STEPS = 1024
"""Path components walked in one lookup, those inside link targets included."""


class Entry(NamedTuple):
    """One name in a directory of a medium.

    `kind` is file, directory, link or other; `size` is in bytes; `target` is a link's text; `handle` belongs to the
    reader that made the entry.
    """

    name: str
    kind: str
    size: int
    target: str | None
    handle: Any


class Lookup(NamedTuple):
    """The end of a walk along a path, links followed inside the medium only.

    `status` is file, directory, other, missing, loop (links without end) or escape (a link out of the medium). `real`
    is the path reached, or for loop and escape the link at fault; `entry` is None unless something is there.
    """

    path: str
    status: str
    real: str
    entry: Entry | None

    @property
    def is_file(self) -> bool:
        """Whether a regular file lies at the path."""
        return self.status == "file"


class Walk:
    """One walk along a path: a stack of directories entered, and the names still to go, next one last."""

    def __init__(self, medium: Medium, path: str) -> None:
        self.medium = medium
        self.path = path
        self.stack = [medium.root()]
        self.names: list[str] = []
        self.todo = _reversed_parts(path)
        self.links = 0
        self.last_link = path

    def run(self) -> Lookup:
        """Walk to the end. Raises MediumError for damage."""
        for _ in range(MAX_STEPS):
            if not self.todo:
                here = self.stack[-1]
                return Lookup(self.path, here.kind, self._at(), here)
            name = self.todo.pop()
            if failure := self._climb() if name == ".." else self._enter(name):
                return failure
        return self._end("loop", self.last_link)

    def _climb(self) -> Lookup | None:
        if not self.names:
            return None if self.medium.rooted else self._end("escape", self.last_link)
        self.names.pop()
        self.stack.pop()
        return None

    def _enter(self, name: str) -> Lookup | None:
        here = self.stack[-1]
        entry = self.medium.child(here, name) if here.kind == "directory" else None
        if entry is None:
            return self._end("missing", self._at(name))
        if entry.kind == "link":
            return self._follow(self._at(name), entry.target or "")
        self.stack.append(entry)
        self.names.append(name)
        return None

    def _follow(self, link: str, target: str) -> Lookup | None:
        self.last_link = link
        self.links += 1
        if self.links > MAX_LINKS:
            return self._end("loop", link)
        if target.startswith("/"):
            if not self.medium.rooted:
                return self._end("escape", link)
            del self.stack[1:], self.names[:]
        parts = _reversed_parts(target)
        self.todo.extend(parts)
        return None if parts or target.startswith("/") else self._end("missing", link)

    def _at(self, name: str = "") -> str:
        return "/" + "/".join([*self.names, name] if name else self.names)

    def _end(self, status: str, at: str) -> Lookup:
        return Lookup(self.path, status, at, None)


def _reversed_parts(path: str) -> list[str]:
    return [part for part in reversed(path.split("/")) if part not in ("", ".")]
