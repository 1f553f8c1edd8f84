"""Captures of all layouts, and the drift between neighbouring ones, as golden files.

`pytest conformance/tests/test_golden.py --regenerate` writes them anew, and `git diff` shows what became of them.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from xvmgate.builders.iso import write_iso
from xvmgate.builders.recipe import Wish, recipe
from xvmgate.conformance.drift.capture import Capture
from xvmgate.conformance.drift.compare import compare
from xvmgate.conformance.drift.reading import load
from xvmgate.conformance.drift.taking import capture
from xvmgate.conformance.drift.writing import text
from xvmgate.fixtures.layout import every_layout, get
from xvmgate.reports.drift.text import lines

Golden = Callable[[Path, str], None]
Captured = Callable[[str], Capture]
CAPTURES, DRIFTS = Path(__file__).parent / "golden" / "captures", Path(__file__).parent / "golden" / "drifts"
DATE = 1257984000
"""2009-11-12, whatever SOURCE_DATE_EPOCH says."""
ALL = [layout.id for layout in every_layout()]


def neighbours() -> list[tuple[str, str]]:
    """List layouts that follow one another, among all and among those of one kind of medium."""
    layouts = every_layout()
    found = list(pairwise(layout.id for layout in layouts))
    for media in dict.fromkeys(layout.media for layout in layouts):
        found += pairwise(layout.id for layout in layouts if layout.media == media)
    return list(dict.fromkeys(found))


@pytest.fixture(scope="module")
def captured(tmp_path_factory: pytest.TempPathFactory) -> Captured:
    """`captured("nevada-snv121-dvd")`: the capture of the layout's ISO, called by its ID."""
    held: dict[str, Capture] = {}

    def take(name: str) -> Capture:
        if name not in held:
            image = str(tmp_path_factory.mktemp("golden") / f"{name}.iso")
            write_iso(recipe(get(name), Wish(date=DATE)), image)
            held[name] = capture(image)._replace(location=name)
        return held[name]

    return take


@pytest.mark.parametrize("name", ALL)
def test_captures(name: str, captured: Captured, golden: Golden) -> None:
    golden(CAPTURES / f"{name}.toml", text(captured(name)))
    assert load(str(CAPTURES / f"{name}.toml"))._replace(location=name) == captured(name)


@pytest.mark.parametrize(("old", "new"), neighbours())
def test_drifts(old: str, new: str, captured: Captured, golden: Golden) -> None:
    found = compare(captured(old), captured(new))
    golden(DRIFTS / f"{old}..{new}.txt", "\n".join(lines(found, lambda line, _: line, every=True)) + "\n")


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in CAPTURES.iterdir()} == set(ALL)
    assert {path.stem for path in DRIFTS.iterdir()} == {f"{old}..{new}" for old, new in neighbours()}
