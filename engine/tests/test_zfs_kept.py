"""Real pools, made by zfs-fuse and kept as data, against their files' hashes, zdb, GRUB and Xen's own reader."""

from __future__ import annotations

import hashlib
import json
import random
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from memory_source import MemorySource
from zfs_pack import seal

from xvmgate.media import MediumError, open_medium
from xvmgate.media.image import open_image

Kept = Callable[[str], Path]
Real = Callable[[str], str]
FACTS = json.loads((Path(__file__).parent / "data/pools.json").read_text())
"""By pool: its version, the object number that zdb told, each file's sha256 as it was copied in."""
POOLS = [name for name, facts in FACTS.items() if facts["objset"]]
LABEL, START = 256 << 10, 4 << 20
XEN = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
import xenfsimage
pool = xenfsimage.open(sys.argv[2])
for path in sys.argv[3:]:
    file, data = pool.open_file(path), b""
    while piece := file.read(1 << 20, len(data)):
        data += piece
    print(hashlib.sha256(data).hexdigest())
print(xenfsimage.getbootstring(pool))
"""
"""Prints the hash of each file as Xen's reader reads it, then the boot string."""


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("name", FACTS)
def test_the_pool_says_what_zdb_said(name: str, kept_pool: Kept) -> None:
    with open_medium(str(kept_pool(name))) as medium:
        assert medium.kind == "zfs"
        assert medium.zfs == ("rpool", FACTS[name]["objset"], None, FACTS[name]["version"])


@pytest.mark.parametrize("name", POOLS)
def test_files_are_those_that_were_copied_in(name: str, kept_pool: Kept) -> None:
    with open_medium(str(kept_pool(name))) as medium:
        for path, wanted in FACTS[name]["sha256"].items():
            assert sha256(medium.open(path).read()) == wanted, path


PIECES = {
    "/extras/records": [(0, 393993)],
    "/extras/long-link": [(0, 23)],
    "/platform/i86pc/amd64/boot_archive": [(0, 1 << 20)],
    "/fine/borders": [(0, 2000), (64_000, 3000), ((8 << 20) - 2000, 4000), ((9 << 20) - 1000, 3000)],
}
"""By file, the pieces that are compared, first byte and length: across borders of records and of indirect blocks."""


@pytest.mark.parametrize("name", POOLS)
def test_grub_reads_the_same(name: str, kept_pool: Kept, real: Real) -> None:
    dataset = "opensolaris-1" if name == "v22-second-be" else "opensolaris"
    with open_medium(str(kept_pool(name))) as medium:
        for path, pieces in PIECES.items():
            for at, length in pieces:
                words = [real("grub-fstest"), "-s", str(at), "-n", str(length), str(kept_pool(name)), "cat"]
                words.append(f"(loop0)/ROOT/{dataset}@{path}")
                theirs = subprocess.run(words, check=True, capture_output=True).stdout
                assert any(theirs)
                with medium.open(path) as stream:
                    stream.seek(at)
                    assert stream.read(length) == theirs, path


def as_disk(image: Path, out: Path) -> Path:
    """Say `disk` where the labels say `file`, which Xen's reader asks for, and seal them anew."""
    data = bytearray(image.read_bytes())
    kind = b"type" + struct.pack(">III", 9, 1, 4)
    for start in (0, LABEL, len(data) - 2 * LABEL, len(data) - LABEL):
        at = start + (16 << 10)
        listed = bytes(data[at : start + (128 << 10)]).replace(kind + b"file", kind + b"disk")
        data[at : start + (128 << 10)] = seal(listed, "<", (at, 0, 0, 0))
    out.write_bytes(data)
    return out


@pytest.mark.parametrize("name", ["v10-fletcher2", "v14-mirror", "v15-lzjb-fat"])  # it knows no gzip and no zle
def test_xen_reads_the_same_and_boots_the_same_dataset(name: str, kept_pool: Kept, real: Real, tmp_path: Path) -> None:
    image = as_disk(kept_pool(name), tmp_path / "pool.img")
    paths = [path for path in FACTS[name]["sha256"] if path != "/extras/empty"]
    if name != "v10-fletcher2":
        paths.remove("/fine/borders")  # its holes take Xen's reader a second
    modules = str(Path(real("readnotes")).parent.parent / "lib/python")
    words = ["/usr/bin/python3", "-c", XEN, modules, str(image), *paths]
    *hashes, boot = subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()
    with open_medium(str(image)) as medium:
        assert [sha256(medium.open(path).read()) for path in paths] == hashes
        assert medium.zfs
        assert boot == f"zfs-bootfs={medium.zfs.pool}/{medium.zfs.objset},bootpath=''"


@pytest.mark.parametrize("name", POOLS)
def test_names_and_links(name: str, kept_pool: Kept) -> None:
    with open_medium(str(kept_pool(name))) as medium:
        assert medium.lookup("/extras/link").real == "/extras/small"
        assert medium.lookup("/extras/root-link").real == "/extras/small", "an absolute link leads from the root"
        assert medium.stat("/extras/long-link").size == len(b"one block, partly full\n")
        assert medium.lookup("/../../extras/small").is_file, "above the root of a root lies the root"
        for missing in ("/extras/nothing", "/extras/small/x", "/nothing"):
            assert medium.lookup(missing).status == "missing"


@pytest.mark.parametrize(("name", "count"), [("v15-lzjb-fat", 400), ("v14-mirror", 12)])
def test_a_directory_of_either_form_is_whole(name: str, count: int, kept_pool: Kept) -> None:
    wanted = {f"package-{number:05}-{'x' * (number % 60)}": f"{number}\n" for number in range(count)}
    with open_medium(str(kept_pool(name))) as medium:
        assert {found.name for found in medium.list("/extras/many")} == set(wanted)
        for file in random.Random(1).sample(sorted(wanted), 12):
            assert medium.open(f"/extras/many/{file}").read().decode() == wanted[file]


def test_the_second_boot_environment_is_the_one_that_boots(kept_pool: Kept) -> None:
    """`bootfs` was moved from the first, which has a file of its own."""
    with open_medium(str(kept_pool("v22-second-be"))) as medium:
        assert medium.lookup("/stale").status == "missing"


def test_a_pool_without_bootfs_is_an_empty_tree(kept_pool: Kept) -> None:
    with open_medium(str(kept_pool("v22-no-bootfs"))) as medium:
        assert medium.list("/") == []
        assert medium.lookup("/platform").status == "missing"


def test_a_file_in_pieces_and_from_anywhere(kept_pool: Kept) -> None:
    with open_medium(str(kept_pool("v15-lzjb-fat"))) as medium, medium.open("/extras/records") as stream:
        whole = stream.read()
        for at, length in [(0, 1), (131071, 2), (131072, 131072), (262143, 5), (len(whole) - 3, 100), (len(whole), 1)]:
            stream.seek(at)
            assert stream.read(length) == whole[at : at + length]
        assert stream.seek(-10, 2) == len(whole) - 10


READ = "/platform/i86xpv/kernel/amd64/unix", "/extras/records"


@pytest.mark.parametrize("name", ["v10-fletcher2", "v14-mirror", "v22-second-be"])
def test_a_flipped_bit_in_any_block_on_the_path_names_the_block(name: str, kept_pool: Kept) -> None:
    """Each block that was read, at three places of it: the first and last bit, and one somewhere."""
    source, chance = MemorySource.of(kept_pool(name)), random.Random(name)
    _read_all(source)
    blocks = sorted({read for read in source.reads if START <= read[0] < source.size - 2 * LABEL})
    assert len(blocks) > 20
    for offset, length in blocks:
        for bit in (0, length * 8 - 1, chance.randrange(length * 8)):
            source.data[offset + bit // 8] ^= 1 << bit % 8
            with pytest.raises(MediumError, match=f"the ZFS block at byte {offset} is damaged: its checksum is wrong"):
                _read_all(source)
            source.data[offset + bit // 8] ^= 1 << bit % 8
    _read_all(source)


def _read_all(source: MemorySource) -> None:
    medium = open_image(source)
    for path in READ:
        assert sha256(medium.open(path).read()) == FACTS["v10-fletcher2"]["sha256"][path]


@pytest.mark.parametrize("left", [0, 1, 2, 3])
def test_one_good_label_is_enough(left: int, kept_pool: Kept) -> None:
    source = MemorySource.of(kept_pool("v15-lzjb-fat"))
    starts = [0, LABEL, source.size - 2 * LABEL, source.size - LABEL]
    for number, start in enumerate(starts):
        if number != left:
            source.data[start : start + LABEL] = bytes(LABEL)
    assert open_image(source).lookup("/extras/small").is_file
    source.data[starts[left] + (16 << 10) + 100] ^= 1
    with pytest.raises(MediumError, match="none of its four labels has a list"):
        open_image(source)
    source.data[starts[left] + (16 << 10) + 100] ^= 1
    for at in range(starts[left] + (128 << 10) + 60, starts[left] + LABEL, 1024):
        source.data[at] ^= 1
    with pytest.raises(MediumError, match="none of its four labels has an uberblock"):
        open_image(source)


@pytest.mark.parametrize("size", [63 << 20, (4 << 20) + 5, 700 << 10])
def test_a_truncated_pool_is_refused(size: int, kept_pool: Kept) -> None:
    with pytest.raises(MediumError, match=r"truncated: its pool's device ends at byte \d+ of"):
        open_image(MemorySource(kept_pool("v15-lzjb-fat").read_bytes()[:size]))
