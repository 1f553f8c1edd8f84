"""Captures of the 60,000-file DVD, against other people's listings of it and `find -ls` on its files, in one run.

The capture holds what the listings hold, which is compared last, and formats and hashes of what rules touch besides.
Prints medians, ratios and peaks, and exits 1 when a ratio or the peak is over its limit. Peers that are missing are
named and left out. The media are kept in `build/bench`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

sys.path.insert(0, os.path.dirname(__file__))

from media import medium
from side_by_side import FOLDER, GATE, interleaved, peak_of, present, table

if TYPE_CHECKING:
    from pathlib import Path

ROUNDS = 9
LIMITS = {"bsdtar -tv": 6.0, "drift of two": 1.0}
"""Greatest time of the capture, as a multiple of each other one's."""
PEAK_MIB = 100


def main() -> int:
    """Run the benchmark and return its exit status."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    dvd = str(medium("dvd", FOLDER))
    capture = str(FOLDER / "dvd.toml")
    commands = {
        "capture": [GATE, "capture", dvd, "-q", "-o", capture],
        "drift of two": [GATE, "drift", capture, dvd],
        "bsdtar -tv": ["bsdtar", "-tvf", dvd],
        "isoinfo -l": ["isoinfo", "-l", "-R", "-i", dvd],
        "isoinfo -f": ["isoinfo", "-f", "-R", "-i", dvd],
        "find -ls": ["find", str(_unpacked(dvd)), "-ls"],
    }
    subprocess.run(commands["capture"], check=True)  # the drift reads it
    measured = interleaved(present(commands), ROUNDS)
    own = measured["capture"]
    failures = table("", "capture is", measured, lambda seconds: own.seconds / seconds, LIMITS)
    return 1 if failures + peak_of("the capture", own.peak, PEAK_MIB) + compare(dvd, capture) else 0


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


if __name__ == "__main__":
    sys.exit(main())
