"""`make bench`: ISOs of 10,000 and 60,000 files by `xvmgate build`, against other people's writers, interleaved.

Prints medians, ratios and peaks for each size, and exits 1 when a limit is missed. Peers that are missing are named and
left out. What is written is counted, by bsdtar's listing: some writers leave half an image and say nothing.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, os.path.dirname(__file__))

from check import run

LAYOUT = "nevada-snv121-dvd"
ROUNDS = {10_000: 9, 60_000: 5}
"""Measured rounds of each size; one more comes before them and is not counted."""
FOLDER = Path("build/bench")
LIMITS = {"genisoimage": 2.0}
"""Greatest time of our build, as a multiple of each other one's."""
PEAK_MB = 300
IMAGE = "boot/grub/stage2_eltorito"
BOOT = ["-b", IMAGE, "-c", ".catalog", "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table"]
GATE = os.path.join(os.path.dirname(sys.executable), "xvmgate")


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
    times: dict[str, list[float]] = {name: [] for name in commands}
    peaks = dict.fromkeys(commands, 0)
    for _ in range(rounds + 1):
        for name, words in commands.items():
            out.unlink(missing_ok=True)
            seconds, peak = run(words)
            times[name].append(seconds)
            peaks[name] = max(peaks[name], peak)
            if len(times[name]) == 1:
                count(name, out, tree)
    failures = report(files, {name: statistics.median(taken[1:]) for name, taken in times.items()}, peaks)
    subprocess.run(["rm", "-rf", tree, out], check=True)
    return failures


def writers(files: int, tree: str, out: str) -> dict[str, list[str]]:
    """Return every writer's command, ours first; the others read the tree that we wrote."""
    boot = f"bootimage=i386;{tree}/{IMAGE},no-emul-boot"
    return {
        "xvmgate build": [GATE, "build", LAYOUT, "--files", str(files), "-q", "-o", out],
        "genisoimage": ["genisoimage", "-quiet", "-R", *BOOT, "-o", out, tree],
        "xorriso": ["xorriso", "-as", "mkisofs", "-quiet", "-R", *BOOT, "-o", out, tree],
        "makefs": ["makefs", "-t", "cd9660", "-o", f"rockridge,{boot}", out, tree],
    }


def present(commands: dict[str, list[str]]) -> dict[str, list[str]]:
    """Leave out, and name, what is not installed."""
    there = {name: words for name, words in commands.items() if shutil.which(words[0])}
    for name in commands.keys() - there:
        print(f"{name} is not installed and left out")
    return there


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


def report(files: int, medians: dict[str, float], peaks: dict[str, int]) -> int:
    """Print the table and return how many limits were missed."""
    failures = 0
    own = medians["xvmgate build"]
    print(f"{f'{files:,} files':16}{'median':>10}{'our build is':>14}{'limit':>8}{'peak':>9}")
    for name, median in medians.items():
        ratio, limit = own / median, LIMITS.get(name)
        missed = limit is not None and ratio > limit
        failures += missed
        shown = "" if name == "xvmgate build" else f"{ratio:>13.2f}x"
        peak = f"{peaks[name] / 1024:>5.0f} MiB"
        print(f"{name:16}{median:>8.2f} s{shown:>14}{limit or '':>8}{peak}{'  MISSED' if missed else ''}")
    peak_mb = peaks["xvmgate build"] * 1024 / 1e6
    over = peak_mb > PEAK_MB
    print(f"peak of our build: {peak_mb:.0f} MB, limit {PEAK_MB}{'  MISSED' if over else ''}")
    return failures + over


if __name__ == "__main__":
    sys.exit(main())
