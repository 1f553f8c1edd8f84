"""Ramdisks as gzip, GRUB's reader, Xen's reader and The Sleuth Kit see them, and by a reckoning of every block."""

from __future__ import annotations

import gzip
import hashlib
import re
import struct
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from xvmgate.builders import ufs
from xvmgate.builders.ramdisk import FILLING, ramdisk
from xvmgate.fixtures.layout import every_layout

Real = Callable[[str], str]
DATE = 1257984000
SMALL = ["/.volumeid", "/.livecd", "/etc/release", "/platform/i86xpv/kernel/amd64/unix", "/platform/i86xpv/kernel/unix"]
XENFSIMAGE = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
import xenfsimage
image = xenfsimage.open(sys.argv[2], 0)
for path in sys.argv[3:]:
    file = image.open_file(path)
    digest, at = hashlib.sha256(), 0
    while data := file.read(1 << 20, at):
        digest.update(data)
        at += len(data)
    print(digest.hexdigest())
"""


def unpacked(folder: Path, mib: int | None = None) -> Path:
    path = folder / "image"
    packed = ramdisk("one", (32, 64), (".volumeid", ".livecd"), DATE, mib).read()
    path.write_bytes(gzip.decompress(packed))
    return path


def by_grub(real: Real, image: Path, path: str) -> bytes:
    return subprocess.run([real("grub-fstest"), image, "cat", f"(loop0){path}"], check=True, capture_output=True).stdout


def by_xen(real: Real, image: Path, *paths: str) -> list[str]:
    words: list[str | Path] = [
        "/usr/bin/python3",
        "-c",
        XENFSIMAGE,
        real("/usr/lib/xen-4.17/lib/python"),
        image,
        *paths,
    ]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()


def test_gzip_unpacks_it_and_no_clock_is_in_it(tmp_path: Path) -> None:
    data = ramdisk("one", (64,), (), DATE).read()
    assert data == ramdisk("one", (64,), (), DATE).read()
    assert data != ramdisk("two", (64,), (), DATE).read()
    assert data[4:8] == b"\0\0\0\0"
    (tmp_path / "x.gz").write_bytes(data)
    tested = subprocess.run(["gzip", "-tv", tmp_path / "x.gz"], check=True, capture_output=True, text=True)
    assert "OK" in tested.stderr
    assert gzip.decompress(data)[8192 + 1372 :][:4] == b"\x54\x19\x01\x00"


@pytest.mark.parametrize("mib", [None, 1, 3, 9, 33])
def test_grub_and_xen_read_the_files(mib: int | None, tmp_path: Path, real: Real) -> None:
    image = unpacked(tmp_path, mib)
    assert by_grub(real, image, "/.volumeid") == b"one\n"
    assert by_grub(real, image, "/.livecd") == b""
    paths = [*SMALL[2:], *([FILLING] if mib else [])]
    ours = [hashlib.sha256(by_grub(real, image, path)).hexdigest() for path in paths]
    assert by_xen(real, image, *paths) == ours
    listed = subprocess.run(
        [real("grub-fstest"), image, "ls", "(loop0)/platform/i86xpv/kernel/"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert sorted(listed.stdout.split()) == ["amd64/", "unix"]


@pytest.mark.parametrize("size", [1, 1024, 8192, 12 * 8192 - 1, 12 * 8192, 12 * 8192 + 1, 2060 * 8192, 2060 * 8192 + 1])
def test_files_up_to_the_borders_of_indirect_blocks(size: int, tmp_path: Path, real: Real) -> None:
    def block(number: int) -> bytes:
        return (number.to_bytes(8, "little") * 1024)[: max(0, min(8192, size - number * 8192))]

    image = tmp_path / "image"
    image.write_bytes(ufs.image(24 << 20, {"/a/file": ufs.UfsFile(size, block)}, DATE).read())
    wanted = hashlib.sha256(b"".join(block(number) for number in range(-(-size // 8192)))).hexdigest()
    assert hashlib.sha256(by_grub(real, image, "/a/file")).hexdigest() == wanted
    assert by_xen(real, image, "/a/file") == [wanted]
    _assert_accounted(image.read_bytes())


@pytest.mark.parametrize("mib", [None, 9, 17])
def test_every_block_is_accounted_for(mib: int | None, tmp_path: Path) -> None:
    _assert_accounted(unpacked(tmp_path, mib).read_bytes())


def test_the_sleuth_kit_finds_the_same_sums_in_all_places(tmp_path: Path, real: Real) -> None:
    image = unpacked(tmp_path, 17)
    text = subprocess.run([real("fsstat"), "-f", "ufs", image], check=True, capture_output=True, text=True).stdout
    by_group = text.partition("CYLINDER GROUP INFORMATION")[2]
    sums = re.findall(r"Num of (Dirs|Avail Blocks|Avail Inodes|Avail Frags): (\d+)", by_group)
    groups = [sums[at : at + 4] for at in range(0, len(sums), 4)]
    assert len(groups) == 6  # of three groups: from the superblock's summary, then from the group itself
    assert groups[0::2] == groups[1::2]
    whole = re.findall(r"Num of (?:Directories|Avail Inodes|Avail Full Blocks|Avail Fragments): (\d+)", text)
    inodes, directories, blocks, fragments = map(int, whole[:4])
    added = Counter[str]()
    for group in groups[::2]:
        added.update({name: int(value) for name, value in group})
    assert added == {"Dirs": directories, "Avail Blocks": blocks, "Avail Inodes": inodes, "Avail Frags": fragments}
    root = subprocess.run([real("icat"), "-f", "ufs", image, "2"], check=True, capture_output=True).stdout
    assert b".volumeid" in root


def test_makefs_lays_out_its_tables_alike(tmp_path: Path, real: Real) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/file").write_bytes(b"x" * 5000)
    theirs = tmp_path / "theirs"
    options = "version=1,bsize=8192,fsize=1024"
    words: list[str | Path] = ["-t", "ffs", "-B", "le", "-o", options, "-s", "4m", theirs, tmp_path / "tree"]
    subprocess.run([real("makefs"), *words], check=True, capture_output=True)
    ours = ufs.image(4 << 20, {"/file": ufs.file_of(b"x" * 5000)}, DATE).read()
    for offset in (8, 48, 52, 56, 72, 76, 80, 84, 96, 100, 116, 120, 124, 1356, 1372):
        # where the copy of the superblock lies; sizes, masks and shifts; the form of the tables; the magic
        mine, other = (struct.unpack_from("<i", data, 8192 + offset)[0] for data in (ours, theirs.read_bytes()))
        assert mine == other, offset


def test_what_does_not_fit_is_said() -> None:
    with pytest.raises(ufs.UfsError, match="do not fit into an image of 1 MiB"):
        ufs.image(1 << 20, {"/x": ufs.file_of(bytes(2 << 20))}, DATE)
    with pytest.raises(ufs.UfsError, match="512 files and directories do not fit"):
        ufs.image(1 << 20, {f"/{number}": ufs.file_of(b"") for number in range(511)}, DATE)
    with pytest.raises(ufs.UfsError, match="no image of 1000 bytes"):
        ufs.image(1000, {}, DATE)


def test_a_big_one_is_full(tmp_path: Path, real: Real) -> None:
    image = unpacked(tmp_path, 9)
    filling = by_grub(real, image, FILLING)
    assert len(filling) > 8.5 * (1 << 20)
    blocks = [filling[at : at + 8192] for at in range(0, len(filling), 8192)]
    assert len(set(blocks)) == len(blocks)


MARKERS = {"live": ".livecd", "ai": ".autoinstall", "text": ".textinstall"}


@pytest.mark.parametrize("name", [layout.id for layout in every_layout() if layout.pairs])
def test_each_layout_s_ramdisks_have_its_markers(
    name: str, layout_tree: Callable[[str], Path], tmp_path: Path, real: Real
) -> None:
    layout = next(layout for layout in every_layout() if layout.id == name)
    marker = MARKERS.get(layout.media)
    for path in {pair.ramdisk for pair in layout.pairs.values()}:
        image = tmp_path / "image"
        image.write_bytes(gzip.decompress((layout_tree(name) / path[1:]).read_bytes()))
        if marker:
            assert by_grub(real, image, f"/{marker}") == b""
            assert name.encode() in by_grub(real, image, "/.volumeid")
        for bits, folder in ((32, ""), (64, "amd64/")):
            words: list[str | Path] = [
                real("grub-fstest"),
                image,
                "cat",
                f"(loop0)/platform/i86xpv/kernel/{folder}unix",
            ]
            found = subprocess.run(words, check=False, capture_output=True).stdout
            pair = layout.pairs.get(bits)
            assert found[:4] == (b"\x7fELF" if pair and pair.ramdisk == path else b"")


def _assert_accounted(image: bytes) -> None:
    """Walk all inodes, mark what they and the tables use, and compare with the free maps; nothing is used twice."""

    def number(offset: int) -> int:
        return int(struct.unpack_from("<i", image, offset)[0])

    fragments, groups, per_group, inodes = (number(8192 + at) for at in (36, 44, 188, 184))
    assert fragments * 1024 == len(image)
    used = Counter[int]()
    summaries = number(8192 + 152)
    used.update(range(summaries, summaries + -(-number(8192 + 156) // 1024)))
    for group in range(groups):
        base = group * per_group
        used.update(range(base if group == 0 else base + 16, base + 96))
        assert image[(base + 16) * 1024 :][:8192] == image[8192:16384], "the copy of the superblock differs"
    seen = 0
    for at in range(32 * 1024 + 2 * 128, 96 * 1024, 128):
        mode, links = struct.unpack_from("<HH", image, at)
        if not mode:
            continue
        seen += 1
        assert links > 0
        held = list(_fragments_of(image, at))
        used.update(held)
        assert number(at + 104) == 2 * len(held), "the inode's count of sectors is wrong"
    assert max(used.values()) == 1, "a fragment is used twice"
    free_inodes = 0
    for group in range(groups):
        table = (group * per_group + 24) * 1024
        assert number(table + 4) == 0x090255
        size, free_at = number(table + 20), number(table + 96)
        bits = image[table + free_at : table + free_at + size // 8]
        marked = {group * per_group + at for at in range(size) if not bits[at // 8] >> at % 8 & 1}
        assert marked == {at for at in used if group * per_group <= at < group * per_group + size}
        assert number(table + 28) == bits.count(0xFF), "free blocks"
        assert number(table + 36) == sum(byte.bit_count() for byte in bits if byte != 0xFF), "free fragments"
        free_inodes += number(table + 32)
    assert free_inodes == groups * inodes - 2 - seen


def _fragments_of(image: bytes, inode: int) -> list[int]:
    (size,) = struct.unpack_from("<q", image, inode + 8)
    addresses = struct.unpack_from("<15i", image, inode + 40)
    blocks = -(-size // 8192)
    held: list[int] = []
    data = list(addresses[:12])

    def below(address: int, depth: int) -> None:
        held.extend(range(address, address + 8))
        for pointer in struct.unpack_from("<2048i", image, address * 1024):
            if pointer and depth:
                below(pointer, depth - 1)
            elif pointer:
                data.append(pointer)

    for depth, address in enumerate(addresses[12:]):
        if address:
            below(address, depth)
    data = [address for address in data if address]
    assert len(data) == blocks
    for index, address in enumerate(data):
        short = index == blocks - 1 and blocks <= 12
        held.extend(range(address, address + (-(-(size - index * 8192) // 1024) if short else 8)))
    return held
