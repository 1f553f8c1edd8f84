"""The kernel under a real hypervisor: Xen starts it, and it says what it was given."""

from __future__ import annotations

import re
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from xvmgate.builders import kernel as module
from xvmgate.builders.kernel import kernel
from xvmgate.guests.boot import Booted

LINE = "/platform/i86xpv/kernel/amd64/unix -kdv - nowin -B install_media=cdrom,b='a, b',console=ttya"
Boot = Callable[[Path, Path, str], Booted]


@pytest.fixture
def unix(tmp_path: Path) -> Path:
    path = tmp_path / "unix"
    path.write_bytes(kernel(64))
    return path


def said(log: str) -> list[str]:
    return re.findall(r"^xvmgate-guest (.*)$", log, re.MULTILINE)


def test_the_kept_code_is_what_the_assembler_makes(tmp_path: Path, real: Callable[[str], str]) -> None:
    for tool in ("as", "objcopy"):
        real(tool)
    made = tmp_path / "guest64.bin"
    subprocess.run([Path(module.GUEST).with_name("rebuild"), made], check=True)
    assert made.read_bytes() == Path(module.GUEST).read_bytes()


@pytest.mark.parametrize(
    "size", [300_001, pytest.param(1, marks=pytest.mark.slow), pytest.param(4096, marks=pytest.mark.slow)]
)
def test_it_prints_its_command_line_and_hashes_its_ramdisk(
    size: int, unix: Path, tmp_path: Path, boot_under_xen: Boot
) -> None:
    ramdisk = tmp_path / "ramdisk"
    ramdisk.write_bytes((b"xvm" * size)[:size])
    log = boot_under_xen(unix, ramdisk, LINE).log
    assert said(log) == [f"cmdline {LINE}", f"ramdisk {size} {zlib.crc32(ramdisk.read_bytes()):08x}", "end"]
    assert "Hardware Dom0 shutdown: rebooting machine" in log


@pytest.mark.slow
def test_the_longest_command_line(unix: Path, tmp_path: Path, boot_under_xen: Boot) -> None:
    (tmp_path / "ramdisk").write_bytes(b"x")
    line = ("/unix " + "a1b2c3d4 " * 200)[:1000].strip()
    assert said(boot_under_xen(unix, tmp_path / "ramdisk", line).log)[0] == f"cmdline {line}"
