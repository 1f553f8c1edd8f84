"""Files in several extents: their records may lie on both sides of a sector's border, as a large directory has it."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from xvmgate.media import open_medium

Make = dict[str, Callable[..., bytes]]
Real = Callable[[str], str]
SECTOR, ROOT = 2048, 20
FILE, DIRECTORY = 0o100644, 0o040755
TERMINATOR = b"\xffCD001\x01".ljust(SECTOR, b"\0")
"""Without the fields of other descriptors, which bsdtar minds."""


def split(forge: Any, make: Make, parts: int, before: int) -> str:
    """Write an image with a file `bigger` of so many extents; as many records as `before` end the first sector.

    The n-th extent is a sector of the n-th letter; the last one holds three bytes, `end`.
    """
    use = make["px"](FILE) + make["nm"](b"bigger")
    records = [make["record"](b"BIG.;1", 30 + at, SECTOR, 0x80, use) for at in range(parts - 1)]
    records.append(make["record"](b"BIG.;1", 30 + parts - 1, 3, 0, use))
    own = make["record"](b"\0", ROOT, 2 * SECTOR, 2, b"SP\x07\x01\xbe\xef\x00" + make["px"](DIRECTORY))
    first = own + make["record"](b"\1", ROOT, 2 * SECTOR, 2)
    tail = b"".join(records[:before])
    filler = 0
    while SECTOR - len(first) - len(tail) >= len(records[0]):
        first += make["record"](b"A%03d" % filler, 29, 1, 0, make["px"](FILE) + make["nm"](b"a%03d" % filler))
        filler += 1
    root = (first + tail).ljust(SECTOR, b"\0") + b"".join(records[before:])
    assert len(first + tail) < SECTOR, "the border has to be padded, or this tests nothing"
    blocks = {30 + at: bytes([65 + at]) * SECTOR for at in range(parts - 1)}
    blocks |= {30 + parts - 1: b"end", ROOT: root.ljust(2 * SECTOR, b"\0"), 17: TERMINATOR}
    blocks[16] = strict(make["descriptor"](root=make["record"](b"\0", ROOT, 2 * SECTOR, 2)))
    return str(forge.write(blocks))


def strict(descriptor: bytes) -> bytes:
    """Fill in what bsdtar asks of a descriptor and we do not: path tables and the structure's version."""
    data = bytearray(descriptor)
    data[140:144] = data[144:148] = struct.pack("<I", 19)
    data[148:152] = data[152:156] = struct.pack(">I", 19)
    data[881] = 1
    return bytes(data)


@pytest.mark.parametrize(("parts", "before"), [(2, 1), (3, 1), (3, 2), (5, 3), (2, 0), (1, 0)])
def test_extents_on_both_sides_of_a_border(parts: int, before: int, forge: Any, make: Make) -> None:
    expected = b"".join(bytes([65 + at]) * SECTOR for at in range(parts - 1)) + b"end"
    with open_medium(split(forge, make, parts, before)) as medium:
        assert medium.stat("/bigger").size == len(expected)
        assert medium.open("/bigger").read() == expected
        assert [found.name for found in medium.list("/")].count("bigger") == 1


@pytest.mark.parametrize("before", [1, 2])
def test_bsdtar_reads_the_same_of_it(before: int, forge: Any, make: Make, real: Real) -> None:
    """That the forged image is a right one is not ours to say."""
    image = split(forge, make, 3, before)
    theirs = subprocess.run([real("bsdtar"), "-xOf", image, "bigger"], check=True, capture_output=True).stdout
    assert theirs == b"A" * SECTOR + b"B" * SECTOR + b"end"


def test_reads_across_the_borders_of_extents(forge: Any, make: Make) -> None:
    data = b"A" * SECTOR + b"B" * SECTOR + b"end"
    with open_medium(split(forge, make, 3, 0)) as medium, medium.open("/bigger") as stream:
        for at, length in ((SECTOR - 1, 2), (SECTOR - 1, SECTOR + 2), (2 * SECTOR, 99), (len(data), 1), (9999, 1)):
            stream.seek(at)
            assert stream.read(length) == data[at : at + length]
        assert stream.seek(-3, 2) == len(data) - 3
        assert stream.read() == b"end"


def test_the_size_of_a_4_5_gib_file_is_bsdtar_s(forge: Any, make: Make, real: Real) -> None:
    """Two extents as mkisofs splits them, at 4 GiB less a sector; the image is a hole."""
    first, last = (4 << 30) - SECTOR, (512 << 20) + SECTOR
    size = 64 * SECTOR + first + last
    use = make["px"](FILE) + make["nm"](b"big")
    records = make["record"](b"B.;1", 64, first, 0x80, use), make["record"](b"B.;1", 64 + first // SECTOR, last, 0, use)
    image = Path(forge.rr(*records))
    with image.open("r+b") as file:
        file.seek(16 * SECTOR)
        file.write(strict(make["descriptor"](blocks=size // SECTOR)) + TERMINATOR)
        file.truncate(size)
    listing = subprocess.run([real("bsdtar"), "-tvf", image], check=True, capture_output=True, text=True).stdout
    (theirs,) = [int(line.split()[4]) for line in listing.splitlines() if line.endswith(" big")]
    with open_medium(str(image)) as medium:
        assert medium.stat("/big").size == theirs == 4608 << 20
        with medium.open("/big") as stream:
            stream.seek(first - 1)
            assert stream.read(2) == b"\0\0"
        assert medium.bytes_read < 64 << 10
