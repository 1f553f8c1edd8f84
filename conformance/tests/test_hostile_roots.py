"""Installed roots with flipped bits: each check ends in a verdict, within a second and little memory."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from zfs_forge import FEATURES, Pool
from zfs_pack import GZIP, LZ4, LZJB, OFF

from xvmgate.builders.kernel import kernel
from xvmgate.builders.ramdisk import ramdisk
from xvmgate.conformance import check

Kept = Callable[[str], Path]
FILES = {
    "platform/i86xpv/kernel/amd64/unix": kernel(64),
    "platform/i86pc/amd64/boot_archive": ramdisk("x", [64], [], 0).read(),
    "boot/grub/menu.lst": b"title x\nkernel$ /platform/i86xpv/kernel/amd64/unix\n",
}
SECONDS, MEMORY = 1.0, 32 << 20
"""Of the processor's time and of memory in bytes, for one check."""


def verdict_within_limits(image: Path) -> str:
    """Check an image; whatever is raised, or takes too long or too much, fails the test."""
    tracemalloc.start()
    try:
        begun = time.process_time()
        result = check(str(image))
        assert time.process_time() - begun < SECONDS
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()
    if result.verdict == "unreadable":
        assert result.error
        assert len(result.error.splitlines()) == 1
    return result.verdict


def flip(image: Path, bits: list[int]) -> None:
    """Flip bits of an image; the same once more turns them back."""
    with image.open("r+b") as file:
        for bit in bits:
            file.seek(bit // 8)
            (byte,) = file.read(1)
            file.seek(bit // 8)
            file.write(bytes([byte ^ 1 << bit % 8]))


def flipped(image: Path, places: list[tuple[int, int]], rounds: int) -> set[str]:
    """Return the verdicts about an image with one or more bits flipped in those ranges of bytes, round by round."""
    chance, verdicts = random.Random(image.name), set()
    for _ in range(rounds):
        start, end = chance.choice(places)
        bits = [chance.randrange(start * 8, end * 8) for _ in range(chance.choice([1, 9, 400]))]
        flip(image, bits)
        verdicts.add(verdict_within_limits(image))
        flip(image, bits)
    return verdicts | {verdict_within_limits(image)}


@pytest.mark.parametrize("name", ["v10-fletcher2", "v15-lzjb-fat"])
def test_flipped_bits_in_a_pool(name: str, kept_pool: Kept, tmp_path: Path) -> None:
    """In the first label, in all that was written near the start of the device, and in the last labels."""
    subprocess.run(["cp", "--sparse=always", kept_pool(name), tmp_path / name], check=True)
    size = (tmp_path / name).stat().st_size
    places = [(0, 1 << 19), (4 << 20, 5 << 20), (4 << 20, 4 << 20 | 1 << 17), (size - (1 << 19), size)]
    assert flipped(tmp_path / name, places, 10) == {"conformant", "unreadable"}


PACKED = [OFF, LZJB, GZIP, LZ4]
SEEDS = [seed if seed < 10 or seed == 25 else pytest.param(seed, marks=pytest.mark.slow) for seed in range(300)]


def forged(path: Path, seed: int, mutate: Callable[[int, bytes], bytes] | None = None) -> Path:
    """Forge a bootable pool, its kind by the seed."""
    chance = random.Random(seed)
    pool = Pool(chance.choice("<>"), chance.choice([15, 28, FEATURES]), compression=chance.choice(PACKED))
    pool.large = chance.random() < 0.5
    pool.mutate = mutate or pool.mutate
    return Path(pool.save(path, {name: pool.file(data, block=4096) for name, data in FILES.items()}))


@pytest.mark.parametrize("seed", range(3))
def test_a_forged_pool_is_conformant(seed: int, tmp_path: Path) -> None:
    assert verdict_within_limits(forged(tmp_path / "pool", seed)) == "conformant"


@pytest.mark.parametrize("seed", SEEDS)
def test_flipped_bits_below_right_checksums(seed: int, tmp_path: Path) -> None:
    """In some of a forged pool's blocks, before their checksums are taken."""
    chance = random.Random(seed)
    victims = {chance.randrange(60) for _ in range(chance.randrange(1, 8))}

    def mutate(number: int, data: bytes) -> bytes:
        changed = bytearray(data)
        for _ in range(chance.randrange(1, 9) if number % 60 in victims else 0):
            bit = chance.randrange(chance.choice([min(len(data), 256), len(data)]) * 8)
            changed[bit // 8] ^= 1 << bit % 8
        return bytes(changed)

    verdicts = {"conformant", "nonconformant", "incomplete", "unreadable"}
    assert verdict_within_limits(forged(tmp_path / "pool", seed, mutate)) in verdicts


def test_flipped_bits_in_ufs_and_in_a_disk_s_tables(real: Callable[[str], str], tmp_path: Path) -> None:
    """In the superblock, in inodes, in all else that was written."""
    for path, data in FILES.items():
        (tmp_path / "tree" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tree" / path).write_bytes(data)
    image = tmp_path / "ufs"
    words = [real("makefs"), "-t", "ffs", "-B", "le", "-o", "version=1", "-s", "4m", str(image), str(tmp_path / "tree")]
    subprocess.run(words, check=True, capture_output=True)
    shutil.rmtree(tmp_path / "tree")
    places = [(8192, 8192 + 1380), (8192 + 1380, 100 << 10), (8192, 200 << 10)]
    assert flipped(image, places, 40) >= {"conformant", "unreadable"}
