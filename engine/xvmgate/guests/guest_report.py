"""What the guest of our own builders says that it was given, and whether that is what was planned.

A 64-bit kernel of `xvmgate build` prints, as lines of its own behind `xvmgate-guest`: `cmdline TEXT`,
`ramdisk BYTES CRC32`, `end`. Kernels of real media print no such thing.
"""

from __future__ import annotations

import os
import re
import zlib
from typing import NamedTuple

REPORT = re.compile(
    r"^xvmgate-guest cmdline (.*)\nxvmgate-guest ramdisk (\d{1,19}) ([0-9a-f]{8})\nxvmgate-guest end\n", re.MULTILINE
)
CHUNK = 1 << 20


class Report(NamedTuple):
    """A command line, a ramdisk's length in bytes, and its CRC-32."""

    cmdline: str
    ramdisk_bytes: int
    ramdisk_crc32: str


def read_report(log: str) -> Report | None:
    """Return the guest's report, None where there is no whole one."""
    found = REPORT.search(log)
    return Report(found[1], int(found[2]), found[3]) if found else None


def expected(cmdline: str, ramdisk: str) -> Report:
    """Return what a guest has to report that is given this line and this file. Raises OSError."""
    check = 0
    with open(ramdisk, "rb") as file:
        while chunk := file.read(CHUNK):
            check = zlib.crc32(chunk, check)
    return Report(cmdline, os.path.getsize(ramdisk), f"{check:08x}")


def differences(got: Report, wanted: Report) -> tuple[str, ...]:
    """Return a sentence for each thing that the guest did not get as planned; none: it got all of it to the letter."""
    found = []
    if got.cmdline != wanted.cmdline:
        found.append(f"the guest got the command line {got.cmdline!r}, and {wanted.cmdline!r} was planned")
    if got[1:] != wanted[1:]:
        got_words, words = (f"{size} bytes with CRC-32 {check}" for _, size, check in (got, wanted))
        found.append(f"the guest got a ramdisk of {got_words}, and the medium's has {words}")
    return tuple(found)
