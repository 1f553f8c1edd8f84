"""System use entries: the shortcut for names agrees with the whole reading, whatever entries are put together."""

from __future__ import annotations

import struct
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from xvmgate.media.formats.susp import SuspError, has_rock_ridge, quick_name, rock_ridge, skip_length


def entry(sign: bytes, data: bytes) -> bytes:
    """Return an entry with its true length."""
    return sign + bytes([len(data) + 4, 1]) + data


NAMES = st.builds(lambda flags, text: entry(b"NM", bytes([flags]) + text), st.integers(0, 7), st.binary(max_size=9))
LINKS = st.builds(
    lambda mark, text: entry(b"SL", bytes([0, mark, len(text)]) + text), st.integers(0, 15), st.binary(max_size=9)
)
OTHERS = st.builds(
    entry, st.sampled_from([b"NM", b"PX", b"RE", b"CL", b"ST", b"ZF", b"TF", b"PD", b"SL"]), st.binary(max_size=36)
)
MORE = st.builds(lambda size: entry(b"CE", struct.pack("<I4xI4xI4x", 40, 0, size)), st.integers(0, 200))
AREAS = st.lists(st.one_of(NAMES, LINKS, OTHERS, MORE), max_size=6).map(b"".join)
NOISE = st.one_of(st.just(b""), st.binary(max_size=6))


@given(area=AREAS, noise=NOISE, continued=AREAS)
def test_the_quick_name_never_disagrees(area: bytes, noise: bytes, continued: bytes) -> None:
    """Where the whole reading refuses the entries, there is no name to disagree about."""
    quick = quick_name(area + noise)
    if quick is None:
        return
    with suppress(SuspError):
        found = rock_ridge(area + noise, lambda *_: continued)
        assert (found.name, found.relocated) == (quick, False)


def test_the_quick_name_is_taken_where_it_can_be() -> None:
    """Else the test above would hold for a shortcut that never answers."""
    px = entry(b"PX", bytes(32))
    assert quick_name(px + entry(b"NM", b"\0unix")) == b"unix"
    assert quick_name(entry(b"NM", b"\0unix") + px) == b"unix"
    for area in (px, entry(b"NM", b"\1un") + entry(b"NM", b"\0ix"), entry(b"NM", b"\0unix") + entry(b"RE", b"")):
        assert quick_name(area) is None


@given(area=st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(area: bytes) -> None:
    skip_length(area)
    with suppress(SuspError):
        rock_ridge(area, lambda *_: area)
    with suppress(SuspError):
        has_rock_ridge(area, lambda *_: area)


def test_what_a_stop_entry_hides() -> None:
    """ST ends an area: what follows is not the file's (SUSP 5.4)."""
    assert rock_ridge(entry(b"ST", b"") + entry(b"NM", b"\0no"), lambda *_: b"").name is None


def test_an_area_that_goes_on_is_read_after_the_rest_of_this_one() -> None:
    """CE may stand anywhere in an area; what it points at comes last all the same (SUSP 5.1)."""
    more = entry(b"CE", struct.pack("<I4xI4xI4x", 40, 8, 7))
    asked = []

    def read(block: int, offset: int, length: int) -> bytes:
        asked.append((block, offset, length))
        return entry(b"NM", b"\0ix")

    assert rock_ridge(more + entry(b"NM", b"\1un"), read).name == b"unix"
    assert asked == [(40, 8, 7)]


def test_dates_and_unknown_entries_are_passed_over() -> None:
    area = entry(b"TF", b"\x0e" + bytes(21)) + entry(b"ZZ", b"?") + entry(b"NM", b"\0unix")
    assert rock_ridge(area, lambda *_: b"").name == b"unix"


def test_names_for_here_and_above_are_no_names() -> None:
    """NM with flag 2 or 4 stands for `.` and `..`."""
    for flag in (2, 4):
        assert rock_ridge(entry(b"NM", bytes([flag])), lambda *_: b"").name is None
