"""The two machines that QEMU can be for a guest: one with Xen, which starts a kernel itself, and one with a BIOS."""

from __future__ import annotations

import glob
import gzip
import os
import re
import zlib
from typing import TYPE_CHECKING

from .emulator import COMMON, EmulatorError

if TYPE_CHECKING:
    from xvmgate.engine.plan import Devices

    from .domain import BootFiles

XEN = "/boot/xen*.gz"
"""Where Debian and others install Xen."""
MAX_XEN = 64 << 20
"""Bytes of Xen, unpacked; it has 3 million."""
XENS_OWN = 256
"""Megabytes of the machine that are not the guest's: Xen's own, beside kernel and ramdisk as they were loaded."""
NUMBER = re.compile(r"\d+")


def find_xen(given: str | None = None) -> str:
    """Return the path of Xen, the newest where there are several. Raises EmulatorError where there is none."""
    if given is not None:
        if not os.path.isfile(given):
            raise EmulatorError(f"{given}: Xen is expected there, and there is no file")
        return given
    found = sorted(glob.glob(XEN), key=lambda path: [int(number) for number in NUMBER.findall(path)])
    if not found:
        raise EmulatorError(
            f"Xen is not at {XEN}; install it or unpack it (Debian: xen-hypervisor-4.17-amd64) and say where it is "
            "with --xen"
        )
    return found[-1]


def unpack_xen(path: str, target: str) -> None:
    """Write Xen, packed by gzip or not, to `target`, unpacked as QEMU wants it. Raises EmulatorError, OSError."""
    try:
        with open(path, "rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path) if packed else open(path, "rb") as file:
            xen = file.read(MAX_XEN + 1)
    except (EOFError, OSError, zlib.error) as error:
        raise EmulatorError(f"{path}: Xen cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if len(xen) > MAX_XEN or not xen.startswith(b"\x7fELF"):
        raise EmulatorError(f"{path}: Xen is expected, an ELF file of at most {MAX_XEN >> 20} MiB, gzip'ed or not")
    with open(target, "wb") as file:
        file.write(xen)


def xen_machine(qemu: str, xen: str, files: BootFiles, cmdline: str, ram: int) -> list[str]:
    """Return the command that starts a kernel under Xen as its 64-bit PV domain 0, with `ram` megabytes.

    Paths are of files in the emulator's folder: they have no blank and no comma, which QEMU would read as the end of
    them. Xen takes the first word of a module's line away, and QEMU wants the commas of one doubled.
    """
    loaded = sum(map(os.path.getsize, files)) >> 20
    return [
        *(qemu, *COMMON, "-cpu", "qemu64", "-m", str(ram + loaded + XENS_OWN)),
        *("-kernel", xen, "-append", f"console=com1 com1=115200,8n1 dom0_mem={ram}M"),
        *("-initrd", f"{os.path.basename(files.kernel)} {_doubled(cmdline)},{os.path.basename(files.ramdisk)}"),
    ]


def bios_machine(qemu: str, devices: Devices, ram: int) -> list[str]:
    """Return the command that boots a CD by a BIOS; without a display, so that all of it comes on the serial line.

    Drives are read as the images that they are, whatever format their first bytes say.
    """
    command = [qemu, *COMMON, "-machine", "pc,graphics=off", "-m", str(ram), "-boot", "d"]
    command += ["-drive", f"file={_doubled(devices.cdrom or '')},format=raw,media=cdrom,readonly=on"]
    if devices.floppy is not None:
        command += ["-drive", f"file={_doubled(devices.floppy)},format=raw,if=floppy,readonly=on"]
    return command


def _doubled(text: str) -> str:
    return text.replace(",", ",,")
