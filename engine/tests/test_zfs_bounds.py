"""Pools made to cost more than they hold, or to lead a reader astray, their checksums right."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from memory_source import MemorySource
from zfs_forge import HOLE, Pool

from xvmgate.media import MediumError
from xvmgate.media.image import open_image

LEAF_MAGIC = struct.pack("<I", 0x2AB1EAF)
CHUNKS = 48 + 2 * (4096 // 32)
"""Where a forged leaf's chunks begin: an entry, its name's text, its value's text, the next entry."""


def patched(dnode: bytes, *, low: int = 0, high: int = 0, at: int = 64 + 48) -> bytes:
    """Return a dnode whose only pointer claims other sizes: `low` in its block, `high` as it is stored, in sectors."""
    (info,) = struct.unpack_from("<Q", dnode, at)
    info = info & ~0xFFFF | low - 1 if low else info
    info = info & ~(0xFFFF << 16) | high - 1 << 16 if high else info
    return dnode[:at] + struct.pack("<Q", info) + dnode[at + 8 :]


@pytest.mark.parametrize("bit", [0, 1 << 61], ids=["plain", "encrypted"])
def test_a_pool_whose_root_is_a_hole(bit: int, tmp_path: Path) -> None:
    pool = Pool()
    pool.save(tmp_path / "pool", {"x": pool.file(b"x")})
    pool._labels(HOLE[:48] + struct.pack("<Q", bit | 1 << 63) + HOLE[56:])
    with pytest.raises(MediumError, match="is said to be a hole"):
        open_image(MemorySource(pool.image))


def test_a_block_that_was_read_is_no_block_of_another_size(tmp_path: Path) -> None:
    """The second file claims the first one's indirect block, twice as large."""
    pool = Pool()
    first = pool.file(b"".join(b"%08d" % number * 64 for number in range(3)))
    second = patched(first, low=4)
    second = second[:1] + bytes([11]) + second[2:16] + struct.pack("<Q", 15) + second[24:]
    second = second[:192] + pool.file(b"", size=8192)[192:]
    medium = open_image(MemorySource.of(pool.save(tmp_path / "pool", {"first": first, "second": second})))
    assert len(medium.open("/first").read()) == 3 * 512
    with pytest.raises(MediumError, match="it unpacks to 1024 bytes of 2048"):
        medium.open("/second").read()


def test_a_gang_of_more_than_its_block(tmp_path: Path) -> None:
    pool = Pool()
    gang = patched(pool.file(b"y" * 8192, block=8192, gang=True), high=8)
    medium = open_image(MemorySource.of(pool.save(tmp_path / "pool", {"gang": gang})))
    with pytest.raises(MediumError, match="its gang has more than 4096 bytes"):
        medium.open("/gang").read()


@pytest.mark.parametrize("version", [15, 28])
def test_a_mode_of_more_bits_than_modes_have(version: int, tmp_path: Path) -> None:
    pool = Pool(version=version)
    dnode = pool.dnode(19, b"", block=512, **pool.attributes(1 << 63 | 0o100644, 0))
    medium = open_image(MemorySource.of(pool.save(tmp_path / "pool", {"x": dnode})))
    assert medium.lookup("/x").status == "file"


def elsewhere(leaf: bytearray) -> None:
    """The leaf of another prefix."""
    leaf[16] = 5


def deeper(leaf: bytearray) -> None:
    """A leaf of more bits than the table has."""
    leaf[32] = 40


def endless_name(leaf: bytearray) -> None:
    """A name of 65,535 bytes, whose text is followed by itself."""
    struct.pack_into("<H", leaf, CHUNKS + 6, 0xFFFF)
    struct.pack_into("<H", leaf, CHUNKS + 24 + 22, 1)


def shared_names(leaf: bytearray) -> None:
    """Entries that have one text of 63 bytes in common, all of the root directory."""
    for number in range(100):
        at = CHUNKS + 24 * number
        numbers = (number + 1 if number < 99 else 0xFFFF, 140, 63, 150, 1, 0, 0, 0)
        leaf[at : at + 24] = bytes([252, 8]) + struct.pack("<7HQ", *numbers)
    for number in range(140, 154):
        following = number + 1 if number != 153 else 0xFFFF
        leaf[CHUNKS + 24 * number : CHUNKS + 24 * number + 24] = b"\xfb" + b"n" * 21 + struct.pack("<H", following)
    struct.pack_into(">Q", leaf, CHUNKS + 24 * 150 + 1, 3)
    struct.pack_into(f"<{4096 // 32}H", leaf, 48, 0, *[0xFFFF] * (4096 // 32 - 1))


LEAVES = [
    (elsewhere, "has a leaf at block 1 that belongs elsewhere"),
    (deeper, "has a leaf at block 1 that belongs elsewhere"),
    (endless_name, "has a leaf whose entries have no end"),
    (shared_names, "has a leaf whose entries have no end"),
]


@pytest.mark.parametrize(("change", "words"), LEAVES)
def test_a_leaf_costs_no_more_than_it_holds(change: Callable[[bytearray], None], words: str, tmp_path: Path) -> None:
    pool = Pool()
    pool.large = True

    def mutate(_: int, data: bytes) -> bytes:
        if data[24:28] != LEAF_MAGIC:
            return data
        leaf = bytearray(data)
        change(leaf)
        assert len(leaf) == len(data)
        return bytes(leaf)

    pool.mutate = mutate
    location = pool.save(tmp_path / "pool", {"some/name": pool.file(b"x")})
    with pytest.raises(MediumError, match=words):
        open_image(MemorySource.of(location)).list("/")
