"""Volume descriptors: dates as the standard writes them, and names as people do."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xvmgate.media import open_medium
from xvmgate.media.formats.volume import Descriptors, VolumeError, read_descriptors

SECTOR = 2048


def created(field: bytes) -> str | None:
    """Return what a descriptor's date is read as."""
    primary = bytearray(b"\x01CD001\x01".ljust(SECTOR, b"\0"))
    primary[80:84], primary[128:130], primary[813:830] = b"\x40\0\0\0", b"\0\x08", field
    image = bytes(16 * SECTOR) + bytes(primary) + b"\xffCD001\x01".ljust(SECTOR, b"\0")
    return read(image).primary.created


def read(image: bytes) -> Descriptors:
    """Read the descriptors of an image."""
    return read_descriptors(lambda offset, length: image[offset : offset + length])


NONSENSE = [
    b"2009001012304500\0",
    b"2009130112304500\0",
    b"2009060012304500\0",
    b"2009063212304500\0",
    b"2009063112304500\0",
    b"2009022912304500\0",
    b"2009060124304500\0",
    b"2009060112604500\0",
    b"2009060112306100\0",
    b"0000060112304500\0",
    b"2009060112304500\x7f",
    b"2009060112304500\x80",
    b"2009-06-01 12:30\0",
    b"\xb2009060112304500\0"[:17],
    b"\0" * 17,
    b" " * 17,
    b"0" * 16 + b"\0",
]


@pytest.mark.parametrize("field", NONSENSE)
def test_a_date_that_is_none(field: bytes) -> None:
    """The ends of months included: whoever reads the document gives the text to a date parser."""
    assert created(field) is None


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (b"2009060112304599\0", "2009-06-01T12:30:45+00:00"),
        (b"2008022923595900\0", "2008-02-29T23:59:59+00:00"),
        (b"2009060112304500\xd0", "2009-06-01T12:30:45-12:00"),
        (b"2009060112304500\x34", "2009-06-01T12:30:45+13:00"),
        (b"2009060112304500\xff", "2009-06-01T12:30:45-00:15"),
    ],
)
def test_a_date(field: bytes, expected: str) -> None:
    assert created(field) == expected


@given(
    st.tuples(*(st.integers(0, top) for top in (9999, 14, 33, 25, 61, 61, 99))),
    st.integers(-128, 127).filter(lambda quarters: -60 < quarters < 60),
)
def test_a_date_is_one_that_others_can_read(parts: tuple[int, ...], quarters: int) -> None:
    """Python's own parser says which dates there are; later ones take 24:00 too, which ECMA-119 does not (8.4.26.1)."""
    text = "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}".format(*parts)
    try:
        there = bool(datetime.fromisoformat(text)) and parts[3] < 24 and -48 <= quarters <= 52
    except ValueError:
        there = False
    digits = "{:04}{:02}{:02}{:02}{:02}{:02}{:02}".format(*parts).encode()
    found = created(digits + struct.pack("b", quarters))
    assert (found is not None) == there
    if found is not None:
        assert datetime.fromisoformat(found).utcoffset() == timedelta(minutes=15 * quarters)


def test_the_date_is_genisoimage_s(
    layout_tree: Callable[[str], Path], real: Callable[[str], str], tmp_path: Path
) -> None:
    """Isoinfo prints the descriptor's own text of it."""
    image = tmp_path / "x.iso"
    words = [real("genisoimage"), "-quiet", "-R", "-V", "OpenSolaris", "-o", str(image)]
    subprocess.run([*words, layout_tree("omnios-r151-iso")], check=True, capture_output=True)
    field = image.read_bytes()[16 * SECTOR + 813 :][:14].decode()
    with open_medium(str(image)) as medium:
        assert medium.created is not None
        assert medium.created[:19].translate(str.maketrans("", "", "-:T")) == field
        assert medium.volume_id == "OpenSolaris"


@given(st.binary(max_size=200), st.integers(0, SECTOR))
def test_any_descriptor_is_read_or_refused(noise: bytes, at: int) -> None:
    primary = bytearray(b"\x01CD001\x01".ljust(SECTOR, b"\0"))
    primary[128:130] = b"\0\x08"
    primary[at : at + len(noise)] = noise
    image = bytes(16 * SECTOR) + bytes(primary[:SECTOR]) + b"\xffCD001\x01".ljust(SECTOR, b"\0")
    with suppress(VolumeError):
        assert read(image).primary.block_size in (512, 1024, 2048)


def test_the_first_of_two_primary_descriptors_counts(forge: Any, make: dict[str, Callable[..., bytes]]) -> None:
    second = bytearray(make["descriptor"]())
    second[40:72] = b"SECOND".ljust(32)
    blocks = {16: make["descriptor"](), 17: bytes(second), 18: make["descriptor"](255), 20: make["directory"](20)}
    with open_medium(forge.write(blocks)) as medium:
        assert medium.volume_id == "FORGED"
