"""`make bench`: kernel and ramdisk out of a local ISO, against dd and other people's tools, interleaved, in one run.

Prints medians, ratios and peaks, and exits 1 when a ratio or the memory is over its limit. Peers that are missing are
named and left out. What each wrote is compared with the medium, once. Media and outputs are in `build/bench`.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

sys.path.insert(0, os.path.dirname(__file__))

from media import FILES, KERNEL, RAMDISK, RAMDISK_MB, large, medium
from side_by_side import FOLDER, GATE, Commands, interleaved, over, present, run, table

from xvmgate.media import Medium, open_medium
from xvmgate.media.pieces import PiecesMedium

if TYPE_CHECKING:
    from pathlib import Path

    from side_by_side import Measured

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
    measured, wrong = extracted(tools(image, out), image, out, ROUNDS)
    dd = measured["dd"].seconds
    failures = table(f"{RAMDISK_MB} MiB out", "of dd", measured, lambda seconds: seconds / dd, LIMITS)
    return int(wrong + failures + growth(out) > 0)


def extracted(commands: Commands, image: Path, out: Path, rounds: int) -> tuple[dict[str, Measured], int]:
    """Let each command write both files into a new directory; return what it took, and how many wrote others."""
    wrong: list[str] = []

    def emptied() -> None:
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()

    def compared(name: str) -> None:
        if not right(name, image, out):
            wrong.append(name)

    measured = interleaved(commands, rounds, before=emptied, first=compared)
    shutil.rmtree(out)
    return measured, len(wrong)


def tools(image: Path, out: Path) -> Commands:
    """Return the command of each tool, the files under the names that it chooses; those that are missing are named."""
    iso, places = shlex.quote(str(image)), pieces(image)
    dd = [f"dd if={iso} of={out}/{name} bs=1M iflag=skip_bytes,count_bytes skip={at} count={size} status=none"
          for name, (at, size) in places.items()]  # fmt: skip
    kernel, ramdisk = f"/{KERNEL}", f"/{RAMDISK}"
    isoinfo = [f"isoinfo -R -i {iso} -x /{path} >{out}/{os.path.basename(path)}" for path in (KERNEL, RAMDISK)]
    found: Commands = {
        "dd": ["sh", "-c", " && ".join(dd)],
        "xvmgate": [GATE, "extract", "-q", "-o", str(out), str(image)],
        "xvmgate --hash": [GATE, "extract", "-q", "--hash", "-o", str(out), str(image)],
        "pygrub": ["pygrub", "-q", f"--kernel={kernel}", f"--ramdisk={ramdisk}", "--output-format=simple",
                   f"--output-directory={out}", str(image)],
        "xorriso": ["xorriso", "-osirrox", "on", "-indev", str(image), "-extract", kernel, f"{out}/unix",
                    "-extract", ramdisk, f"{out}/x86.miniroot"],
        "isoinfo": ["sh", "-c", " && ".join(isoinfo)],
        "bsdtar": ["bsdtar", "-xf", str(image), "-C", str(out), KERNEL, RAMDISK],
        "pycdlib": [sys.executable, "-c", PYCDLIB, str(image), kernel, f"{out}/unix", ramdisk, f"{out}/x86.miniroot"],
    }  # fmt: skip
    return present(found)


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


def growth(out: Path) -> int:
    """Compare the peak with that for a small ramdisk; return whether it is over its limit."""
    peaks = []
    for image in (large(FOLDER), medium("cd", FOLDER)):
        _, peak = run([GATE, "extract", "-q", "--hash", "-o", str(out), str(image)])
        peaks.append(peak / 1024)
        shutil.rmtree(out)
    missed = peaks[0] - peaks[1] > GROWTH_MIB
    print(
        f"peak for {RAMDISK_MB} MiB: {peaks[0]:.0f} MiB, for a CD of {FILES['cd']} files: {peaks[1]:.0f} MiB, "
        f"limit {GROWTH_MIB} more{over(missed)}"
    )
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
