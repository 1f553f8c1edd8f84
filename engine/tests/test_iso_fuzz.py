"""Bytes of a real image overwritten at random: an error that is ours or an answer, and little reading."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xvmgate.fixtures.layout import get
from xvmgate.media import MediumError, open_medium
from xvmgate.media.formats import susp
from xvmgate.media.formats.eltorito import CatalogError

LAYOUT = "nevada-snv121-dvd"
CHANGES = st.lists(st.tuples(st.integers(32768, 90000), st.binary(min_size=1, max_size=8)), min_size=1, max_size=12)


@pytest.mark.parametrize("writer", ["genisoimage", "xorriso"])
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES)
def test_overwritten(
    writer: str, changes: list[tuple[int, bytes]], layout_iso: Callable[[str, str], Path], tmp_path: Path
) -> None:
    data = bytearray(layout_iso(LAYOUT, writer).read_bytes())
    for at, change in changes:
        data[at : at + len(change)] = change
    image = tmp_path / "fuzzed.iso"
    image.write_bytes(data)
    with suppress(MediumError, CatalogError), open_medium(str(image)) as medium:
        for path in [*get(LAYOUT).boot_paths(), *get(LAYOUT).links]:
            with suppress(FileNotFoundError), medium.open(path) as stream:
                stream.read(65536)
        medium.list("/")
        medium.boot_entries()
        assert medium.bytes_read < 32 << 20


@given(area=st.binary(max_size=120))
def test_the_quick_name_is_the_whole_reading_s(area: bytes) -> None:
    quick = susp.quick_name(area)
    if quick is not None:
        found = susp.rock_ridge(area, lambda *_: b"")
        assert (found.name, found.relocated) == (quick, False)
