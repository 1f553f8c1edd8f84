"""Media larger than memory should hold: a file of 4.5 GiB passes through, and other readers find its end."""

from __future__ import annotations

import os
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest

from xvmgate.media import open_medium

LAYOUT = "omnios-r151-iso"
RAMDISK = "/platform/i86pc/amd64/boot_archive"
MIB = 4608
ROOM = 12 << 30
"""Bytes that have to be free: the image twice, with what is around it."""

PEAK_OF = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""Prints a command's peak in KiB, as its last word. The kernel counts what a child was before its exec too: this test's
process may hold hundreds of MiB by then, so a small one starts the command."""


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_file_of_4_5_gib(tmp_path: Path, real: Callable[[str], str]) -> None:
    free = os.statvfs(tmp_path)
    if free.f_bavail * free.f_frsize < ROOM:
        pytest.skip(f"{ROOM >> 30} GiB of disk are not free")
    iso = tmp_path / "big.iso"
    words = [sys.executable, "-m", "xvmgate.cli", "build", LAYOUT, "--ramdisk-mb", str(MIB), "-o", str(iso)]
    done = subprocess.run([sys.executable, "-c", PEAK_OF, *words], stdout=subprocess.PIPE, check=True)
    assert int(done.stdout.split()[-1]) < 120 << 10, "KiB at most; the file has 4.5 million of them"
    with open_medium(str(iso)) as medium, medium.open(RAMDISK) as stream:
        size = medium.stat(RAMDISK).size
        assert size > MIB << 20
        ours = _crc(stream)
    words = [real("bsdtar"), "-xOf", str(iso), RAMDISK[1:]]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as theirs:
        assert theirs.stdout is not None
        assert _crc(theirs.stdout) == ours
    with subprocess.Popen(words, stdout=subprocess.PIPE) as packed:
        counted = subprocess.run(["sh", "-c", "gzip -dc | wc -c"], stdin=packed.stdout, capture_output=True, check=True)
    assert int(counted.stdout) == MIB << 20


def _crc(stream: IO[bytes]) -> int:
    check = 0
    while data := stream.read(1 << 20):
        check = zlib.crc32(data, check)
    return check
