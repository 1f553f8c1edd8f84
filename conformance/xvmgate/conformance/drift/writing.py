"""A capture as TOML text: one line a name, sorted, so that it diffs well; the same medium gives the same text.

Written by hand, not by a library: none writes an array of a line each, and escapes what disturbs a terminal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .capture import SCHEMA, VERSION
from .names import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .capture import Capture, Item, Judged, Place

HEAD = "# What a medium holds, for `xvmgate drift` and `xvmgate check --baseline`: names, no content."


def text(capture: Capture) -> str:
    """Return a capture as text; where it was taken is not in it."""
    return "\n".join(_lines(capture)) + "\n"


def _lines(capture: Capture) -> Iterator[str]:
    yield HEAD
    yield f'schema = "{SCHEMA}/{VERSION}"'
    for key in ("rule_set", "kind", "filesystem", "volume_id", "created", "family", "layout"):
        if (value := getattr(capture, key)) is not None:
            yield f"{key} = {quoted(value)}"
    if not capture.listed:
        yield "listed = false"
    yield "\n[plans]"
    for bits, (kernel, ramdisk) in sorted(capture.plans.items()):
        yield f"{bits} = {{kernel = {quoted(kernel)}, ramdisk = {quoted(ramdisk)}}}"
    yield "\n[rules]"
    yield from (_judged(rule, found) for rule, found in capture.rules.items())
    yield "\n[menu]"
    yield from _array("files", map(quoted, capture.menu))
    yield "\n[touched]"
    yield from _array("places", map(_place, capture.places.values()))
    yield "\n[names]"
    yield from _array("all", map(_item, capture.items.values()))


def _array(key: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"{key} = ["
    yield from (f"  {line}," for line in lines)
    yield "]"


def _judged(rule: str, found: Judged) -> str:
    actual = f", actual = {quoted(found.actual)}" if found.actual is not None else ""
    return f"{rule} = {{verdict = {quoted(found.verdict)}{actual}}}"


def _place(place: Place) -> str:
    parts = [f"path = {quoted(place.path)}", f"is = {quoted(place.status)}"]
    if place.real != place.path:
        parts.append(f"at = {quoted(place.real)}")
    if place.status == "file":
        parts.append(f"size = {place.size}")
        parts += [f"format = {quoted(place.format)}"] if place.format is not None else []
        parts += [f"sha256 = {quoted(place.sha256)}"] if place.sha256 is not None else []
    return f"{{{', '.join(parts)}}}"


def _item(item: Item) -> str:
    parts = [quoted(item.path), quoted(item.kind)]
    if item.kind == "file":
        parts.append(str(item.size))
    elif item.target is not None:
        parts.append(quoted(item.target))
        parts += [quoted(item.outcome)] if item.outcome else []
    return f"[{', '.join(parts)}]"
