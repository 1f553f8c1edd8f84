"""How a learned layout differs from a known one: a line a difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xvmgate.fixtures.layout import Layout


def differences(known: Layout, found: Layout) -> Iterator[str]:
    """Yield what is otherwise on the medium than in the known release's table."""
    for bits in (32, 64):
        yield from _pair(known, found, bits)
    yield from _paths("contents", known.contents, found.contents)
    yield from _paths("link", known.links, found.links)
    if found.volume_ids and found.volume_ids[0] not in known.volume_ids:
        yield f"volume id {found.volume_ids[0]}, not {' or '.join(known.volume_ids) or 'none'}"
    if new := [word for word in found.words if word not in known.words]:
        yield f"its menu says {', '.join(new)}"
    if (known.menu is None) != (found.menu is None):
        yield "no boot menu" if found.menu is None else "a boot menu, where that has none"
    for what in ("fails", "warns"):
        if getattr(known.expect, what) != getattr(found.expect, what):
            yield f"a check {what.removesuffix('s')}s {', '.join(getattr(found.expect, what)) or 'nothing'}"


def _pair(known: Layout, found: Layout, bits: int) -> Iterator[str]:
    old, new = known.pairs.get(bits), found.pairs.get(bits)
    if old is None or new is None:
        if old != new:
            yield f"no {bits}-bit kernel with a ramdisk" if new is None else f"{bits} bits, which that has not"
        return
    if old.kernel != new.kernel:
        yield f"{bits}-bit kernel at {new.kernel}, not {old.kernel}"
    if old.ramdisk != new.ramdisk:
        yield f"{bits}-bit ramdisk at {new.ramdisk}, not {old.ramdisk}"


def _paths(what: str, known: dict[str, str], found: dict[str, str]) -> Iterator[str]:
    for path in sorted({*known, *found}):
        if path not in found:
            yield f"{what}: no {path}"
        elif path not in known:
            yield f"{what}: {path} ({found[path]}) besides"
        elif known[path] != found[path]:
            yield f"{what}: {path} is {found[path]}, not {known[path]}"
