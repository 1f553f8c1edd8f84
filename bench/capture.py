"""Captures of the 60,000-file DVD, against other people's listings of it and `find -ls` on its files, in one run.

The capture holds what the listings hold, which is compared last, and formats and hashes of what rules touch besides.
Prints medians, ratios and peaks, and exits 1 when a ratio or the peak is over its limit. Peers that are missing are
named and left out. The media are kept in `build/bench`.
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
from media import medium

ROUNDS = 9
FOLDER = Path("build/bench")
LIMITS = {"bsdtar -tv": 6.0, "drift of two": 1.0}
"""Greatest time of the capture, as a multiple of each other one's."""
PEAK_MIB = 100


def main() -> int:
    """Run the benchmark and return its exit status."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    dvd = str(medium("dvd", FOLDER))
    gate = os.path.join(os.path.dirname(sys.executable), "xvmgate")
    capture = str(FOLDER / "dvd.toml")
    commands = {
        "capture": [gate, "capture", dvd, "-q", "-o", capture],
        "drift of two": [gate, "drift", capture, dvd],
        "bsdtar -tv": ["bsdtar", "-tvf", dvd],
        "isoinfo -l": ["isoinfo", "-l", "-R", "-i", dvd],
        "isoinfo -f": ["isoinfo", "-f", "-R", "-i", dvd],
        "find -ls": ["find", str(_unpacked(dvd)), "-ls"],
    }
    for name in [name for name, words in commands.items() if not shutil.which(words[0])]:
        print(f"{name} is not installed and left out")
        del commands[name]
    subprocess.run(commands["capture"], check=True)  # the drift reads it
    times: dict[str, list[float]] = {name: [] for name in commands}
    peaks = dict.fromkeys(commands, 0)
    for _ in range(ROUNDS + 1):
        for name, words in commands.items():
            seconds, peak = run(words)
            times[name].append(seconds)
            peaks[name] = max(peaks[name], peak)
    missed = report({name: statistics.median(taken[1:]) for name, taken in times.items()}, peaks)
    return 1 if missed + compare(dvd, capture) else 0


def _unpacked(dvd: str) -> Path:
    """Return the DVD's files as bsdtar unpacks them."""
    tree = FOLDER / "dvd-unpacked"
    if not tree.exists() and shutil.which("bsdtar"):
        part = FOLDER / "dvd-unpacked.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        subprocess.run(["bsdtar", "-xf", dvd, "-C", part], check=True)
        part.rename(tree)
    return tree


def compare(dvd: str, capture: str) -> int:
    """Compare the capture's names with those of isoinfo and bsdtar; return how many peers list something else."""
    from xvmgate.conformance.drift.reading import load  # noqa: PLC0415  # it would swell the peaks of what ran before

    ours = set(load(capture).items)
    differs = 0
    for name, words in (("isoinfo", ["isoinfo", "-f", "-R", "-i", dvd]), ("bsdtar", ["bsdtar", "-tf", dvd])):
        if shutil.which(name):
            lines = subprocess.run(words, check=True, capture_output=True, text=True).stdout.splitlines()
            theirs = {line if line.startswith("/") else f"/{line}" for line in lines} - {"/."}
            differs += ours != theirs
            print(f"{len(ours)} names, {'as' if ours == theirs else 'OTHERS than'} {name} lists them")
    return differs


def report(medians: dict[str, float], peaks: dict[str, int]) -> int:
    """Print the table and return how many limits were missed."""
    failures = 0
    print(f"{'':16}{'median':>9}{'capture is':>14}{'limit':>8}{'peak':>9}")
    for name, median in medians.items():
        ratio, limit = medians["capture"] / median, LIMITS.get(name)
        missed = limit is not None and ratio > limit
        failures += missed
        shown = f"{ratio:>12.2f}x {limit or '':>7}" if name != "capture" else f"{'':>21}"
        print(f"{name:16}{median * 1000:>6.0f} ms{shown}{peaks[name] / 1024:>6.0f} MiB{'  MISSED' if missed else ''}")
    over = peaks["capture"] > PEAK_MIB * 1024
    print(f"peak of the capture: {peaks['capture'] / 1024:.0f} MiB, limit {PEAK_MIB}{'  MISSED' if over else ''}")
    return failures + over


if __name__ == "__main__":
    sys.exit(main())
