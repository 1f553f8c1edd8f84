"""A real BIOS and a real GRUB legacy: an HVM medium of ours boots from its El Torito image, in QEMU."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from xvmgate.builders.iso import write_iso
from xvmgate.builders.recipe import recipe
from xvmgate.fixtures.layout import BOOT_IMAGE, MENU, get

LIMIT = 100
"""Seconds until the log has to say what is waited for; it takes 5 on an idle machine."""
SERIAL = "serial --unit=0 --speed=115200\nterminal --timeout=0 serial\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("solaris10-u6-dvd", "Solaris 10 10/08 s10x_u6wos_07b X86"),
        ("nevada-snv121-dvd", "Solaris Express Community Edition snv_121 X86"),
    ],
)
def test_grub_starts_and_reads_the_medium(name: str, title: str, tmp_path: Path, real: Callable[[str], str]) -> None:
    """It loads its second stage by our boot info table, shows our menu, and reads the kernel that it names."""
    layout = get(name)
    stage2 = Path(real("/usr/lib/grub/x86_64-pc/stage2_eltorito")).read_bytes()
    menu = SERIAL + (layout.menu or "").replace("timeout 30", "timeout 1")
    write_iso(recipe(layout).with_file(BOOT_IMAGE, stage2).with_file(MENU, menu.encode()), str(tmp_path / "x.iso"))
    log = tmp_path / "log"
    words = ["-accel", "tcg", "-m", "256", "-display", "none", "-monitor", "none", "-no-reboot", "-boot", "d"]
    words += ["-serial", f"file:{log}", "-cdrom", str(tmp_path / "x.iso")]
    emulator = subprocess.Popen([real("qemu-system-x86_64"), *words])
    try:
        said = _wait_for(log, "Press any key to continue")
    finally:
        emulator.kill()
        emulator.wait()
    assert "GNU GRUB  version 0.97" in said
    assert f"Booting '{title}'" in said
    assert "kernel /boot/multiboot kernel/unix -B install_media=cdrom" in said
    assert "Error 13: Invalid or unsupported executable format" in said  # the stand-in was found, and is a text


def _wait_for(log: Path, marker: str) -> str:
    end = time.monotonic() + LIMIT
    said = ""
    while marker not in said and time.monotonic() < end:
        time.sleep(0.2)
        raw = log.read_text("latin-1") if log.exists() else ""
        said = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", raw)
    return said
