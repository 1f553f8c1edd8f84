"""Bad input ends in one clear error or finding, the documented status and no traceback, whatever it is."""

from __future__ import annotations

import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from xvmgate.conformance import check

NEVADA = "nevada-snv121-dvd"


def unreadable(path: Path) -> str:
    """Return the error of a medium that cannot be read."""
    result = check(str(path))
    assert (result.verdict, result.kind, result.checks) == ("unreadable", None, ())
    assert result.error is not None
    assert len(result.error.splitlines()) == 1
    return result.error


def test_missing(tmp_path: Path) -> None:
    assert "No such file" in unreadable(tmp_path / "none.iso")


def test_empty(tmp_path: Path) -> None:
    (tmp_path / "x.iso").write_bytes(b"")
    assert "empty, 0 bytes" in unreadable(tmp_path / "x.iso")


def test_text(tmp_path: Path) -> None:
    (tmp_path / "x.iso").write_text("hello\n" * 99)
    assert "no ISO9660, UFS or ZFS image: text (XVM-FS-01)" in unreadable(tmp_path / "x.iso")


def test_special_files_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    assert "neither a file nor a directory" in unreadable(tmp_path / "fifo")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        assert "neither a file nor a directory" in unreadable(tmp_path / "socket")
    assert "neither a file nor a directory" in unreadable(Path("/dev/zero"))


def test_a_directory_without_anything_of_interest(tmp_path: Path) -> None:
    result = check(str(tmp_path))
    assert (result.verdict, result.family, result.layout) == ("nonconformant", None, None)
    assert [found.rule for found in result.checks if found.verdict == "fail"] == ["XVM-PV-01"]


SPARC = ["boot/sparc.miniroot", "platform/sun4v/boot_archive", "platform/sun4u/kernel/sparcv9/unix"]


@pytest.mark.parametrize("path", SPARC)
def test_a_sparc_medium_is_named(path: str, tmp_path: Path) -> None:
    """Its file system can be read, as an ISO or an unpacked one; what is on it is for other machines."""
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_bytes(b"x")
    (found,) = [found for found in check(str(tmp_path)).checks if found.verdict == "fail"]
    assert (found.rule, found.actual) == ("XVM-PV-01", f"a SPARC medium: it has /{path}")
    assert found.message == "take the x86 medium: Xen has no SPARC guests"


@pytest.mark.parametrize("writer", ["genisoimage", "xorriso", "makefs"])
def test_a_linux_iso(writer: str, tmp_path: Path, write_iso: Callable[..., Path]) -> None:
    for name in ("isolinux/isolinux.bin", "casper/vmlinuz", "casper/initrd", "boot/grub/grub.cfg", "boot/vmlinuz"):
        (tmp_path / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tree" / name).write_bytes(b"x" * 4096)
    result = check(str(write_iso(writer, tmp_path / "tree", tmp_path / "linux.iso", "Ubuntu 9.10 i386")))
    failed = {found.rule: found.actual for found in result.checks if found.verdict == "fail"}
    assert failed == {"XVM-PV-01": "none; nearest: nothing of the kind"}
    assert result.layout is None


@pytest.mark.parametrize("writer", ["genisoimage", "xorriso", "makefs", "pycdlib"])
@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9])
def test_truncated(writer: str, keep: float, tmp_path: Path, layout_iso: Callable[[str, str], Path]) -> None:
    data = layout_iso(NEVADA, writer).read_bytes()
    blocks = int.from_bytes(data[32768 + 80 : 32768 + 84], "little")  # makefs pads behind the volume
    cut = tmp_path / "cut.iso"
    cut.write_bytes(data[: int(blocks * 2048 * keep)])
    error = unreadable(cut)
    assert "truncated" in error or "no ISO9660, UFS or ZFS image" in error


def test_a_ramdisk_that_is_a_bomb(
    tmp_path: Path, layout_tree: Callable[[str], Path], write_iso: Callable[..., Path]
) -> None:
    tree = tmp_path / "tree"
    subprocess.run(["cp", "-a", layout_tree(NEVADA), tree], check=True)
    with gzip.open(tree / "boot/x86.miniroot", "wb", 1) as bomb:
        for _ in range(256):
            bomb.write(bytes(1 << 20))
    result = check(str(write_iso("genisoimage", tree, tmp_path / "bomb.iso")))
    assert result.verdict == "conformant"
    assert [found.rule for found in result.checks if found.verdict == "warn"] == ["XVM-EV-01"]
    assert result.bytes_read < 512 << 10


def test_a_defect_of_our_own_is_status_3(tmp_path: Path) -> None:
    broken = "import xvmgate.cli.check as c; c.judge = lambda *a: 1 / 0; from xvmgate.cli.entry import run; run()"
    for words, lines in ((["--json"], 1), (["--json", "--debug"], 2)):
        command = [sys.executable, "-c", broken, "check", *words, str(tmp_path)]
        ran = subprocess.run(command, check=False, capture_output=True, text=True)
        assert ran.returncode == 3
        assert json.loads(ran.stdout)["verdict"] == "incomplete"
        assert "a defect of xvmgate: ZeroDivisionError" in ran.stderr
        assert ("Traceback" in ran.stderr) == (lines > 1)


def test_an_interrupt_is_status_2_and_json_says_how_far(tmp_path: Path, layout_tree: Callable[[str], Path]) -> None:
    """The second medium's hash takes for ever: its file never ends."""
    slow = "import xvmgate.cli.hashing as h, time, os; h.with_hash = lambda r, *_: (r if 'nevada' in r.location else "
    slow += "(os.write(2, b'waiting'), time.sleep(60))); from xvmgate.cli.entry import run; run()"
    command = [
        sys.executable,
        "-c",
        slow,
        "check",
        "--json",
        "--hash",
        str(layout_tree(NEVADA)),
        str(tmp_path),
        "third",
    ]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stderr is not None
    assert child.stderr.read(7) == "waiting"
    time.sleep(0.1)  # into sleep(60); an earlier signal ends the run just as well
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=30)
    assert child.returncode == 2
    assert err.strip() == "xvmgate: interrupted"
    document = json.loads(out)
    assert document["verdict"] == "incomplete"
    assert [medium["verdict"] for medium in document["media"]] == ["conformant", "incomplete", "incomplete"]
    assert document["media"][2]["error"] == "interrupted"
