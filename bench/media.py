"""The media that the benchmarks read, written by genisoimage: 60,000 files, 300, and one with a large ramdisk."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LAYOUT = "nevada-snv121-dvd"
FILES = {"dvd": 60_000, "cd": 300}
"""Files of each medium, beside the layout's own."""
KERNEL, RAMDISK = "boot/platform/i86xpv/kernel/amd64/unix", "boot/amd64/x86.miniroot"
"""The files that are extracted."""
RAMDISK_MB = 768
"""Size of the large ramdisk: starting a program is to be a small part of copying it."""


def medium(name: str, folder: Path) -> Path:
    """Return the ISO of that name below a folder; it is written if it is not there yet."""
    image = folder / f"{name}-{FILES[name]}.iso"
    if not image.exists():
        tree = folder / name
        _build(tree, FILES[name])
        _write(tree, image)
    return image


def large(folder: Path) -> Path:
    """Return the ISO with a large ramdisk below a folder; it is written if it is not there yet."""
    image = folder / f"large-{RAMDISK_MB}.iso"
    if not image.exists():
        tree = folder / "large"
        _build(tree, 0)
        piece = os.urandom(1 << 20)
        with (tree / RAMDISK).open("ab") as file:
            for number in range(RAMDISK_MB):
                file.write(number.to_bytes(4, "big") + piece[4:])
        _write(tree, image)
    return image


def _build(tree: Path, files: int) -> None:
    words = ["build", LAYOUT, "--as", "tree", "--files", str(files), "-q", "-o", str(tree)]
    subprocess.run([sys.executable, "-m", "xvmgate.cli", *words], check=True)  # not here: it would swell the peaks


def _write(tree: Path, image: Path) -> None:
    part = image.with_suffix(".part")
    boot = ["-b", "boot/grub/stage2_eltorito", "-c", ".catalog", "-no-emul-boot", "-boot-load-size", "4"]
    subprocess.run(["genisoimage", "-quiet", "-R", *boot, "-boot-info-table", "-o", part, tree], check=True)
    part.rename(image)
    subprocess.run(["rm", "-rf", tree], check=True)
