"""Reading a capture back; what is none, or no whole one, is refused in words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from xvmgate.fixtures.rule import FAMILIES, RULE_ID
from xvmgate.fixtures.table import CatalogueError, Table, parse
from xvmgate.reports.events import VERDICTS

from .capture import SCHEMA, VERSION, Capture, Item, Judged, Place
from .listing import MAX_NAMES
from .names import unquoted

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_CAPTURE = 128 << 20
"""Bytes of the largest capture that is read; that of a DVD takes 5 MB."""
HEAD = 4096
"""Bytes that tell a capture from a medium."""
NAMED = re.compile(rf"{re.escape(SCHEMA)}/(\d{{1,9}})")
STATUSES = ("file", "directory", "other", "loop", "escape")


class CaptureError(Exception):
    """A file that is no capture, or none that can be read; one sentence with what, where and what to do."""


def is_text(location: str) -> bool:
    """Say whether a local file holds text: then it can be a capture, and no medium."""
    try:
        with open(location, "rb") as file:
            head = file.read(HEAD)
    except (OSError, ValueError):
        return False
    return bool(head) and b"\0" not in head and not head.startswith((b"\x1f\x8b", b"\xfd7zXZ"))


def load(path: str) -> Capture:
    """Read a capture.

    Raises CaptureError for anything else.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_CAPTURE + 1)
        if len(data) > MAX_CAPTURE:
            raise CaptureError(f"{path}: larger than {MAX_CAPTURE >> 20} MiB, which no capture is; take it again")
        return _capture(path, parse(data.decode(), path))
    except OSError as error:
        raise CaptureError(f"{path}: cannot be read: {error.strerror}; `xvmgate capture` makes one") from error
    except UnicodeDecodeError as error:
        raise CaptureError(f"{path}: no capture: no UTF-8; `xvmgate capture` makes one") from error
    except CatalogueError as error:
        raise CaptureError(f"{error}; take the capture again") from error
    except ValueError as error:
        raise CaptureError(f"{path}: a damaged capture: {error}; take it again") from error


def _capture(path: str, top: Table) -> Capture:
    _refuse_others(path, top)
    found = Capture(
        location=path,
        rule_set=top.text("rule_set"),
        kind=top.text("kind"),
        filesystem=top.text("filesystem"),
        volume_id=_optional(top, "volume_id"),
        created=_optional(top, "created"),
        family=top.choice("family", FAMILIES) if top.has("family") else None,
        layout=_optional(top, "layout"),
        listed=top.flag("listed") if top.has("listed") else True,
        plans=dict(_plans(top.table("plans"))),
        rules=dict(_rules(top.table("rules"))),
        menu=tuple(map(unquoted, _alone(top.table("menu"), "files", str))),
        places={place.path: place for place in _places(top.table("touched"))},
        items={item.path: item for item in _items(_alone(top.table("names"), "all", list))},
    )
    top.close()
    return found


def _refuse_others(path: str, top: Table) -> None:
    schema = top.text("schema") if top.has("schema") else ""
    named = NAMED.fullmatch(schema)
    if named is None:
        what = f"its schema is {schema!r}" if schema else "it has no schema"
        raise CaptureError(f"{path}: no capture: {what}; `xvmgate capture` makes one")
    if int(named[1]) != VERSION:
        raise CaptureError(
            f"{path}: a capture of version {named[1]}, and this xvmgate reads version {VERSION}; use the one that made "
            "it, or take it again"
        )


def _optional(table: Table, key: str) -> str | None:
    return unquoted(table.string(key)) if table.has(key) else None


def _plans(table: Table) -> Iterator[tuple[int, tuple[str, str]]]:
    for bits in ("32", "64"):
        if table.has(bits):
            plan = table.table(bits)
            yield int(bits), (unquoted(plan.text("kernel")), unquoted(plan.text("ramdisk")))
            plan.close()
    table.close()


def _rules(table: Table) -> Iterator[tuple[str, Judged]]:
    for rule in table.names():
        if not RULE_ID.fullmatch(rule):
            raise table.error(rule, "no rule's ID")
        found = table.table(rule)
        yield rule, Judged(found.choice("verdict", VERDICTS), _optional(found, "actual"))
        found.close()


def _alone(table: Table, key: str, kind: type) -> tuple[Any, ...]:
    """Take the one list of a table, with values of one type in it. Raises CatalogueError, ValueError."""
    found = table.items(key, kind)
    table.close()
    if len(found) > MAX_NAMES:
        raise ValueError(f"{table.where}: more than {MAX_NAMES} names")
    return found


def _places(table: Table) -> Iterator[Place]:
    for found in table.tables("places", "path"):
        path = unquoted(found.text("path"))
        yield Place(
            path,
            found.choice("is", STATUSES),
            unquoted(found.text("at")) if found.has("at") else path,
            found.number("size") if found.has("size") else 0,
            _optional(found, "format"),
            _optional(found, "sha256"),
        )
        found.close()
    table.close()


def _items(rows: tuple[Any, ...]) -> Iterator[Item]:
    for row in rows:
        match row:
            case [str(path), "file", int(size)] if size >= 0:
                yield Item(unquoted(path), "file", size)
            case [str(path), "directory" | "other" as kind]:
                yield Item(unquoted(path), kind)
            case [str(path), "link", str(target)]:
                yield Item(unquoted(path), "link", 0, unquoted(target))
            case [str(path), "link", str(target), "escape" | "loop" | "missing" as outcome]:
                yield Item(unquoted(path), "link", 0, unquoted(target), outcome)
            case _:
                raise ValueError(f"a name is a list of path, kind, and size or target, not {str(row)[:200]}")
