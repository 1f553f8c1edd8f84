"""Kernels, ramdisks and menus: what is told by their bytes."""

from __future__ import annotations

import gzip
import io
import struct
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xvmgate.builders.kernel import kernel
from xvmgate.media.formats.elf import BUDGET, ElfError, read_elf
from xvmgate.media.formats.menu import MAX_NAMES, read_menu
from xvmgate.media.formats.pages import PAGE, Pages
from xvmgate.media.formats.ramdisk import MAX_READ, read_ramdisk

Real = Callable[[str], str]


class Counting(io.BytesIO):
    """A stream that counts what is read from it."""

    count = 0

    def read(self, size: int | None = -1) -> bytes:
        """Read and count."""
        data = super().read(size)
        self.count += len(data)
        return data


def elf(data: bytes) -> tuple[int, str, bool]:
    """Return class, machine and whether there are Xen notes."""
    found = read_elf(io.BytesIO(data), len(data))
    return found.bits, found.machine, bool(found.xen_notes)


@pytest.mark.parametrize(("bits", "machine"), [(32, "386"), (64, "x86-64")])
@pytest.mark.parametrize("xen", [True, False])
def test_kernels(bits: int, machine: str, xen: bool) -> None:
    assert elf(kernel(bits, xen=xen)) == (bits, machine, xen)


def test_the_notes_types() -> None:
    data = kernel(32)
    assert set(read_elf(io.BytesIO(data), len(data)).xen_notes) == {5, 6, 8, 3, 4, 9}


@pytest.mark.parametrize("keep", ["segment", "section"])
def test_notes_are_found_by_segment_or_by_section_alone(keep: str) -> None:
    data = bytearray(kernel(64))
    if keep == "section":
        data[64:68] = bytes(4)  # the first program header's type
    else:
        data[40:48] = bytes(8)  # where the section headers are
        data[60:62] = bytes(2)
    assert elf(bytes(data)) == (64, "x86-64", True)


def test_notes_of_another_owner() -> None:
    assert elf(kernel(64).replace(b"Xen\0", b"GNU\0")) == (64, "x86-64", False)


@pytest.mark.parametrize("at", range(0, 64, 4))
def test_a_header_cut_short(at: int) -> None:
    with pytest.raises(ElfError):
        elf(kernel(32)[: min(at, 51)])


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (32, b"\xff" * 8),
        (40, b"\xff" * 7 + b"\x7f"),
        (54, b"\xff\xff\xff\xff"),
        (56, b"\xff\xff"),
        (60, b"\xff\xff"),
        (64 + 8, b"\xff" * 8),
        (64 + 32, b"\xff" * 8),
    ],
)
def test_headers_that_point_elsewhere(at: int, text: bytes) -> None:
    data = bytearray(kernel(64))
    data[at : at + len(text)] = text
    with suppress(ElfError):
        assert elf(bytes(data))[:2] == (64, "x86-64")


@given(st.lists(st.tuples(st.integers(4, 600), st.integers(0, 255)), max_size=20))
def test_mutated_kernels(changes: list[tuple[int, int]]) -> None:
    data = bytearray(kernel(64))
    for at, byte in changes:
        data[at] = byte
    with suppress(ElfError):
        elf(bytes(data))


def test_note_areas_without_end_are_bounded() -> None:
    """A thousand headers that each point at another stretch of notes cost sixteen."""
    head = bytearray(kernel(64)[:64])
    head[56:58] = struct.pack("<H", 1000)
    notes = struct.pack("<III4s", 4, 0, 1, b"GNU\0") * 4096
    headers = b"".join(struct.pack("<IIQQQQQQ", 4, 4, 60000 + n, 0, 0, 16 << 10, 0, 4) for n in range(1000))
    stream = Counting((bytes(head) + headers).ljust(60000, b"\0") + notes)
    assert read_elf(stream, len(stream.getvalue())).xen_notes == ()
    assert stream.count < 256 << 10


def test_pages_are_read_once_and_within_a_budget() -> None:
    stream = Counting(bytes(10 * PAGE))
    pages = Pages(stream, 10 * PAGE, 2 * PAGE)
    assert [len(pages.read(at, 8)) for at in (0, 4, PAGE - 4, 3 * PAGE)] == [8, 8, 8, 0]
    assert stream.count == 2 * PAGE
    assert pages.read(20 * PAGE, 8) == b""
    assert BUDGET < 64 << 20


@pytest.fixture(scope="module")
def ufs(tmp_path_factory: pytest.TempPathFactory, real: Real) -> Callable[[str], bytes]:
    """A real UFS1 image of either byte order, by makefs."""
    folder = tmp_path_factory.mktemp("ufs")
    (folder / "tree").mkdir()
    (folder / "tree/.livecd").write_text("x")

    def image(order: str) -> bytes:
        out = folder / f"{order}.ufs"
        words = [real("makefs"), "-t", "ffs", "-B", order, "-o", "version=1,bsize=8192,fsize=1024", "-s", "4m"]
        subprocess.run([*words, out, folder / "tree"], check=True, capture_output=True)
        return out.read_bytes()

    return image


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_ufs_ramdisks(pack: Callable[[bytes], bytes], ufs: Callable[[str], bytes]) -> None:
    assert read_ramdisk(io.BytesIO(pack(ufs("le")))).filesystem == "UFS"
    found = read_ramdisk(io.BytesIO(pack(ufs("be"))))
    assert found.filesystem is None
    assert "big-endian" in found.seen


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_hsfs_ramdisks(pack: Callable[[bytes], bytes], layout_iso: Callable[[str, str], Path]) -> None:
    data = layout_iso("omnios-r151-iso", "genisoimage").read_bytes()
    assert read_ramdisk(io.BytesIO(pack(data))).filesystem == "HSFS"


RAMDISKS = [
    ("bomb", gzip.compress(bytes(64 << 20), 9, mtime=0), "gzip'ed data (of no known kind, and it begins with zeros)"),
    ("long name", b"\x1f\x8b\x08\x08" + bytes(6) + b"n" * (1 << 20), "gzip'ed nothing"),
    ("cut", gzip.compress(bytes(range(256)) * 64, mtime=0)[:40], "gzip'ed "),
    ("damaged", b"\x1f\x8b\x08\x00" + bytes(6) + b"\xff" * 99, "a damaged gzip stream"),
    ("empty", b"", "nothing"),
    ("text", b"text", "data (text)"),
    ("noise", b"\x01\x02\x00" * 99, "data (of no known kind)"),
]


@pytest.mark.parametrize(("data", "seen"), [row[1:] for row in RAMDISKS], ids=[row[0] for row in RAMDISKS])
def test_other_ramdisks(data: bytes, seen: str) -> None:
    stream = Counting(data)
    found = read_ramdisk(stream)
    assert found.filesystem is None
    assert found.seen.startswith(seen)
    assert stream.count <= MAX_READ


MENU = [
    ("kernel /boot/multiboot kernel/unix -B install_media=cdrom", ["/boot/multiboot"]),
    ("module /boot/x86.miniroot", ["/boot/x86.miniroot"]),
    ("module$ /boot/$ISADIR/x86.microroot", ["/boot/x86.microroot", "/boot/amd64/x86.microroot"]),
    ("module /boot/$ISADIR/x86.microroot", ["/boot/$ISADIR/x86.microroot"]),
    ("kernel$ /platform/i86pc/kernel/unix", ["/platform/i86pc/kernel/unix"]),
    ("\tkernel\t/unix", ["/unix"]),
    ("kernel (cd)/unix", ["/unix"]),
    ("kernel (hd0,0,a)/unix", []),
    ("kernel --type=multiboot /unix", ["/unix"]),
    ("chainloader +1", []),
    ("chainloader /boot/chain", ["/boot/chain"]),
    ("splashimage=/boot/grub/splash.xpm.gz", ["/boot/grub/splash.xpm.gz"]),
    ("splashimage /boot/grub/splash.xpm.gz", ["/boot/grub/splash.xpm.gz"]),
    ("splashimage = /boot/grub/splash.xpm.gz", ["/boot/grub/splash.xpm.gz"]),
    ("# kernel /unix", []),
    ("kernel", []),
    ("kernels /unix", []),
    ("title kernel /unix", []),
    ("kernel /a//b/", ["/a/b"]),
    ("kernel /unix\r", ["/unix"]),
    ("", []),
]


@pytest.mark.parametrize(("line", "paths"), MENU)
def test_menu_lines(line: str, paths: list[str]) -> None:
    menu = read_menu(f"default 0\n{line}\n".encode())
    assert [named.path for named in menu.files] == paths
    assert all(named.line == 2 for named in menu.files)


def test_menu_widths_and_titles() -> None:
    menu = read_menu(b"title  Solaris  \xff x\nmodule$ /$ISADIR/r\nmodule /r\n")
    assert [(named.bits, named.command) for named in menu.files] == [(32, "module$"), (64, "module$"), (None, "module")]
    assert menu.titles == ("Solaris \udcff x",)


@pytest.mark.parametrize("data", [b"kernel /unix\n" * 100_000, b"kernel /" + b"x" * (1 << 20), b"\0\n" * 99])
def test_menus_are_bounded(data: bytes) -> None:
    assert len(read_menu(data).files) <= MAX_NAMES
