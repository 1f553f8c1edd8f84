"""Disks that Solaris partitioned: slices found where util-linux finds them, and what is wrong with the others."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Callable
from functools import reduce
from operator import xor
from pathlib import Path

import pytest
from memory_source import MemorySource
from zfs_forge import Pool

from xvmgate.media import MediumError, open_medium
from xvmgate.media.formats.partitions import slices
from xvmgate.media.image import open_image

Real = Callable[[str], str]
Slices = list[tuple[int, int, int]]
"""Tag, first sector within the partition, sectors, of each slice from 0 on."""
PARTITION = 63
SOLARIS, OLD_SOLARIS, LINUX = 0xBF, 0x82, 0x83


def mbr(kind: int, sectors: int, start: int = PARTITION) -> bytes:
    """Return a boot record whose second entry is the partition."""
    entry = struct.pack("<B3sB3sII", 0x80, b"\0\2\0", kind, b"\xfe\xff\xff", start, sectors)
    return bytes(446 + 16) + entry + bytes(32) + b"\x55\xaa"


def vtoc(slices: Slices, *, sector: int = 512, sanity: int = 0x600DDEEE) -> bytes:
    """Return an x86 label of 512 bytes, its checksum right."""
    label = bytearray(512)
    struct.pack_into("<II8sHH", label, 12, sanity, 1, b"guest", sector, 16)
    for number, (tag, first, count) in enumerate(slices):
        struct.pack_into("<HHII", label, 72 + 12 * number, tag, 0, first, count)
    struct.pack_into("<H", label, 508, 0xDABE)
    struct.pack_into("<H", label, 510, reduce(xor, struct.unpack("<255H", label[:510])))
    return bytes(label)


def disk(content: bytes, label: bytes, kind: int = SOLARIS, first: int = 2048, spare: int = 100) -> bytes:
    """Return a disk with content from a sector of its Solaris partition on."""
    sectors = first + len(content) // 512 + spare
    head = mbr(kind, sectors).ljust((PARTITION + 1) * 512, b"\0") + label
    return (head.ljust((PARTITION + first) * 512, b"\0") + content).ljust((PARTITION + sectors) * 512, b"\0")


@pytest.fixture(scope="module")
def ufs(real: Real, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small UFS1."""
    folder = tmp_path_factory.mktemp("ufs")
    (folder / "tree/boot").mkdir(parents=True)
    (folder / "tree/boot/x86.microroot").write_bytes(b"ramdisk" * 3000)
    words = [real("makefs"), "-t", "ffs", "-B", "le", "-o", "version=1,bsize=8192,fsize=1024", "-s", "4m"]
    subprocess.run([*words, folder / "ufs", folder / "tree"], check=True, capture_output=True)
    return (folder / "ufs").read_bytes()


def usb(ufs: bytes) -> Slices:
    """Return the slices of a `.usb` image: the root, and the one that stands for the whole."""
    return [(2, 2048, len(ufs) // 512), (0, 0, 0), (5, 0, 2148 + len(ufs) // 512)]


def theirs(real: Real, path: Path) -> list[tuple[int, int]]:
    """Return first byte and length of each slice that util-linux sees in a Solaris partition, the whole one aside."""
    words = [real("partx"), "-g", "-o", "START,SECTORS,TYPE,SCHEME", "--show", str(path)]
    rows = [
        row.split() for row in subprocess.run(words, check=True, capture_output=True, text=True).stdout.splitlines()
    ]
    return [
        (int(start) * 512, int(count) * 512)
        for start, count, kind, scheme in rows
        if (scheme, kind) == ("solaris", "0x2")
    ]


@pytest.mark.parametrize("kind", [SOLARIS, OLD_SOLARIS])
def test_ufs_in_a_slice_as_on_a_usb_image(kind: int, ufs: bytes, real: Real, tmp_path: Path) -> None:
    (tmp_path / "x.usb").write_bytes(disk(ufs, vtoc(usb(ufs)), kind))
    if kind == OLD_SOLARIS:  # util-linux looks into no other
        found = slices(MemorySource.of(tmp_path / "x.usb").peek)
        assert [(piece.start, piece.size) for piece in found] == theirs(real, tmp_path / "x.usb")
    with open_medium(str(tmp_path / "x.usb")) as medium:
        assert medium.kind == "ufs"
        assert medium.open("/boot/x86.microroot").read() == b"ramdisk" * 3000


def test_a_pool_in_a_slice(real: Real, tmp_path: Path) -> None:
    pool = Pool()
    pool.save(tmp_path / "pool", {"big": pool.file(b"in a slice" * 900)})
    content = (tmp_path / "pool").read_bytes()
    (tmp_path / "disk").write_bytes(disk(content, vtoc([(0, 0, 5), (2, 2048, len(content) // 512)]), OLD_SOLARIS))
    found = slices(MemorySource.of(tmp_path / "disk").peek)
    assert (found[0].start, found[0].size) == theirs(real, tmp_path / "disk")[0]
    with open_medium(str(tmp_path / "disk")) as medium:
        assert medium.kind == "zfs"
        assert medium.open("/big").read() == b"in a slice" * 900


def gpt(content: bytes, first: int = 2048, *, entry_size: int = 128, count: int = 128) -> bytes:
    last = first + len(content) // 512 - 1
    header = b"EFI PART".ljust(72, b"\0") + struct.pack("<QII", 2, count, entry_size)
    entry = b"\x6a" * 16 + b"\x01" * 16 + struct.pack("<QQ", first, last)
    table = bytes(entry_size) + entry.ljust(entry_size, b"\0")
    return (mbr(0xEE, last, 1).ljust(512, b"\0") + header.ljust(512, b"\0") + table).ljust(first * 512, b"\0") + content


def test_a_pool_in_a_partition_of_a_guid_table(tmp_path: Path) -> None:
    pool = Pool()
    pool.save(tmp_path / "pool", {"big": pool.file(b"x")})
    medium = open_image(MemorySource(gpt((tmp_path / "pool").read_bytes())))
    assert medium.open("/big").read() == b"x"


def refused(data: bytes) -> str:
    source = MemorySource(data)
    with pytest.raises(MediumError) as caught:
        open_image(source)
    assert source.closed, "what is refused is given back"
    return str(caught.value)


def test_damage_in_a_slice_names_the_slice(ufs: bytes) -> None:
    broken = bytearray(ufs)
    broken[8192 + 48] ^= 1
    assert "image: slice 0, from byte 1080832: no UFS1: its blocks" in refused(disk(bytes(broken), vtoc(usb(ufs))))
    cut = disk(ufs, vtoc(usb(ufs)))[: 1080832 + 100_000]
    assert "slice 0, from byte 1080832: truncated: its file system has 4194304 bytes, the image 100000" in refused(cut)


def test_tables_that_are_damaged(ufs: bytes) -> None:
    flipped = bytearray(vtoc(usb(ufs)))
    flipped[80] ^= 1
    assert "VTOC of its Solaris partition at sector 63 is damaged: its checksum is wrong" in refused(
        disk(ufs, bytes(flipped))
    )
    assert "is damaged" in refused(disk(ufs, vtoc(usb(ufs), sanity=1)))
    assert "sectors of 4096 bytes, not 512" in refused(disk(ufs, vtoc(usb(ufs), sector=4096)))
    assert "its Solaris partition at sector 63 has no VTOC" in refused(disk(ufs, bytes(512)))
    assert "claims 128 entries of 7 bytes" in refused(gpt(ufs, entry_size=7))
    assert "claims 4000000000 entries" in refused(gpt(ufs, count=4000000000))
    assert "a GUID partition table, which is not there" in refused(mbr(0xEE, 100, 1).ljust(8192, b"\0"))


def test_a_table_beyond_any_disk(tmp_path: Path) -> None:
    """On a real file, whose offsets have 63 bits."""
    image = bytearray(gpt(bytes(4096)))
    struct.pack_into("<Q", image, 512 + 72, (1 << 64) - 1)
    (tmp_path / "disk").write_bytes(image)
    with pytest.raises(MediumError, match="said to lie at sector 18446744073709551615"):
        open_medium(str(tmp_path / "disk"))


def test_slices_without_a_file_system_are_named() -> None:
    image = disk(bytes(1 << 20), vtoc([(2, 2048, 100), (0, 0, 0), (5, 0, 4000), (7, 2200, 9), (8, 1 << 31, 1 << 31)]))
    assert "neither UFS1 nor a ZFS pool in its slices (slice 0, slice 3)" in refused(image)


@pytest.mark.parametrize("kind", [LINUX, OLD_SOLARIS])
def test_a_linux_disk_is_only_named(kind: int) -> None:
    assert "a disk with an MBR (XVM-FS-01); give a directory" in refused(disk(bytes(1 << 20), bytes(512), kind))
