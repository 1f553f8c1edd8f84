#!/usr/bin/env python3
"""An adapter: Xen's pygrub as an engine that `xvmgate suite` can judge, for its part of the rules.

    xvmgate suite --smoke --subject "exec:python3 docs/adapters/pygrub.py"

pygrub fetches a kernel and a ramdisk out of an image. Debian's has no list of where Solaris keeps them, so it is told;
which paths those are, and that 1024 MB make a guest a 64-bit one, is this adapter's part, as it would be a tool's that
calls pygrub. It adds nothing to the command line: what the document wants there is what the suite finds missing.

Protocol 1 is a line of JSON for a line of JSON. A medium of the suite is a list of paths; pygrub needs an image, so one
is made of them, once for each list.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

PYGRUB = shutil.which("pygrub", path=os.environ.get("PATH", "") + ":/usr/lib/xen-4.17/bin") or ""
Pair = tuple[str, str, str, str]
"""Family, kernel, ramdisk, and the line's first word."""
WIDTHS = {64: "/amd64", 32: ""}
RAMDISKS = {
    64: ["/platform/i86pc/amd64/boot_archive", "/boot/amd64/x86.microroot", "/boot/x86.microroot"],
    32: ["/platform/i86pc/boot_archive", "/boot/x86.microroot"],
}


def pairs(bits: int) -> Iterator[Pair]:
    """Yield what a guest of this width may boot, in the order in which it is tried."""
    kernel = f"/platform/i86xpv/kernel{WIDTHS[bits]}/unix"
    for ramdisk in RAMDISKS[bits]:
        yield "opensolaris", kernel, ramdisk, kernel
    yield "nevada", f"/boot{kernel}", f"/boot{WIDTHS[bits]}/x86.miniroot", kernel


def fetched(image: str, kernel: str, ramdisk: str, args: str, work: str) -> str | None:
    """Run pygrub; return the arguments that it hands on, None where it does not find the files."""
    with tempfile.TemporaryDirectory(dir=work) as out:
        command = [sys.executable, "-W", "ignore", PYGRUB, "-q", f"--output-directory={out}", f"--kernel={kernel}"]
        command += [f"--ramdisk={ramdisk}", f"--args={args}", "--output-format=simple", image]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = dict(line.split(" ", 1) for line in ran.stdout.splitlines() if " " in line)
    if ran.returncode or "ramdisk" not in lines:
        return None
    return lines.get("args", "")


def made(files: tuple[str, ...], work: str) -> str:
    """Make an image that holds these paths."""
    tree = tempfile.mkdtemp(dir=work)
    image = f"{tree}.iso"
    for path in files:
        os.makedirs(os.path.dirname(tree + path), exist_ok=True)
        with open(tree + path, "w") as file:
            file.write(path)
    subprocess.run(["genisoimage", "-quiet", "-R", "-o", image, tree], check=True, capture_output=True)
    return image


class Adapter:
    """Answers plan requests; images, and what pygrub finds on them, are kept."""

    def __init__(self, work: str) -> None:
        self.work = work
        self.images: dict[tuple[str, ...], str] = {}
        self.found: dict[tuple[str, int], Pair | None] = {}

    def plan(self, message: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to one request, without its number."""
        request, medium = message["request"], message.get("medium") or {}
        if request["mode"] != "pv":
            return {"unsupported": request["mode"]}
        if request.get("pxe"):
            return {"unsupported": "pxe"}
        if "uri" not in medium and medium["kind"] != "iso":
            return {"unsupported": f"a medium of kind {medium['kind']}"}
        bits = 64 if request["ram"] >= 1024 and message["facts"]["host_bits"] == 64 else 32
        image = medium.get("uri") or self.image(tuple(medium["files"]))
        boots = self.boots(image, bits)
        if boots is None:
            return {"refused": {"rule": "XVM-PV-01", "message": f"pygrub finds no {bits}-bit kernel with a ramdisk"}}
        family, kernel, ramdisk, word = boots
        args = fetched(image, kernel, ramdisk, request.get("extra_args") or "", self.work)
        line = " ".join(filter(None, [word, args]))
        return {"plan": {"mode": "pv", "bits": bits, "family": family, "kernel": kernel, "ramdisk": ramdisk,
                         "cmdline": line}}  # fmt: skip

    def image(self, files: tuple[str, ...]) -> str:
        """Return an image that holds these paths."""
        if files not in self.images:
            self.images[files] = made(files, self.work)
        return self.images[files]

    def boots(self, image: str, bits: int) -> Pair | None:
        """Return the first pair that pygrub finds, None for none."""
        if (image, bits) not in self.found:
            tried = (pair for pair in pairs(bits) if fetched(image, pair[1], pair[2], "", self.work) is not None)
            self.found[image, bits] = next(tried, None)
        return self.found[image, bits]


def main() -> None:
    """Answer until `stop`."""
    with tempfile.TemporaryDirectory() as work:
        adapter = Adapter(work)
        for line in sys.stdin:
            message = json.loads(line)
            if message["cmd"] == "stop":
                break
            if message["cmd"] == "start":
                answer = {"name": "pygrub", "version": "4.17", "protocol": 1, "capabilities": ["pv"]}
            else:
                answer = {"seq": message["seq"], **adapter.plan(message)}
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    if not PYGRUB:
        sys.exit("pygrub is missing: Debian package xen-utils-4.17")
    main()
