"""`make bench`: a check of a DVD against a CD's and against other people's readers, interleaved, in one run.

Prints medians, ratios and peaks, and exits 1 when a ratio is over its limit. Peers that are missing are named and left
out. The media are kept in `build/bench`.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, os.path.dirname(__file__))

from media import FILES, medium

ROUNDS = 15
FOLDER = Path("build/bench")
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
    gate = os.path.join(os.path.dirname(sys.executable), "xvmgate")
    dvd = str(media["dvd"])
    commands = {
        "check dvd": [gate, "check", "--json", dvd],
        "cd": [gate, "check", "--json", str(media["cd"])],
        "bsdtar": ["bsdtar", "-tf", dvd],
        "xorriso": ["xorriso", "-indev", dvd, "-find", "/"],
        "osinfo-detect": ["osinfo-detect", dvd],
    }
    for name in [name for name, words in commands.items() if not shutil.which(words[0])]:
        print(f"{name} is not installed and left out")
        del commands[name]
    times: dict[str, list[float]] = {name: [] for name in commands}
    peaks = dict.fromkeys(commands, 0)
    for _ in range(ROUNDS + 1):
        for name, words in commands.items():
            seconds, peak = run(words)
            times[name].append(seconds)
            peaks[name] = max(peaks[name], peak)
    failures = report({name: statistics.median(taken[1:]) for name, taken in times.items()}, peaks)
    return 1 if failures + find(dvd) else 0


def run(words: list[str]) -> tuple[float, int]:
    """Run a command and return its seconds and its peak in KiB."""
    start = time.perf_counter()
    child = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(child.pid, 0)
    child.returncode = 0
    return time.perf_counter() - start, usage.ru_maxrss


def report(medians: dict[str, float], peaks: dict[str, int]) -> int:
    """Print the table and return how many limits were missed."""
    failures = 0
    own = medians["check dvd"]
    print(f"{'':16}{'median':>9}{'dvd check is':>14}{'limit':>8}{'peak':>9}")
    for name, median in medians.items():
        ratio, limit = own / median, LIMITS.get(name)
        missed = limit is not None and ratio > limit
        failures += missed
        shown = f"{ratio:>12.2f}x {limit:>7}" if limit else f"{'':>21}"
        print(f"{name:16}{median * 1000:>6.0f} ms{shown}{peaks[name] / 1024:>6.0f} MiB{'  MISSED' if missed else ''}")
    over = peaks["check dvd"] > PEAK_MIB * 1024
    print(f"peak of the dvd's check: {peaks['check dvd'] / 1024:.0f} MiB, limit {PEAK_MIB}{'  MISSED' if over else ''}")
    return failures + over


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
        f"{FIND_LIMIT}{'  MISSED' if missed else ''}"
    )
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
