"""What a kernel and a ramdisk have to be so that Xen can start them (XVM-PV-01)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xvmgate.media import Lookup, Medium

MACHINES = {32: "386", 64: "x86-64"}
"""The ELF machine of each width."""


def kernel_problem(medium: Medium, found: Lookup, bits: int) -> str | None:
    """Say why the regular file that a lookup found is no Xen kernel of that width, None when it is one.

    Raises MediumError for damage.
    """
    if found.entry is None or found.entry.size == 0:
        return f"{found.path} is empty"
    from xvmgate.media.formats.elf import ElfError, read_elf  # noqa: PLC0415  # pyelftools is loaded for kernels only

    try:
        with medium.open_entry(found.entry) as stream:
            elf = read_elf(stream, found.entry.size)
    except ElfError as error:
        return f"{found.path} is {error}"
    if (elf.bits, elf.machine) != (bits, MACHINES[bits]) or not elf.little_endian:
        return f"{found.path} is a {elf.bits}-bit {elf.machine} kernel, not a {bits}-bit {MACHINES[bits]} one"
    return None if elf.xen_notes else f"{found.path} has no Xen notes"


def ramdisk_problem(found: Lookup) -> str | None:
    """Say why the regular file that a lookup found is no ramdisk, None when it may be one."""
    return f"{found.path} is empty" if found.entry is None or found.entry.size == 0 else None
