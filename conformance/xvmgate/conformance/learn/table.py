"""A layout as the text of its table, in the order and form of those that ship with xvmgate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.conformance.drift.names import basic

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xvmgate.fixtures.layout import Layout

MAX_SAID = 400
"""Characters of a line of comment."""


def text(layout: Layout, source: str, nearest: Layout | None, said: Iterable[str]) -> str:
    """Return the table; its head says what medium it is of, and how that differs from the nearest known release."""
    return "\n".join(_lines(layout, source, nearest, said)) + "\n"


def _lines(layout: Layout, source: str, nearest: Layout | None, said: Iterable[str]) -> Iterator[str]:
    yield from _head(source, nearest, said)
    for key in ("id", "title", "family", "media"):
        if value := getattr(layout, key):
            yield f"{key} = {basic(value)}"
    yield f"order = {layout.order}"
    for key in ("volume_ids", "words", "ramdisk_files"):
        yield f"{key} = {_list(getattr(layout, key))}"
    if layout.menu is not None:
        yield f"menu = {_menu(layout.menu)}"
    yield from _expect(layout)
    for bits, pair in layout.pairs.items():
        yield from ("", f"[paths.{bits}]", f"kernel = {basic(pair.kernel)}", f"ramdisk = {basic(pair.ramdisk)}")
    for key in ("contents", "links"):
        if found := getattr(layout, key):
            yield from ("", f"[{key}]")
            yield from (f"{basic(path)} = {basic(value)}" for path, value in found.items())


def _head(source: str, nearest: Layout | None, said: Iterable[str]) -> Iterator[str]:
    yield _comment(f"Learned from {source}; look it over: title, media, order and words are guesses.")
    if nearest is None:
        yield "# No known release is near."
        return
    yield _comment(f"Nearest known release: {nearest.id}.")
    differences = [_comment(f"  {difference}") for difference in said]
    yield from (["# It differs by:", *differences] if differences else ["# It does not differ from that."])


def _expect(layout: Layout) -> Iterator[str]:
    expect = layout.expect
    yield from ("", "[expect]", f"pv = {basic(expect.pv)}", f"hvm = {basic(expect.hvm)}")
    yield f"because = {basic(expect.because)}"
    yield from (f"{key} = {_list(rules)}" for key, rules in (("fails", expect.fails), ("warns", expect.warns)) if rules)


def _comment(line: str) -> str:
    """Return one line of comment, whatever it says."""
    return "# " + basic("".join(sign if sign.isprintable() else "?" for sign in line[:MAX_SAID]))[1:-1]


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(basic, texts))}]"


def _menu(menu: str) -> str:
    """Return the menu as a multi-line string where that reads well and is safe, else on one line."""
    plain = all(sign.isprintable() or sign in "\n\t" for sign in menu) and "\\" not in menu and '"' not in menu
    return f'"""\n{menu}"""' if plain and not menu.startswith("\n") else basic(menu)
