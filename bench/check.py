"""`make bench`: a check of a DVD against a CD's and against other people's readers, interleaved, in one run.

Prints medians, ratios and peaks, and exits 1 when a ratio is over its limit. Peers that are missing are named and left
out. The media are kept in `build/bench`.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, os.path.dirname(__file__))

from media import FILES, medium
from side_by_side import FOLDER, GATE, interleaved, over, peak_of, present, table

ROUNDS = 15
LIMITS = {"cd": 1.3, "bsdtar": 0.5, "xorriso": 0.35, "osinfo-detect": 0.3}
"""Greatest time of the DVD's check, as a multiple of each other one's."""
PEAK_MIB = 80
XENFSIMAGE = "/usr/lib/xen-4.17/lib/python"
FIND_LIMIT = 0.1
"""Greatest time of finding 12 paths in process, as a multiple of xenfsimage's."""


def main() -> int:
    """Run the benchmark and return its exit status."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    media = {name: medium(name, FOLDER) for name in FILES}
    dvd = str(media["dvd"])
    commands = {
        "check dvd": [GATE, "check", "--json", dvd],
        "cd": [GATE, "check", "--json", str(media["cd"])],
        "bsdtar": ["bsdtar", "-tf", dvd],
        "xorriso": ["xorriso", "-indev", dvd, "-find", "/"],
        "osinfo-detect": ["osinfo-detect", dvd],
    }
    measured = interleaved(present(commands), ROUNDS)
    own = measured["check dvd"]
    failures = table("", "dvd check is", measured, lambda seconds: own.seconds / seconds, LIMITS)
    return 1 if failures + peak_of("the dvd's check", own.peak, PEAK_MIB) + find(dvd) else 0


def find(dvd: str) -> int:
    """Compare finding 12 paths in process with Xen's reader, interleaved; return how many limits were missed."""
    script = Path(__file__).with_name("find_paths.py")
    env = {**os.environ, "PYTHONPATH": XENFSIMAGE}
    own: list[float] = []
    theirs: list[float] = []
    for _ in range(ROUNDS):
        try:
            ours = subprocess.run([sys.executable, script, "xvmgate", dvd], check=True, capture_output=True)
            xen = subprocess.run(
                ["/usr/bin/python3", script, "xenfsimage", dvd], check=True, capture_output=True, env=env
            )
        except (OSError, subprocess.CalledProcessError):
            print("xenfsimage (xen-utils-4.17) is not installed and left out")
            return 0
        own.append(float(ours.stdout))
        theirs.append(float(xen.stdout))
    mine, peer = statistics.median(own), statistics.median(theirs)
    missed = mine / peer > FIND_LIMIT
    print(
        f"12 paths in process: {mine * 1000:.2f} ms, xenfsimage {peer * 1000:.2f} ms, {mine / peer:.3f}x, limit "
        f"{FIND_LIMIT}{over(missed)}"
    )
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
