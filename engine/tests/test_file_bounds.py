"""Kernels, ramdisks and menus cut short, byte-swapped, mutated or without end."""

from __future__ import annotations

import io
import struct
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xvmgate.builders.kernel import kernel
from xvmgate.media import open_medium
from xvmgate.media.formats.elf import BUDGET, Elf, ElfError, read_elf
from xvmgate.media.formats.menu import MAX_MENU, read_menu
from xvmgate.media.formats.pages import PAGE, Pages
from xvmgate.media.formats.ramdisk import MAX_READ, read_ramdisk


def elf(data: bytes) -> Elf:
    """Read a kernel."""
    return read_elf(io.BytesIO(data), len(data))


def note(order: str, owner: bytes, kind: int, text: bytes = b"x\0\0\0") -> bytes:
    """Return a note in either byte order."""
    return struct.pack(f"{order}III", len(owner), len(text), kind) + owner.ljust(-(-len(owner) // 4) * 4, b"\0") + text


def program(order: str, machine: int, notes: bytes, size: int | None = None) -> bytes:
    """Return a 64-bit ELF file with one note segment and no sections."""
    head = b"\x7fELF\x02" + (b"\x01" if order == "<" else b"\x02") + b"\x01" + bytes(9)
    head += struct.pack(f"{order}HHIQQQIHHHHHH", 2, machine, 1, 0, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    head += struct.pack(f"{order}IIQQQQQQ", 4, 4, 120, 0, 0, len(notes) if size is None else size, 0, 4)
    return head + notes


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("length", range(0, 800, 16))
def test_a_kernel_cut_anywhere_in_its_headers(length: int, bits: int) -> None:
    data = kernel(bits)[:length]
    if length < 64:
        with pytest.raises(ElfError):
            elf(data)
    else:
        assert elf(data).bits == bits


@pytest.mark.parametrize(("order", "machine", "name"), [(">", 43, "SPARC V9"), (">", 2, "SPARC"), ("<", 62, "x86-64")])
def test_byte_orders(order: str, machine: int, name: str) -> None:
    assert elf(program(order, machine, note(order, b"Xen\0", 5))) == Elf(64, name, order == "<", (5,))


@pytest.mark.parametrize(
    ("notes", "types"),
    [
        (note("<", b"GNU\0", 1) + note("<", b"Xen\0", 6), (6,)),
        (note("<", b"Xen\0", 5) * 3 + note("<", b"Xen\0", 6), (5, 6)),
        (note("<", b"Xenon\0", 5), ()),
        (note("<", b"xen\0", 5), ()),
        (note("<", b"Xen\0", 5, b""), (5,)),
        (note("<", b"Xen\0", 5) + b"\xff" * 12, (5,)),
        (note("<", b"Xen\0", 5) + struct.pack("<III", 4, 0xFFFFFFFF, 6), (5,)),
        (struct.pack("<III", 0xFFFFFFFF, 0, 5) + b"GNU\0", ()),
        (b"", ()),
    ],
)
def test_notes(notes: bytes, types: tuple[int, ...]) -> None:
    assert elf(program("<", 62, notes)).xen_notes == types


@pytest.mark.parametrize("size", [1 << 32, 1 << 63, (1 << 64) - 1])
def test_a_note_segment_without_end_is_read_in_part(size: int) -> None:
    assert elf(program("<", 62, note("<", b"Xen\0", 5), size)).xen_notes == (5,)


@given(st.lists(st.tuples(st.integers(0, 511), st.integers(0, 255)), max_size=20), st.sampled_from([32, 64]))
def test_mutated_kernels_of_either_class(changes: list[tuple[int, int]], bits: int) -> None:
    data = bytearray(kernel(bits))
    for at, byte in changes:
        data[at] = byte
    with suppress(ElfError):
        assert elf(bytes(data)).bits in (32, 64)


def test_a_kernel_of_4_gib_costs_a_few_pages(tmp_path: Path) -> None:
    """A sparse file whose notes and section headers lie at its end."""
    size = 4 << 30
    head = bytearray(program("<", 62, b""))
    head[40:48], head[58:62] = struct.pack("<Q", size - 4096), struct.pack("<HH", 64, 60)
    head[72:80], head[96:104] = struct.pack("<Q", size - 65536), struct.pack("<Q", 1 << 40)
    with (tmp_path / "unix").open("wb") as file:
        file.write(head)
        file.seek(size - 65536)
        file.write(note("<", b"Xen\0", 5))
        file.truncate(size)
    with open_medium(str(tmp_path)) as medium, medium.open("/unix") as stream:
        assert read_elf(stream, size).xen_notes[:1] == (5,)
        assert medium.bytes_read < 256 << 10 < BUDGET


def test_pages_beyond_the_budget_never_stand_for_others() -> None:
    """The second page is kept, the first can no longer be read: what is asked for across both is not there."""
    pages = Pages(io.BytesIO(b"a" * PAGE + b"b" * PAGE), 2 * PAGE, PAGE)
    assert pages.read(PAGE, 4) == b"bbbb"
    assert pages.read(PAGE - 4, 8) == b""
    assert pages.read(PAGE, 4) == b"bbbb"


def test_pages_of_a_stream_that_is_shorter_than_it_said() -> None:
    pages = Pages(io.BytesIO(b"a" * 100), 4 * PAGE, 8 * PAGE)
    assert pages.read(90, 20) == b"a" * 10
    assert pages.read(90, 2 * PAGE) == b"a" * 10


def test_a_gzip_bomb_of_a_gibibyte() -> None:
    packer = zlib.compressobj(9, wbits=31)
    zeros = bytes(1 << 20)
    data = b"".join(packer.compress(zeros) for _ in range(1024)) + packer.flush()
    stream = io.BytesIO(data)
    assert read_ramdisk(stream).filesystem is None
    assert stream.tell() <= MAX_READ < len(data)


@pytest.mark.parametrize("keep", [2, 10, 18, 100, 1000])
def test_a_gzip_stream_cut_short(keep: int) -> None:
    packer = zlib.compressobj(9, wbits=31)
    data = packer.compress(bytes(range(256)) * 512) + packer.flush()
    found = read_ramdisk(io.BytesIO(data[:keep]))
    assert (found.gzipped, found.filesystem) == (True, None)


@given(st.binary(max_size=400))
def test_any_bytes_behind_gzip_s_magic(noise: bytes) -> None:
    assert read_ramdisk(io.BytesIO(b"\x1f\x8b\x08" + noise)).gzipped


@pytest.mark.parametrize("end", [b"kernel /boot/multiboot", b"kernel /boot", b"kernel /unix\nmodule /ram", b"ker"])
def test_a_line_that_the_limit_cuts_names_no_file(end: bytes) -> None:
    """Half a path is not on the medium, and would be a warning about nothing."""
    whole = b"kernel /unix\n".ljust(MAX_MENU - len(end) - 1, b"#") + b"\n" + end
    for beyond in (b"/whole", b" # comment", b"x" * 99):
        assert {named.path for named in read_menu(whole + beyond).files} <= {"/unix"}


@pytest.mark.parametrize("beyond", [b"", b"\n", b"\nkernel /more\n"])
def test_a_line_that_just_fits_the_limit_counts(beyond: bytes) -> None:
    """Its end may be the first byte behind the limit, or the menu's."""
    menu = b"\nkernel /whole".rjust(MAX_MENU, b"#")
    assert [named.path for named in read_menu(menu + beyond).files] == ["/whole"]


@pytest.mark.parametrize("sign", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
def test_only_a_line_s_end_ends_a_line(sign: str) -> None:
    """GRUB knows no other; a title may hold any of these."""
    menu = read_menu(f"title A{sign}kernel /none\nkernel /unix\n".encode())
    assert [(named.line, named.path) for named in menu.files] == [(2, "/unix")]


@given(st.binary(max_size=300))
def test_any_bytes_are_a_menu(data: bytes) -> None:
    assert all(named.path.startswith("/") for named in read_menu(data).files)
