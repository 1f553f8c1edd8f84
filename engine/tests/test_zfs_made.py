"""Pools that zfs-fuse makes on the spot: every version, both sides of a mirror, large files, many names."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from make_pools import Recipe, hashes, make, pattern, sources

from xvmgate.media import open_medium
from xvmgate.media.source import FileSource
from xvmgate.media.zfs.medium import ZfsMedium
from xvmgate.media.zfs.pool import Pool

Real = Callable[[str], str]
FIRST_WITH_BOOTFS = 6
BORDERS = [
    ("/extras/records", 0, 1 << 20),
    ("/fine/borders", 64_000, 3000),
    ("/fine/borders", (8 << 20) - 2000, 4000),
]
"""File, first byte and length of what GRUB reads too: across records, and across indirect blocks of two levels."""
pytestmark = pytest.mark.slow


@pytest.fixture
def made(real: Real, tmp_path: Path) -> Callable[[Recipe, Path], tuple[list[Path], int | None]]:
    """`made(recipe, tree)`: the devices of a pool, and its boot dataset's number by zdb."""
    real("zfs-fuse")
    if not os.access("/dev/fuse", os.W_OK) or os.geteuid() != 0:
        pytest.skip("zfs-fuse needs /dev/fuse and root, to mount what it makes")
    return lambda recipe, tree: make(recipe, tmp_path / "made", tree)


def by_grub(real: Real, device: Path, path: str, at: int, length: int) -> bytes:
    """Return what GRUB reads of a file, from a byte on."""
    words = [real("grub-fstest"), "-s", str(at), "-n", str(length), str(device), "cat"]
    words.append(f"(loop0)/ROOT/opensolaris@{path}")
    return subprocess.run(words, check=True, capture_output=True).stdout


def boot_file_system(device: Path, number: int | None) -> ZfsMedium:
    """Open a pool's file system by its number, for pools that are too old to have `bootfs`."""
    medium = ZfsMedium(FileSource(str(device)))
    assert medium.zfs
    if medium.zfs.objset is None:
        assert number
        medium._mount(Pool(FileSource(str(device))).file_system(number))
    return medium


@pytest.mark.parametrize("version", range(1, 24))
def test_every_version(
    version: int, made: Callable[..., tuple[list[Path], int | None]], real: Real, tmp_path: Path
) -> None:
    tree = sources(tmp_path, 30)
    (device,), number = made(Recipe(version, ("compression=on",)), tree)
    with boot_file_system(device, number) as medium:
        assert medium.zfs
        assert medium.zfs.version == version
        assert medium.zfs.objset == (number if version >= FIRST_WITH_BOOTFS else None)
        for path, wanted in hashes(tree).items():
            assert hashlib.sha256(medium.open(path).read()).hexdigest() == wanted, path
        for path, at, length in BORDERS:
            stream = medium.open(path)
            stream.seek(at)
            assert stream.read(length) == by_grub(real, device, path, at, length), path


def test_both_sides_of_a_mirror(made: Callable[..., tuple[list[Path], int | None]], real: Real, tmp_path: Path) -> None:
    tree = sources(tmp_path, 30)
    devices, number = made(Recipe(22, devices=2), tree)
    assert len(devices) == 2
    for device in devices:
        with open_medium(str(device)) as medium:
            assert medium.zfs
            assert medium.zfs.objset == number
            for path, wanted in hashes(tree).items():
                assert hashlib.sha256(medium.open(path).read()).hexdigest() == wanted, path
            theirs = by_grub(real, device, "/extras/records", 0, 1 << 20)
            assert medium.open("/extras/records").read() == theirs


def test_a_large_file_and_thousands_of_names(
    made: Callable[..., tuple[list[Path], int | None]], real: Real, tmp_path: Path
) -> None:
    """20 MB in records of 128 KiB: the first indirect block ends at 16 MiB."""
    tree = sources(tmp_path, 3000)
    (tree / "large").write_bytes(pattern(20 << 20))
    (device,), _ = made(Recipe(23, ("checksum=sha256",)), tree)
    with open_medium(str(device)) as medium:
        wanted = {path.name for path in (tree / "extras/many").iterdir()}
        assert {found.name for found in medium.list("/extras/many")} == wanted
        assert all(medium.lookup(f"/extras/many/{name}").is_file for name in wanted)
        assert medium.lookup("/extras/many/package-03000-").status == "missing"
        assert medium.open("/large").read() == (tree / "large").read_bytes()
        at = (16 << 20) - 3000
        assert by_grub(real, device, "/large", at, 6000) == pattern(20 << 20)[at : at + 6000]
