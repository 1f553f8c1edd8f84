"""Commands side by side: interleaved rounds, medians, peaks, and a table of ratios with their limits.

No peak below the benchmark's own can be seen, for a child begins with it: what is heavy is loaded last.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

GATE = os.path.join(os.path.dirname(sys.executable), "xvmgate")
"""The command of this environment."""
FOLDER = Path("build/bench")
"""Where media and outputs are kept."""

Commands = dict[str, list[str]]


class Measured(NamedTuple):
    """What a command took: the median of its rounds in seconds, the greatest peak in KiB."""

    seconds: float
    peak: int


def present(commands: Commands) -> Commands:
    """Leave out, and name, the commands whose programs are not installed; of a shell, its script's first."""
    there = {}
    for name, words in commands.items():
        program = words[2].split()[0] if words[:2] == ["sh", "-c"] else words[0]
        if shutil.which(program):
            there[name] = words
        else:
            print(f"{name} is not installed and left out")
    return there


def interleaved(
    commands: Commands,
    rounds: int,
    *,
    before: Callable[[], None] = lambda: None,
    first: Callable[[str], None] = lambda name: None,  # noqa: ARG005  # nothing to look at
) -> dict[str, Measured]:
    """Run all commands in turn, `rounds` times and once more before, which is not counted.

    `before` is called before each command, `first` with its name behind its first run.
    """
    times: dict[str, list[float]] = {name: [] for name in commands}
    peaks = dict.fromkeys(commands, 0)
    for turn in range(rounds + 1):
        for name, words in commands.items():
            before()
            seconds, peak = run(words)
            times[name].append(seconds)
            peaks[name] = max(peaks[name], peak)
            if turn == 0:
                first(name)
    return {name: Measured(statistics.median(taken[1:]), peaks[name]) for name, taken in times.items()}


def run(words: list[str]) -> tuple[float, int]:
    """Run a command and return its seconds and its peak in KiB."""
    start = time.perf_counter()
    child = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(child.pid, 0)
    child.returncode = 0
    return time.perf_counter() - start, usage.ru_maxrss


def table(
    title: str,
    column: str,
    measured: Mapping[str, Measured],
    ratio: Callable[[float], float],
    limits: Mapping[str, float],
) -> int:
    """Print the table of ratios, each out of a command's seconds; return how many of them are over their limits."""
    print(f"{title:18}{'median':>9}{column:>15}{'limit':>8}{'peak':>9}")
    failures = 0
    for name, (seconds, peak) in measured.items():
        found, limit = ratio(seconds), limits.get(name)
        missed = limit is not None and found > limit
        failures += missed
        time_taken = f"{seconds * 1000:.0f} ms" if seconds < 10 else f"{seconds:.1f} s"
        print(f"{name:18}{time_taken:>9}{found:>14.2f}x{limit or '':>8}{peak / 1024:>5.0f} MiB{over(missed)}")
    return failures


def over(missed: bool) -> str:
    """Return the word behind what is over its limit."""
    return "  MISSED" if missed else ""


def peak_of(what: str, peak: int, limit_mib: float) -> int:
    """Print a peak (KiB) with its limit; return whether it is over."""
    missed = peak > limit_mib * 1024
    print(f"peak of {what}: {peak / 1024:.0f} MiB, limit {limit_mib:.0f}{over(missed)}")
    return int(missed)
