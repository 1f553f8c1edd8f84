"""Hostile pools, whose checksums are right: one MediumError or the right answer, within the named limits."""

from __future__ import annotations

import contextlib
import random
import struct
import tracemalloc
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_source import MemorySource
from zfs_forge import Pool
from zfs_pack import LZ4, LZJB, OFF, PACK, ZLE, fletcher2, fletcher4, nvlist

from xvmgate.media import MediumError
from xvmgate.media.image import open_image
from xvmgate.media.zfs import checksum, compression
from xvmgate.media.zfs.nvlist import NvlistError, decode

BIG = b"".join(b"%08d" % number * 64 for number in range(60))


def forged(path: Path, pool: Pool) -> MemorySource:
    files = {"big": pool.file(BIG), "link": pool.link(b"big"), "holes": pool.file(bytes(9000) + b"x")}
    return MemorySource.of(pool.save(path, files))


def walk(source: MemorySource) -> None:
    medium = open_image(source)
    for entry in medium.list("/"):
        found = medium.lookup(f"/{entry.name}")
        if found.entry and found.is_file:
            with medium.open_entry(found.entry) as stream:
                stream.read(1 << 20)


@pytest.mark.parametrize("version", [15, 28])
@pytest.mark.parametrize("seed", range(40))
def test_blocks_of_noise_with_right_checksums(seed: int, version: int, tmp_path: Path) -> None:
    """One written block in each image is changed in a few bytes before its checksum is taken."""
    chance = random.Random(seed)
    victim, changes = chance.randrange(90), chance.randrange(1, 12)

    def mutate(number: int, data: bytes) -> bytes:
        changed = bytearray(data)
        for _ in range(changes if number == victim else 0):
            at = chance.choice([chance.randrange(64), chance.randrange(len(data))])
            changed[at] = chance.choice([0, 1, 0x7F, 0xFF, chance.randrange(256)])
        return bytes(changed)

    pool = Pool(version=version)
    pool.mutate = mutate
    source = forged(tmp_path / "pool", pool)
    try:
        walk(source)
    except MediumError as error:
        assert len(str(error).splitlines()) == 1  # noqa: PT017  # the right answer is fine too
    assert source.bytes_read < 8 << 20


@given(st.binary(max_size=300), st.sampled_from(sorted(compression.FUNCTIONS)), st.integers(1, 4096))
def test_noise_unpacks_to_its_size_or_not_at_all(data: bytes, kind: int, size: int) -> None:
    with contextlib.suppress(compression.CompressionError):
        assert len(compression.unpack(kind, data, size)) == size


@given(st.lists(st.tuples(st.binary(min_size=1, max_size=9), st.integers(1, 90)), min_size=1, max_size=30))
def test_what_was_packed_unpacks(runs: list[tuple[bytes, int]]) -> None:
    data = b"".join(piece * count for piece, count in runs)
    for kind in (LZJB, ZLE, LZ4):
        assert compression.unpack(kind, PACK[kind](data), len(data)) == data


def test_lz4_and_lzjb_by_hand() -> None:
    """`abc` and a match of nine three back, which overlaps itself; both written by their descriptions."""
    assert compression.unpack(3, b"\x08abc" + bytes([(9 - 3) << 2, 3]), 12) == b"abcabcabcabc"
    assert compression.unpack(15, b"\0\0\0\x06" + b"\x35abc\x03\x00", 12) == b"abcabcabcabc"
    assert compression.unpack(14, b"\x01ab\x43\x00c", 7) == b"ab\0\0\0\0c"


def test_a_bomb_does_not_grow_beyond_its_size() -> None:
    bombs = {5: zlib.compress(bytes(64 << 20)), 15: b"\0\0\xff\xff\x1fa\x01\x00" + b"\xff" * 60000, 14: b"\xff" * 60000}
    tracemalloc.start()
    for kind, data in bombs.items():
        with contextlib.suppress(compression.CompressionError):
            assert len(compression.unpack(kind, data, 4096)) == 4096
    assert tracemalloc.get_traced_memory()[1] < 4 << 20
    tracemalloc.stop()


@pytest.mark.parametrize(("kind", "words"), [(4, "empty"), (16, "zstd"), (99, "number 99")])
def test_an_unknown_compression_is_named(kind: int, words: str) -> None:
    with pytest.raises(compression.CompressionError, match=f"compressed by {words}, which is not supported"):
        compression.unpack(kind, bytes(512), 512)


@given(st.binary(min_size=1, max_size=64).map(lambda data: (data * 512)[: 512 * len(data)]), st.sampled_from("<>"))
def test_checksums_against_their_definitions(data: bytes, order: str) -> None:
    assert checksum.fletcher2(data, order) == fletcher2(data, order)
    assert checksum.fletcher4(data, order) == fletcher4(data, order)


@pytest.mark.parametrize(
    ("number", "name"), [(11, "sha512"), (12, "skein"), (13, "edonr"), (14, "blake3"), (3, "label")]
)
def test_an_unknown_checksum_is_named(number: int, name: str, tmp_path: Path) -> None:
    source = forged(tmp_path / "pool", Pool())
    pool = Pool()
    pointer = bytearray(pool.file(BIG))
    pool.checksum = 7
    info = struct.unpack_from("<Q", pointer, 64 + 48)[0]
    struct.pack_into("<Q", pointer, 64 + 48, info & ~(0xFF << 40) | number << 40)
    source = MemorySource.of(pool.save(tmp_path / "pool", {"big": bytes(pointer)}))
    with pytest.raises(MediumError, match=f"has a checksum by {name}, which is not supported"):
        open_image(source).open("/big").read()


@given(st.binary(max_size=400))
def test_noise_is_no_list(data: bytes) -> None:
    for text in (data, b"\x01\x01\0\0" + bytes(8) + data, nvlist({"a": 1, "b": {"c": "d"}})[: len(data)] + data):
        with contextlib.suppress(NvlistError):
            decode(text)


def test_a_list_is_decoded() -> None:
    pairs = {"n": 1 << 63, "t": "text", "flag": True, "in": {"x": 2}, "several": [{"y": 3}, {"z": "w"}]}
    assert decode(nvlist(pairs)) == pairs


def test_a_chain_that_bites_its_tail(tmp_path: Path) -> None:
    """The large form of a table: an entry whose follower is itself."""
    pool = Pool(version=28)

    def bite(_: int, data: bytes) -> bytes:
        if data[24:28] != struct.pack("<I", 0x2AB1EAF):
            return data
        at = 48 + 2 * (len(data) // 32)
        return data[: at + 2] + b"\0\0" + data[at + 4 :]

    pool.mutate = bite
    with pytest.raises(MediumError, match="a leaf whose entries have no end"):
        walk(forged(tmp_path / "pool", pool))


@pytest.mark.parametrize(("size", "words"), [(1 << 45, "claims 35184372088832 bytes"), (1 << 43, "")])
def test_a_file_that_claims_more_than_any_has(size: int, words: str, tmp_path: Path) -> None:
    pool = Pool()
    source = MemorySource.of(pool.save(tmp_path / "pool", {"big": pool.file(BIG, size=size)}))
    medium = open_image(source)
    if words:
        with pytest.raises(MediumError, match=words):
            medium.lookup("/big")
    else:
        with medium.open("/big") as stream:
            stream.seek(1 << 42)
            assert stream.read(10) == bytes(10)


def test_a_link_that_claims_more_than_any_has(tmp_path: Path) -> None:
    pool = Pool()
    dnode = pool.dnode(19, b"", block=512, **pool.attributes(0o120777, 5000, b"x"))
    source = MemorySource.of(pool.save(tmp_path / "pool", {"link": dnode}))
    with pytest.raises(MediumError, match="a link of 5000 bytes"):
        open_image(source).lookup("/link")


def test_data_without_a_checksum_are_read(tmp_path: Path) -> None:
    """`checksum=off` is the user's choice, for a file's data alone."""
    pool = Pool(compression=OFF)
    dnode = bytearray(pool.file(b"y" * 512))
    info = struct.unpack_from("<Q", dnode, 64 + 48)[0]
    struct.pack_into("<Q", dnode, 64 + 48, info & ~(0xFF << 40) | 2 << 40)
    source = MemorySource.of(pool.save(tmp_path / "pool", {"f": bytes(dnode)}))
    assert open_image(source).open("/f").read() == b"y" * 512
