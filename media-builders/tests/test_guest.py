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

LINE = "/platform/i86xpv/kernel/amd64/unix -kdv - nowin -B install_media=cdrom,b='a, b',console=ttya"
Boot = Callable[[Path, Path, str], str]


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
    log = boot_under_xen(unix, ramdisk, LINE)
    assert said(log) == [f"cmdline {LINE}", f"ramdisk {size} {zlib.crc32(ramdisk.read_bytes()):08x}", "end"]
    assert "Hardware Dom0 shutdown: rebooting machine" in log


@pytest.mark.slow
def test_the_longest_command_line(unix: Path, tmp_path: Path, boot_under_xen: Boot) -> None:
    (tmp_path / "ramdisk").write_bytes(b"x")
    line = ("/unix " + "a1b2c3d4 " * 200)[:1000].strip()
    assert said(boot_under_xen(unix, tmp_path / "ramdisk", line))[0] == f"cmdline {line}"


@pytest.mark.slow
def test_xen_refuses_a_kernel_without_notes(tmp_path: Path, boot_under_xen: Boot) -> None:
    (tmp_path / "unix").write_bytes(kernel(64, xen=False))
    (tmp_path / "ramdisk").write_bytes(b"x")
    log = boot_under_xen(tmp_path / "unix", tmp_path / "ramdisk", "/unix")
    assert said(log) == []
    assert "Could not construct domain 0" in log


@pytest.mark.slow
@pytest.mark.parametrize("name", ["nevada-snv121-dvd", "opensolaris-2008.11-live", "omnios-r151-iso"])
def test_a_layout_s_own_kernel_and_ramdisk_boot(
    name: str, layout_tree: Callable[[str], Path], boot_under_xen: Boot
) -> None:
    from xvmgate.fixtures.layout import get

    pair, root = get(name).pairs[64], layout_tree(name)
    ramdisk = root / pair.ramdisk[1:]
    log = boot_under_xen(root / pair.kernel[1:], ramdisk, f"{pair.kernel} -v")
    check = zlib.crc32(ramdisk.read_bytes())
    assert said(log) == [f"cmdline {pair.kernel} -v", f"ramdisk {ramdisk.stat().st_size} {check:08x}", "end"]
