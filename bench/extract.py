"""`make bench`: kernel and ramdisk out of a local ISO, against dd and other people's tools, interleaved, in one run.

Prints medians, ratios and peaks, and exits 1 when a ratio or the memory is over its limit. Peers that are missing are
named and left out. What each wrote is compared with the medium, once. Media and outputs are in `build/bench`. No peak
below this program's own can be seen: a child begins with it.
"""

from __future__ import annotations

import os
import shlex
import shutil
import statistics
import subprocess
import sys
from typing import TYPE_CHECKING

sys.path.insert(0, os.path.dirname(__file__))

from check import FOLDER, run
from media import FILES, KERNEL, RAMDISK, RAMDISK_MB, large, medium

from xvmgate.media import Medium, open_medium
from xvmgate.media.pieces import PiecesMedium

if TYPE_CHECKING:
    from pathlib import Path

ROUNDS = 7
LIMITS = {"xvmgate": 1.25, "xvmgate --hash": 2.75}
"""Greatest time as a multiple of dd's."""
GROWTH_MIB = 4
"""Greatest difference between the peaks for a ramdisk of RAMDISK_MB and for one of some kilobytes."""
PYCDLIB = """
import sys, pycdlib
iso = pycdlib.PyCdlib()
iso.open(sys.argv[1])
for path, out in zip(sys.argv[2::2], sys.argv[3::2]):
    iso.get_file_from_iso(out, rr_path=path)
"""


def main() -> int:
    """Run the benchmark and return its exit status."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    image = large(FOLDER).resolve()
    out = (FOLDER / "out").resolve()
    commands = tools(image, out)
    times: dict[str, list[float]] = {name: [] for name in commands}
    peaks = dict.fromkeys(commands, 0)
    wrong = 0
    for turn in range(ROUNDS + 1):
        for name, words in commands.items():
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir()
            seconds, peak = run(words)
            times[name].append(seconds)
            peaks[name] = max(peaks[name], peak)
            if turn == 0:
                wrong += not right(name, image, out)
    shutil.rmtree(out)
    return int(
        wrong + report({name: statistics.median(taken[1:]) for name, taken in times.items()}, peaks) + growth(out) > 0
    )


def tools(image: Path, out: Path) -> dict[str, list[str]]:
    """Return the command of each tool, the files under the names that it chooses; those that are missing are named."""
    gate = os.path.join(os.path.dirname(sys.executable), "xvmgate")
    iso, places = shlex.quote(str(image)), pieces(image)
    dd = [f"dd if={iso} of={out}/{name} bs=1M iflag=skip_bytes,count_bytes skip={at} count={size} status=none"
          for name, (at, size) in places.items()]  # fmt: skip
    kernel, ramdisk = f"/{KERNEL}", f"/{RAMDISK}"
    isoinfo = [f"isoinfo -R -i {iso} -x /{path} >{out}/{os.path.basename(path)}" for path in (KERNEL, RAMDISK)]
    found = {
        "dd": ["sh", "-c", " && ".join(dd)],
        "xvmgate": [gate, "extract", "-q", "-o", str(out), str(image)],
        "xvmgate --hash": [gate, "extract", "-q", "--hash", "-o", str(out), str(image)],
        "pygrub": ["pygrub", "-q", f"--kernel={kernel}", f"--ramdisk={ramdisk}", "--output-format=simple",
                   f"--output-directory={out}", str(image)],
        "xorriso": ["xorriso", "-osirrox", "on", "-indev", str(image), "-extract", kernel, f"{out}/unix",
                    "-extract", ramdisk, f"{out}/x86.miniroot"],
        "isoinfo": ["sh", "-c", " && ".join(isoinfo)],
        "bsdtar": ["bsdtar", "-xf", str(image), "-C", str(out), KERNEL, RAMDISK],
        "pycdlib": [sys.executable, "-c", PYCDLIB, str(image), kernel, f"{out}/unix", ramdisk, f"{out}/x86.miniroot"],
    }  # fmt: skip
    for name in [name for name in found if name.islower() and name.isalpha() and name not in ("xvmgate", "pycdlib")]:
        if not shutil.which(name):
            print(f"{name} is not installed and left out")
            del found[name]
    return found


def pieces(image: Path) -> dict[str, tuple[int, int]]:
    """Return where both files lie in the image: name, first byte and size."""
    with open_medium(str(image)) as opened:
        return {os.path.basename(path): _piece(opened, path) for path in (KERNEL, RAMDISK)}


def _piece(opened: Medium, path: str) -> tuple[int, int]:
    assert isinstance(opened, PiecesMedium)
    (extent,) = opened.extents(opened.stat(f"/{path}"))
    return extent.start, extent.size


def right(name: str, image: Path, out: Path) -> bool:
    """Say whether a tool wrote the medium's bytes, in two files of whatever names."""
    written = sorted((path for path in out.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
    same = len(written) == 2
    for path, (at, size) in zip(written, pieces(image).values(), strict=False):
        words = ["cmp", "--ignore-initial", f"0:{at}", "--bytes", str(size), str(path), str(image)]
        same = same and path.stat().st_size == size and subprocess.run(words, check=False).returncode == 0
    if not same:
        print(f"{name} wrote {[path.name for path in written]}, and not the medium's bytes")
    return same


def report(medians: dict[str, float], peaks: dict[str, int]) -> int:
    """Print the table and return how many limits were missed."""
    failures = 0
    base = medians["dd"]
    print(f"{RAMDISK_MB} MiB out:    {'median':>9}{'of dd':>9}{'limit':>8}{'peak':>9}")
    for name, median in medians.items():
        ratio, limit = median / base, LIMITS.get(name)
        missed = limit is not None and ratio > limit
        failures += missed
        shown = f"{ratio:>8.2f}x{limit or '':>8}"
        print(f"{name:16}{median * 1000:>6.0f} ms{shown}{peaks[name] / 1024:>6.0f} MiB{'  MISSED' if missed else ''}")
    return failures


def growth(out: Path) -> int:
    """Compare the peak with that for a small ramdisk; return whether it is over its limit."""
    gate = os.path.join(os.path.dirname(sys.executable), "xvmgate")
    peaks = []
    for image in (large(FOLDER), medium("cd", FOLDER)):
        _, peak = run([gate, "extract", "-q", "--hash", "-o", str(out), str(image)])
        peaks.append(peak / 1024)
        shutil.rmtree(out)
    missed = peaks[0] - peaks[1] > GROWTH_MIB
    print(
        f"peak for {RAMDISK_MB} MiB: {peaks[0]:.0f} MiB, for a CD of {FILES['cd']} files: {peaks[1]:.0f} MiB, "
        f"limit {GROWTH_MIB} more{'  MISSED' if missed else ''}"
    )
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
