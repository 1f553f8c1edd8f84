"""What a file that rules touch is: its format by its head, and its hash."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from xvmgate.fixtures.layout import BOOT_IMAGE, MENU
from xvmgate.media.formats.ramdisk import read_ramdisk

if TYPE_CHECKING:
    from xvmgate.media import Entry, Medium

MAX_HASHED = 16 << 30
"""Bytes of one medium that are hashed; kernels and ramdisks of a real one are some 500 MiB."""
MENU_FORMAT, BOOT_IMAGE_FORMAT, EMPTY = "boot menu", "boot image", "empty"
ELF, XEN = "ELF", "Xen notes"


def describe(medium: Medium, path: str, entry: Entry) -> str:
    """Say in a few words what a regular file is; `path` is where it was looked for.

    Raises MediumError for damage.
    """
    if entry.size == 0:
        return EMPTY
    if path in (MENU, BOOT_IMAGE):
        return MENU_FORMAT if path == MENU else BOOT_IMAGE_FORMAT
    with medium.open_entry(entry) as stream:
        head = stream.read(4)
        stream.seek(0)
        if head != b"\x7fELF":
            return read_ramdisk(stream).seen.removeprefix("data ").strip("()")
        from xvmgate.media.formats.elf import ElfError, read_elf  # noqa: PLC0415  # pyelftools, for kernels only

        try:
            elf = read_elf(stream, entry.size)
        except ElfError as error:
            return str(error)
    order = "" if elf.little_endian else ", big-endian"
    notes = f", {XEN} {' '.join(map(str, sorted(elf.xen_notes)))}" if elf.xen_notes else ""
    return f"{ELF} {elf.bits}-bit {elf.machine}{order}{notes}"


class Hasher:
    """Hashes files of one medium within one budget, each file once."""

    def __init__(self, medium: Medium) -> None:
        self._medium = medium
        self._left = MAX_HASHED
        self._known: dict[str, str] = {}

    def sha256(self, real: str, entry: Entry) -> str | None:
        """Return the sha256 in hex of the file that lies at a real path; None where that is beyond the budget.

        Raises MediumError for damage.
        """
        if real not in self._known:
            if entry.size > self._left:
                return None
            self._left -= entry.size
            digest = hashlib.sha256()
            for data in self._medium.chunks(entry):
                digest.update(data)
            self._known[real] = digest.hexdigest()
        return self._known[real]
