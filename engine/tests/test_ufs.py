"""UFS1 by makefs, against the tree it was made from, GRUB and Xen's own reader."""

from __future__ import annotations

import hashlib
import random
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from memory_source import MemorySource

from xvmgate.media import MediumError, open_medium
from xvmgate.media.image import open_image
from xvmgate.media.ufs import directory, superblock

Real = Callable[[str], str]
SHAPES = [(4096, 512), (4096, 4096), (8192, 1024), (16384, 2048), (65536, 8192)]
"""Sizes of blocks and fragments."""
XEN = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
import xenfsimage
disk = xenfsimage.open(sys.argv[2])
for path in sys.argv[3:]:
    file, data = disk.open_file(path), b""
    while piece := file.read(1 << 20, len(data)):
        data += piece
    print(hashlib.sha256(data).hexdigest())
"""
LINKS = {
    "short": "direct",
    "edge59": "x" * 59,
    "edge60": "y" * 60,
    "long": "./" * 150 + "direct",
    "rooted": "/deep/file",
}


def files(block: int) -> dict[str, bytes]:
    """Return files that end at and across the borders of fragments, direct and single indirect blocks."""
    chance = random.Random(block)
    sizes = {"empty": 0, "byte": 1, "fragment": block // 8 + 1, "direct": 12 * block, "single": 12 * block + 1}
    if block == 4096:
        sizes |= {"last-single": (12 + 1024) * block, "double": (12 + 1024) * block + 777}
    return {name: chance.randbytes(size) for name, size in sizes.items()}


def make(real: Real, folder: Path, block: int, fragment: int) -> Path:
    tree, image = folder / "tree", folder / "ufs.img"
    (tree / "deep/er").mkdir(parents=True)
    (tree / "deep/file").write_text("deep")
    (tree / "many").mkdir()
    for number in range(600):
        (tree / "many" / f"{number:04}-{'n' * (number % 200)}").write_bytes(b"")
    for name, data in files(block).items():
        (tree / name).write_bytes(data)
    for name, target in LINKS.items():
        (tree / name).symlink_to(target)
    options = f"version=1,bsize={block},fsize={fragment}"
    words = [real("makefs"), "-t", "ffs", "-B", "le", "-o", options, "-s", "24m", str(image), str(tree)]
    subprocess.run(words, check=True, capture_output=True)
    return image


@pytest.fixture(scope="module")
def image(real: Real, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An image with blocks of 4096 bytes, in which small files reach far; not to be changed."""
    return make(real, tmp_path_factory.mktemp("ufs"), 4096, 512)


def by_grub(real: Real, image: Path, name: str) -> bytes:
    """Return what GRUB reads of a file."""
    words = [real("grub-fstest"), str(image), "cat", f"(loop0)/{name}"]
    return subprocess.run(words, check=True, capture_output=True).stdout


@pytest.mark.parametrize(("block", "fragment"), SHAPES)
def test_files_are_those_of_the_tree(block: int, fragment: int, real: Real, tmp_path: Path) -> None:
    image = make(real, tmp_path, block, fragment)
    with open_medium(str(image)) as medium:
        assert (medium.kind, medium.filesystem, medium.zfs) == ("ufs", "UFS1", None)
        for name, data in files(block).items():
            assert medium.open(f"/{name}").read() == data == by_grub(real, image, name), name
        assert {found.name for found in medium.list("/many")} == {f"{n:04}-{'n' * (n % 200)}" for n in range(600)}
        assert {found.name: found.target for found in medium.list("/") if found.kind == "link"} == LINKS
        assert medium.open("/long").read() == files(block)["direct"]
        assert medium.open("/rooted").read() == b"deep"
        assert medium.lookup("/deep/er/../../byte").is_file
        assert medium.lookup("/deep/nothing").status == medium.lookup("/byte/x").status == "missing"


def test_xen_reads_the_same(image: Path, real: Real) -> None:
    paths = [f"/{name}" for name in files(4096) if name != "empty"]
    words = ["/usr/bin/python3", "-c", XEN, str(Path(real("readnotes")).parent.parent / "lib/python"), str(image)]
    theirs = subprocess.run([*words, *paths], check=True, capture_output=True, text=True).stdout.split()
    with open_medium(str(image)) as medium:
        assert [hashlib.sha256(medium.open(path).read()).hexdigest() for path in paths] == theirs


def inode_at(source: MemorySource, path: str) -> int:
    """Return the byte at which a file's inode lies."""
    number = open_image(source).stat(path).handle.number
    return superblock.parse(bytes(source.data[8192 : 8192 + superblock.SIZE])).inode_offset(number)


def test_a_hole_and_triple_indirect_blocks(image: Path, real: Real, tmp_path: Path) -> None:
    """The file's inode is edited: 4 GiB and a bit, all holes but one block behind three indirect ones."""
    source = MemorySource.of(image)
    at = inode_at(source, "/double")
    pointers = struct.unpack_from("<15I", source.data, at + 40)
    spare = [address * 512 for address in pointers[:3]]
    block = 12 + 1024 + 1024**2
    struct.pack_into("<Q", source.data, at + 8, (block + 1025) * 4096 + 100)
    struct.pack_into("<15I", source.data, at + 40, *[0] * 14, spare[0] // 512)
    for number, (place, slot) in enumerate(zip(spare, (0, 1, 1), strict=True)):
        source.data[place : place + 4096] = bytes(4096)
        struct.pack_into(
            "<I", source.data, place + 4 * slot, (spare[number + 1] if number < 2 else pointers[3] * 512) // 512
        )
    (tmp_path / "edited").write_bytes(source.data)
    wanted = files(4096)["double"][3 * 4096 : 4 * 4096]
    with open_image(source).open("/double") as stream:
        stream.seek((block + 1025) * 4096 - 10)
        assert stream.read() == bytes(10) + wanted[:100]
    words = [
        real("grub-fstest"),
        "-s",
        str((block + 1024) * 4096),
        "-n",
        "5000",
        str(tmp_path / "edited"),
        "cat",
        "(loop0)/double",
    ]
    assert subprocess.run(words, check=True, capture_output=True).stdout == bytes(4096) + wanted[:100]


def test_directories_as_solaris_writes_them(image: Path) -> None:
    """It has no type byte: the name's length has 16 bits."""
    source = MemorySource.of(image)
    at = open_image(source).stat("/deep").handle.pointers[0] * 512
    for record in (at, at + 12, at + 24, at + 36):
        source.data[record + 6], source.data[record + 7] = source.data[record + 7], 0
    assert {found.name for found in open_image(source).list("/deep")} == {"er", "file"}
    assert open_image(source).open("/deep/file").read() == b"deep"


def damaged(source: MemorySource, at: int, form: str, *numbers: int) -> str:
    """Change numbers at a place; return why the image is refused; change them back."""
    old = bytes(source.data[at : at + struct.calcsize(form)])
    struct.pack_into(form, source.data, at, *numbers)
    with pytest.raises(MediumError) as caught:
        medium = open_image(source)
        for entry in medium.list("/"):
            if entry.kind == "file":
                medium.open_entry(entry).read(1 << 20)
        medium.list("/deep")
    source.data[at : at + len(old)] = old
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


SUPERBLOCK: list[tuple[int, int, str]] = [
    (48, 4097, "blocks have 4097 bytes"),
    (48, 1 << 30, "blocks have"),
    (52, 0, "fragments of 0"),
    (56, 3, "3 fragments"),
    (44, 0, "0 cylinder groups"),
    (44, 1 << 20, "fragments are in 1048576 cylinder groups"),
    (184, 0, "groups of 0 inodes"),
    (184, 33, "groups of 33 inodes"),
    (188, 1, "cylinder groups of 1"),
    (36, -5, "its -5 fragments"),
    (16, 0, "fragments are in"),
]


@pytest.mark.parametrize(("offset", "value", "words"), SUPERBLOCK)
def test_a_superblock_that_does_not_fit_itself(offset: int, value: int, words: str, image: Path) -> None:
    assert words in damaged(MemorySource.of(image), 8192 + offset, "<i", value)


def test_inodes_and_blocks_that_are_nowhere(image: Path) -> None:
    source = MemorySource.of(image)
    direct, deep, link = (inode_at(source, path) for path in ("/double", "/deep", "/byte"))
    beyond = source.size // 512 + 5
    assert f"fragment {beyond} of" in damaged(source, direct + 40, "<I", beyond)
    assert "fragment 4294967295 of" in damaged(source, direct + 88, "<I", 0xFFFFFFFF)
    assert "claims 18446744073709551615 bytes" in damaged(source, direct + 8, "<Q", (1 << 64) - 1)
    assert "directories claim 1073741824 bytes" in damaged(source, deep + 8, "<Q", 1 << 30)
    assert "not in use" in damaged(source, direct, "<H", 0)
    assert "a link of 9999 bytes" in damaged(source, link, "<H6xQ", 0o120777, 9999)
    records = struct.unpack_from("<I", source.data, deep + 40)[0] * 512
    assert "inode 4000000000 of" in damaged(source, records + 24, "<I", 4000000000)
    assert "its record at byte 24 has 0 bytes" in damaged(source, records + 28, "<H", 0)
    assert "its record at byte 24 has 600 bytes" in damaged(source, records + 28, "<H", 600)


def test_a_root_that_is_none(image: Path) -> None:
    source = MemorySource.of(image)
    at = superblock.parse(bytes(source.data[8192 : 8192 + superblock.SIZE])).inode_offset(2)
    assert "its root is no directory but file" in damaged(source, at, "<H", 0o100644)


@pytest.mark.parametrize("size", [9600, 100_000])
def test_truncated(size: int, image: Path) -> None:
    with pytest.raises(MediumError, match="truncated"):
        open_image(MemorySource(image.read_bytes()[:size]))


def test_groups_shifted_as_old_file_systems_have_them() -> None:
    """fs_cgoffset and fs_cgmask move each group's inodes along the tracks (4.2BSD)."""
    data = bytearray(superblock.SIZE)
    for at, value in {
        16: 24,
        24: 16,
        28: -8,
        36: 60000,
        44: 10,
        48: 8192,
        52: 1024,
        56: 8,
        184: 128,
        188: 6000,
    }.items():
        struct.pack_into("<i", data, at, value)
    found = superblock.parse(bytes(data))
    assert found.inode_offset(2) == 24 * 1024 + 2 * 128
    assert found.inode_offset(128 * 3 + 5) == (6000 * 3 + 16 * 3 + 24) * 1024 + 5 * 128
    assert found.inode_offset(128 * 9) == (6000 * 9 + 16 * (9 & 7) + 24) * 1024


def test_noise_is_no_directory() -> None:
    chance = random.Random(5)
    for _ in range(300):
        with pytest.raises(directory.DirectoryError):
            list(directory.names(chance.randbytes(512)))


def test_noise_in_an_image_ends_in_one_sentence(image: Path) -> None:
    chance, whole = random.Random(6), image.read_bytes()
    used = 200 << 10
    for _ in range(60):
        source = MemorySource(whole)
        for _ in range(40):
            source.data[chance.randrange(8192, used)] = chance.randrange(256)
        try:
            medium = open_image(source)
            for entry in medium.list("/"):
                found = medium.lookup(f"/{entry.name}")
                if found.is_file and found.entry:
                    medium.open_entry(found.entry).read(1 << 20)
        except MediumError as error:
            assert len(str(error).splitlines()) == 1  # noqa: PT017  # the right answer is fine too
