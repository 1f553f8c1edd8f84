"""A real BIOS and a real GRUB legacy: an HVM medium of ours boots from its El Torito image, by `xvmgate boot --hvm`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from xvmgate.builders.iso import write_iso
from xvmgate.builders.recipe import recipe
from xvmgate.fixtures.layout import BOOT_IMAGE, MENU, get

LIMIT = "100"
"""Seconds until the log has to say what is waited for; it takes 3 on an idle machine."""
STAGE2 = "/usr/lib/grub/x86_64-pc/stage2_eltorito"


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
    real("qemu-system-x86_64")
    layout, iso = get(name), tmp_path / "a,b.iso"
    menu = (layout.menu or "").replace("timeout 30", "timeout 1")
    stage2 = Path(real(STAGE2)).read_bytes()
    write_iso(recipe(layout).with_file(BOOT_IMAGE, stage2).with_file(MENU, menu.encode()), str(iso))
    words = ["boot", str(iso), "--hvm", "--json", "--until", "Press any key to continue...", "--limit", LIMIT]
    ran = subprocess.run([sys.executable, "-m", "xvmgate.cli", *words], check=False, capture_output=True, text=True)
    document = json.loads(ran.stdout)
    assert (ran.returncode, ran.stderr, document["mode"], document["verdict"]) == (0, "", "hvm", "reached")
    said = [line.strip() for line in document["console"] if line.strip()]
    assert said[1:4] == ["Booting from DVD/CD...", "Loading stage2 ....", said[3]]
    assert said[3].startswith("GNU GRUB  version 0.97")
    assert title in said
    assert said[-4:] == [
        f"Booting '{title}'",
        "kernel /boot/multiboot kernel/unix -B install_media=cdrom",
        "Error 13: Invalid or unsupported executable format",  # the stand-in was found, and is a text
        "Press any key to continue...",
    ]
