"""A minimal `unix`: an ELF file of either class with the notes that Xen looks for.

The 64-bit one with notes boots under Xen: it prints its command line and a hash of its ramdisk, and asks for a reboot
(`guest/guest64.S`, kept assembled beside it). The others stop at once.
"""

from __future__ import annotations

import os
import struct
from functools import cache
from typing import NamedTuple

PAGE = 4096
"""Where the loaded segment begins in the file, and its alignment."""
VIRT_BASE = 0x40000000
"""VIRT_BASE and PADDR_OFFSET of Solaris kernels."""
XEN_VERSION, GUEST_OS, LOADER, VIRT_BASE_NOTE, PADDR_OFFSET, PAE_MODE = 5, 6, 8, 3, 4, 9
"""Types of Xen's notes (xen/include/public/elfnote.h)."""
STOP = b"\xf4\xeb\xfd"
"""hlt; jmp to it: the whole text of a kernel that does nothing, the same in both widths."""
GUEST = os.path.join(os.path.dirname(__file__), "guest", "guest64.bin")
"""The text of the 64-bit guest."""


class _Class(NamedTuple):
    """What differs between the two ELF classes: struct formats, machine number, whether flags come early in Phdr."""

    number: int
    machine: int
    header: str
    program: str
    section: str
    address: str


CLASSES = {
    32: _Class(1, 3, "<16sHHIIIIIHHHHHH", "<IIIIIIII", "<IIIIIIIIII", "<I"),
    64: _Class(2, 62, "<16sHHIQQQIHHHHHH", "<IIQQQQQQ", "<IIQQQQIIQQ", "<Q"),
}


def kernel(bits: int, *, xen: bool = True) -> bytes:
    """Return a kernel of 32 or 64 bits: with Xen notes an i86xpv one, without them one for the hardware."""
    kind = CLASSES[bits]
    notes = _notes(bits) if xen else b""
    code = guest() if xen and bits == 64 else STOP
    names = b"\0.note\0.text\0.shstrtab\0"
    note_at = struct.calcsize(kind.header) + 2 * struct.calcsize(kind.program)
    names_at = PAGE + len(code)
    sections_at = -(-(names_at + len(names)) // 16) * 16
    body = (
        _header(kind, sections_at)
        + _program(kind, 4, note_at, len(notes), 0)
        + _program(kind, 1, PAGE, len(code), PAGE)
    )
    body = (body + notes).ljust(PAGE, b"\0") + code + names
    sections = [
        _section(kind, 0, 0, 0, 0),
        _section(kind, 1, 7, note_at, len(notes)),
        _section(kind, 7, 1, PAGE, len(code)),
        _section(kind, 13, 3, names_at, len(names)),
    ]
    return body.ljust(sections_at, b"\0") + b"".join(sections)


@cache
def guest() -> bytes:
    """Return the 64-bit guest's machine code."""
    with open(GUEST, "rb") as file:
        return file.read()


def _header(kind: _Class, sections_at: int) -> bytes:
    ident = b"\x7fELF" + bytes([kind.number, 1, 1])
    sizes = [struct.calcsize(form) for form in (kind.header, kind.program, kind.section)]
    return struct.pack(
        kind.header,
        ident,
        2,
        kind.machine,
        1,
        VIRT_BASE,
        sizes[0],
        sections_at,
        0,
        sizes[0],
        sizes[1],
        2,
        sizes[2],
        4,
        3,
    )


def _program(kind: _Class, what: int, offset: int, size: int, align: int) -> bytes:
    flags, address = 5, VIRT_BASE + offset - PAGE if what == 1 else 0
    if kind.number == 2:
        return struct.pack(kind.program, what, flags, offset, address, address, size, size, align or 4)
    return struct.pack(kind.program, what, offset, address, address, size, size, flags, align or 4)


def _section(kind: _Class, name: int, what: int, offset: int, size: int) -> bytes:
    flags, address = (6, VIRT_BASE) if what == 1 else (0, 0)
    return struct.pack(kind.section, name, what, flags, address, offset, size, 0, 0, 4 if what == 7 else 1, 0)


def _notes(bits: int) -> bytes:
    """Return the notes of a Solaris kernel for Xen; PAE_MODE only where there are widths of it to speak of."""
    address = CLASSES[bits].address
    notes = _note(XEN_VERSION, b"xen-3.0\0") + _note(GUEST_OS, b"Solaris\0") + _note(LOADER, b"generic\0")
    notes += _note(VIRT_BASE_NOTE, struct.pack(address, VIRT_BASE)) + _note(
        PADDR_OFFSET, struct.pack(address, VIRT_BASE)
    )
    return notes + (_note(PAE_MODE, b"yes,bimodal\0") if bits == 32 else b"")


def _note(kind: int, text: bytes) -> bytes:
    return struct.pack("<III4s", 4, len(text), kind, b"Xen\0") + text.ljust(-(-len(text) // 4) * 4, b"\0")
