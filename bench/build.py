"""`make bench`: ISOs of 10,000 and 60,000 files by `xvmgate build`, against other people's writers, interleaved.

Prints medians, ratios and peaks for each size, and exits 1 when a limit is missed. Peers that are missing are named and
left out. What is written is counted, by bsdtar's listing: some writers leave half an image and say nothing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

sys.path.insert(0, os.path.dirname(__file__))

from side_by_side import FOLDER, GATE, Commands, interleaved, over, present, table

if TYPE_CHECKING:
    from pathlib import Path

LAYOUT = "nevada-snv121-dvd"
ROUNDS = {10_000: 9, 60_000: 5}
"""Measured rounds of each size; one more comes before them and is not counted."""
LIMITS = {"genisoimage": 2.0}
"""Greatest time of our build, as a multiple of each other one's."""
PEAK_MB = 300
IMAGE = "boot/grub/stage2_eltorito"
BOOT = ["-b", IMAGE, "-c", ".catalog", "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table"]


def main() -> int:
    """Run the benchmark and return its exit status."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    return 1 if sum(measure(files, rounds) for files, rounds in ROUNDS.items()) else 0


def measure(files: int, rounds: int) -> int:
    """Build media of so many files by every writer; print the table and return how many limits were missed."""
    tree = FOLDER / f"build-{files}"
    subprocess.run(["rm", "-rf", tree], check=True)
    subprocess.run([GATE, "build", LAYOUT, "--as", "tree", "--files", str(files), "-q", "-o", tree], check=True)
    out = FOLDER / "built.iso"
    commands = present(writers(files, str(tree), str(out)))
    measured = interleaved(
        commands, rounds, before=lambda: out.unlink(missing_ok=True), first=lambda name: count(name, out, tree)
    )
    subprocess.run(["rm", "-rf", tree, out], check=True)
    own = measured["xvmgate build"]
    missed = table(f"{files:,} files", "our build is", measured, lambda seconds: own.seconds / seconds, LIMITS)
    peak_mb = own.peak * 1024 / 1e6
    print(f"peak of our build: {peak_mb:.0f} MB, limit {PEAK_MB}{over(peak_mb > PEAK_MB)}")
    return missed + (peak_mb > PEAK_MB)


def writers(files: int, tree: str, out: str) -> Commands:
    """Return every writer's command, ours first; the others read the tree that we wrote."""
    boot = f"bootimage=i386;{tree}/{IMAGE},no-emul-boot"
    return {
        "xvmgate build": [GATE, "build", LAYOUT, "--files", str(files), "-q", "-o", out],
        "genisoimage": ["genisoimage", "-quiet", "-R", *BOOT, "-o", out, tree],
        "xorriso": ["xorriso", "-as", "mkisofs", "-quiet", "-R", *BOOT, "-o", out, tree],
        "makefs": ["makefs", "-t", "cd9660", "-o", f"rockridge,{boot}", out, tree],
    }


def count(name: str, image: Path, tree: Path) -> None:
    """See that an image holds as many names as the tree, beside its root and its boot catalog.

    Raises SystemExit when it does not.
    """
    if not shutil.which("bsdtar"):
        return
    names = subprocess.run(["bsdtar", "-tf", image], check=True, capture_output=True).stdout.splitlines()
    found = len(set(names) - {b".", b".catalog"})
    wanted = sum(len(folders) + len(files) for _, folders, files in os.walk(tree))
    if found != wanted:
        raise SystemExit(f"{name} wrote {found} names, {wanted} are in the tree: nothing to compare")


if __name__ == "__main__":
    sys.exit(main())
