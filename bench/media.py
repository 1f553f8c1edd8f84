"""The media that the benchmarks read: a DVD of 60,000 files and a CD of 300, of one layout, written by genisoimage."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LAYOUT = "nevada-snv121-dvd"
FILES = {"dvd": 60_000, "cd": 300}
"""Files of each medium, beside the layout's own."""


def medium(name: str, folder: Path) -> Path:
    """Return the ISO of that name below a folder; it is written if it is not there yet."""
    image = folder / f"{name}-{FILES[name]}.iso"
    if not image.exists():
        tree = folder / name
        words = ["build", LAYOUT, "--as", "tree", "--files", str(FILES[name]), "-q", "-o", str(tree)]
        subprocess.run([sys.executable, "-m", "xvmgate.cli", *words], check=True)  # not here: it would swell the peaks
        part = image.with_suffix(".part")
        boot = ["-b", "boot/grub/stage2_eltorito", "-c", ".catalog", "-no-emul-boot", "-boot-load-size", "4"]
        subprocess.run(["genisoimage", "-quiet", "-R", *boot, "-boot-info-table", "-o", part, tree], check=True)
        part.rename(image)
        subprocess.run(["rm", "-rf", tree], check=True)
    return image
