"""What is no medium, made by those who make it for real; and images that end just where a magic does."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xvmgate.media import MediumError, open_medium
from xvmgate.media.formats import magic
from xvmgate.media.formats.ramdisk import read_ramdisk

Real = Callable[[str], str]
ADVICE = ("give a directory, an ISO file or", "unpack it first: ", "take the x86 medium: ")
SYNC = b"\0" + b"\xff" * 10 + b"\0"
"""What every raw sector of a CD begins with."""


def error(location: Path) -> str:
    """Return why a location cannot be opened."""
    with pytest.raises(MediumError) as caught:
        open_medium(str(location))
    assert any(f"(XVM-FS-01); {advice}" in str(caught.value) for advice in ADVICE)
    return str(caught.value)


def raw(image: bytes, mode: int) -> bytes:
    """Return an image as raw sectors of 2352 bytes: mode 1, or mode 2 form 1 with its 8 bytes of subheader."""
    sectors = [image[at : at + 2048] for at in range(0, len(image), 2048)]
    head, tail = (b"", bytes(288)) if mode == 1 else (bytes([0, 0, 8, 0] * 2), bytes(280))
    return b"".join(SYNC + bytes([0, 2, at % 75, mode]) + head + data + tail for at, data in enumerate(sectors))


@pytest.mark.parametrize("mode", [1, 2])
def test_a_raw_cd_image(mode: int, layout_iso: Callable[[str, str], Path], tmp_path: Path) -> None:
    """Mode 1 is what data CDs are dumped as."""
    data = raw(layout_iso("omnios-r151-iso", "genisoimage").read_bytes(), mode)
    assert len(data) % 2352 == 0
    (tmp_path / "x.bin").write_bytes(data)
    assert "a raw CD image with 2352-byte sectors" in error(tmp_path / "x.bin")


@pytest.mark.parametrize(("kind", "journal"), [("ext2", False), ("ext3", True), ("ext4", True)])
def test_an_ext_file_system(kind: str, journal: bool, tmp_path: Path) -> None:
    program = shutil.which("mke2fs", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if program is None:
        pytest.skip("mke2fs is missing: Debian package e2fsprogs")
    size = "8m" if journal else "1m"
    subprocess.run([program, "-q", "-t", kind, tmp_path / "x", size], check=True, capture_output=True)
    assert f"no ISO9660, UFS or ZFS image: {kind} " in error(tmp_path / "x")


UFS = [("be", 1, "UFS1 (big-endian, SPARC)"), ("le", 2, "UFS2")]


@pytest.mark.parametrize(("order", "version", "name"), UFS)
def test_a_ufs_that_x86_solaris_does_not_write(order: str, version: int, name: str, real: Real, tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    options = f"version={version},bsize=8192,fsize=1024"
    words = [real("makefs"), "-t", "ffs", "-B", order, "-o", options, "-s", "4m"]
    subprocess.run([*words, tmp_path / "x", tmp_path / "tree"], check=True, capture_output=True)
    assert f"no ISO9660, UFS or ZFS image: {name} (" in error(tmp_path / "x")


def _zip(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("x.iso", data)
    return out.getvalue()


def _tar(data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        member = tarfile.TarInfo("x.iso")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


PACKED: list[tuple[Callable[[bytes], bytes], str]] = [
    (gzip.compress, "gzip'ed"),
    (bz2.compress, "bzip2-compressed"),
    (lzma.compress, "xz-compressed"),
    (_zip, "a zip archive"),
    (_tar, "a tar archive"),
]


@pytest.mark.parametrize(("pack", "name"), PACKED, ids=[name for _, name in PACKED])
def test_a_packed_iso(
    pack: Callable[[bytes], bytes], name: str, layout_iso: Callable[[str, str], Path], tmp_path: Path
) -> None:
    (tmp_path / "x.iso").write_bytes(pack(layout_iso("omnios-r151-iso", "genisoimage").read_bytes()))
    assert f"no ISO9660, UFS or ZFS image: {name} (" in error(tmp_path / "x.iso")


def test_a_boot_loader_and_a_program(tmp_path: Path) -> None:
    shutil.copy("/proc/self/exe", tmp_path / "x")
    assert "an ELF file" in error(tmp_path / "x")


@pytest.mark.parametrize("size", [1082, 1083, 1100, 1116, 1117, 1120])
def test_an_image_that_ends_behind_ext_s_magic(size: int, tmp_path: Path) -> None:
    """The features that tell ext3 and ext4 lie behind the magic: without them it is still an error of ours."""
    data = bytes(1080) + b"\x53\xef"
    (tmp_path / "x").write_bytes(data.ljust(size, b"\0"))
    assert "no ISO9660, UFS or ZFS image" in error(tmp_path / "x")


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_ramdisk_that_ends_behind_ext_s_magic(pack: Callable[[bytes], bytes]) -> None:
    found = read_ramdisk(io.BytesIO(pack(bytes(1080) + b"\x53\xef")))
    assert found.filesystem is None


PLANTS = [(offset, text) for offset, text, _ in magic.SIGNATURES]
PLANTS += [(magic.EXT_AT, magic.EXT_MAGIC), *((128 << 10, text) for text in magic.UBERBLOCK), (510, b"\x55\xaa")]


@given(st.lists(st.sampled_from(PLANTS), max_size=3), st.integers(0, 3), st.sampled_from([b"\0", b"\xff", b"a"]))
def test_an_image_of_any_magic_cut_anywhere_has_a_name(
    plants: list[tuple[int, bytes]], beyond: int, fill: bytes
) -> None:
    data = bytearray(fill * max((offset + len(text) for offset, text in plants), default=0))
    for offset, text in plants:
        data[offset : offset + len(text)] = text
    stream = io.BytesIO(bytes(data) + fill * beyond)

    def peek(offset: int, length: int) -> bytes:
        stream.seek(offset)
        return stream.read(length)

    assert magic.name(peek).isprintable()
