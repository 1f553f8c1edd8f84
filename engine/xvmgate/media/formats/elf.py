"""A kernel's ELF header and its Xen notes, read with pyelftools from bounded pieces of the file."""

from __future__ import annotations

import io
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, cast

from elftools.common.exceptions import ELFError
from elftools.construct import ConstructError
from elftools.elf.notes import iter_notes
from elftools.elf.structs import ELFStructs

from .pages import Pages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from elftools.elf.elffile import ELFFile

HEAD = 64
"""Bytes of the longer of the two ELF headers."""
MAX_HEADERS = 1024
"""Program or section headers that are looked at; a Solaris kernel has some forty."""
MAX_NOTES = 16 << 10
"""Bytes of notes that are read from one place; a Xen kernel has some 500."""
MAX_AREAS = 16
"""Places that notes are read from; a Xen kernel has one or two, each named by a segment and by a section."""
BUDGET = 8 << 20
"""Bytes of a kernel that are read at all."""
MACHINES = {"EM_386": "386", "EM_X86_64": "x86-64", "EM_SPARC": "SPARC", "EM_SPARCV9": "SPARC V9"}


class ElfError(Exception):
    """A file that is no usable ELF; the text says what it is or what is wrong with it."""


class Elf(NamedTuple):
    """What a boot loader looks at: class (32, 64), machine, byte order, and the types of its notes of owner `Xen`."""

    bits: int
    machine: str
    little_endian: bool
    xen_notes: tuple[int, ...]


def read_elf(stream: BinaryIO, size: int) -> Elf:
    """Read header and notes of a file of `size` bytes.

    Raises ElfError for a file that is no ELF, or one whose headers cannot be read.
    """
    pages = Pages(stream, size, BUDGET)
    head = pages.read(0, HEAD)
    if head[:4] != b"\x7fELF":
        raise ElfError("no ELF file")
    if len(head) < 52 or head[4] not in (1, 2) or head[5] not in (1, 2):
        raise ElfError("a damaged ELF header")
    structs = ELFStructs(little_endian=head[5] == 1, elfclass=32 * head[4])
    try:
        structs.create_basic_structs()
        header = structs.Elf_Ehdr.parse(head)
        structs.create_advanced_structs(header["e_type"], header["e_machine"], header["e_ident"]["EI_OSABI"])
        notes = tuple(dict.fromkeys(_xen_notes(pages, structs, header)))
    except (ELFError, ConstructError, ValueError, OverflowError) as error:
        raise ElfError("a damaged ELF file") from error
    machine = header["e_machine"]
    return Elf(structs.elfclass, MACHINES.get(machine, str(machine)), structs.little_endian, notes)


def _xen_notes(pages: Pages, structs: ELFStructs, header: Any) -> Iterator[int]:
    areas = dict.fromkeys(_note_areas(pages, structs, header))
    for offset, size in islice(areas, MAX_AREAS):
        area = pages.read(offset, min(size, MAX_NOTES))
        holder = cast("ELFFile", _Notes(structs, io.BytesIO(area)))
        with suppress(ELFError, ConstructError):  # another owner's damaged note ends its area, not the kernel
            for note in iter_notes(holder, 0, len(area)):
                if note["n_name"] == "Xen":
                    yield structs.Elf_word("").parse(area[note["n_offset"] + 8 : note["n_offset"] + 12])


def _note_areas(pages: Pages, structs: ELFStructs, header: Any) -> Iterator[tuple[int, int]]:
    """Yield offset and size of note segments, then of note sections, as Xen looks for them."""
    for item in _headers(pages, structs.Elf_Phdr, header["e_phoff"], header["e_phentsize"], header["e_phnum"]):
        if item["p_type"] == "PT_NOTE":
            yield item["p_offset"], item["p_filesz"]
    for item in _headers(pages, structs.Elf_Shdr, header["e_shoff"], header["e_shentsize"], header["e_shnum"]):
        if item["sh_type"] == "SHT_NOTE":
            yield item["sh_offset"], item["sh_size"]


def _headers(pages: Pages, struct: Any, offset: int, entry: int, count: int) -> Iterator[Any]:
    wanted = struct.sizeof()
    if entry < wanted:
        return
    for number in range(min(count, MAX_HEADERS)):
        data = pages.read(offset + number * entry, wanted)
        if len(data) < wanted:
            return
        yield struct.parse(data)


class _Notes:
    """The part of an ELFFile that `iter_notes` uses, over the bytes of one note area."""

    def __init__(self, structs: ELFStructs, stream: BinaryIO) -> None:
        self.structs = structs
        self.stream = stream
        self.elfclass = structs.elfclass
