"""`xvmgate extract`: the bytes of the medium, both files or none, whatever happens on the way."""

from __future__ import annotations

import hashlib
import json
import os
import pty
import resource
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from jsonschema import validate

from xvmgate.reports.schemas import text as schema

Tree = Callable[[str], Path]
Iso = Callable[[str, str], Path]
NEVADA, SOLARIS10 = "nevada-snv121-dvd", "solaris10-u6-dvd"
SLOW = pytest.mark.slow
KERNEL, RAMDISK = "/boot/platform/i86xpv/kernel/amd64/unix", "/boot/amd64/x86.miniroot"
KERNEL32, RAMDISK32 = "/boot/platform/i86xpv/kernel/unix", "/boot/x86.miniroot"


class Ran(NamedTuple):
    """How a run ended."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """What it printed, as JSON."""
        found: dict[str, Any] = json.loads(self.out)
        validate(found, json.loads(schema("extract")))
        return found


def extract(*words: object, limit: int | None = None, umask: int = 0o022, cwd: Path | None = None) -> Ran:
    """Run the command; `limit` is the most bytes that a file may have."""

    def prepare() -> None:
        os.umask(umask)
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    command = [sys.executable, "-m", "xvmgate.cli", "extract", *map(str, words)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, preexec_fn=prepare, cwd=cwd, timeout=60)
    assert "Traceback" not in ran.stderr
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def names(folder: Path) -> list[str]:
    """List a directory."""
    return sorted(os.listdir(folder))


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("writer", ["", "xorriso", *[pytest.param(x, marks=SLOW) for x in ("genisoimage", "makefs")]])
@pytest.mark.parametrize(("bits", "kernel", "ramdisk"), [(64, KERNEL, RAMDISK), (32, KERNEL32, RAMDISK32)])
@pytest.mark.parametrize("hashed", [True, False])
def test_the_bytes_of_the_medium(
    writer: str, bits: int, kernel: str, ramdisk: str, hashed: bool, layout_tree: Tree, layout_iso: Iso, tmp_path: Path
) -> None:
    """With --hash the bytes pass through our hands, without it the kernel copies them."""
    tree = layout_tree(NEVADA)
    medium = layout_iso(NEVADA, writer) if writer else tree
    ran = extract("--json", *(["--hash"] if hashed else []), "--bits", bits, "-o", tmp_path / "out", medium)
    assert (ran.status, ran.err) == (0, "")
    assert names(tmp_path / "out") == ["unix", "x86.miniroot"]
    assert (tmp_path / "out/unix").read_bytes() == (tree / kernel[1:]).read_bytes()
    assert (tmp_path / "out/x86.miniroot").read_bytes() == (tree / ramdisk[1:]).read_bytes()
    found = ran.document
    assert (found["schema"], found["family"], found["bits"]) == ("xvmgate.extract/1", "nevada", bits)
    for file, role, path in zip(found["files"], ("kernel", "ramdisk"), (kernel, ramdisk), strict=True):
        assert (file["role"], file["path"], file["size"]) == (role, path, (tree / path[1:]).stat().st_size)
        assert file.get("sha256") == (sha256(tree / path[1:]) if hashed else None)
    assert found["bytes_read"] >= sum(file["size"] for file in found["files"])
    assert found["requests"] > 0


@pytest.mark.parametrize(("name", "bits"), [("v14-mirror", 64), ("v22-second-be", 32)])
def test_out_of_an_installed_root(name: str, bits: int, kept_pool: Callable[[str], Path], tmp_path: Path) -> None:
    pools = json.loads((Path(__file__).parents[2] / "engine/tests/data/pools.json").read_text())
    hashes = pools[name]["sha256"]
    width = "amd64/" if bits == 64 else ""
    assert extract("--bits", bits, "-o", tmp_path, kept_pool(name)).status == 0
    assert sha256(tmp_path / "unix") == hashes[f"/platform/i86xpv/kernel/{width}unix"]
    assert sha256(tmp_path / "boot_archive") == hashes[f"/platform/i86pc/{width}boot_archive"]


def test_for_people(layout_iso: Iso, tmp_path: Path) -> None:
    ran = extract("--hash", "-o", "out", layout_iso(NEVADA, "xorriso"), cwd=tmp_path)
    assert ran.status == 0
    kernel, ramdisk, summary = ran.out.splitlines()
    assert f"{KERNEL} -> out/unix" in kernel
    assert f"sha256 {sha256(tmp_path / 'out/unix')}" in kernel
    assert f"{RAMDISK} -> out/x86.miniroot" in ramdisk
    assert "nevada, 64-bit; " in summary
    assert extract("-q", "-o", "out", layout_iso(NEVADA, "xorriso"), cwd=tmp_path) == (0, "", "")


def test_a_width_that_is_not_there_is_refused(broken: Tree, tmp_path: Path) -> None:
    tree = broken(NEVADA)
    (tree / RAMDISK[1:]).unlink()
    ran = extract("--json", "-o", tmp_path / "new/out", tree)
    assert ran.status == 1
    assert ran.document["refused"]["rule"] == "XVM-PV-01"
    assert "no 64-bit ramdisk of nevada; looked for " in ran.err
    assert RAMDISK in ran.err
    assert "--bits 32 takes the other width" in ran.err
    assert len(ran.err.splitlines()) == 1
    assert not (tmp_path / "new/out").exists()


def test_a_medium_of_no_family_is_refused(layout_iso: Iso, tmp_path: Path) -> None:
    ran = extract("-o", tmp_path / "out", layout_iso(SOLARIS10, "genisoimage"))
    assert ran.status == 1
    assert "no documented kernel with a ramdisk; looked for " in ran.err
    assert not (tmp_path / "out").exists()


def test_an_empty_file_is_refused(broken: Tree, tmp_path: Path) -> None:
    tree = broken(NEVADA)
    (tree / RAMDISK[1:]).write_bytes(b"")
    ran = extract("-o", tmp_path / "out", tree)
    assert ran.status == 1
    assert f"{RAMDISK} is empty (XVM-PV-01)" in ran.err


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], "Missing"),
        (["-o", "out"], "Missing argument 'MEDIUM'"),
        (["-o", "out", "none.iso"], "none.iso: cannot be read"),
        (["-o", "file", "{iso}"], "file: cannot be written: "),
        (["-o", "file/x", "{iso}"], "file/x: cannot be written: "),
        (["-o", "out", "--bits", "both", "{iso}"], "'both' is not one of '32', '64'"),
        (["-o", "out", "--timeout", "0", "{iso}"], "'0' is no number of seconds between 0 and 86400"),
        (["-o", "out", "--timeout", "nan", "{iso}"], "'nan' is no number of seconds"),
        (["-o", "out", "--max-size", "-1", "{iso}"], "'-1' is no size; write 700M or 8G"),
        (["-o", "out", "--max-size", "x", "{iso}"], "'x' is no size"),
        (["-o", "out", "{iso}", "{iso}"], "unexpected extra argument"),
    ],
)
def test_misuse(words: list[str], expected: str, layout_iso: Iso, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    iso = str(layout_iso(NEVADA, "genisoimage"))
    ran = extract("--json", *[word.format(iso=iso) for word in words], cwd=tmp_path)
    assert ran.status == 4
    assert expected in ran.err
    assert len(ran.err.splitlines()) == 1
    assert names(tmp_path) == ["file"]
    assert expected in ran.document["error"]["message"]


@pytest.mark.parametrize("hashed", [True, False])
def test_no_room(hashed: bool, layout_iso: Iso, tmp_path: Path) -> None:
    """The kernel fits, the ramdisk does not: neither is there, and what was there before stays."""
    (tmp_path / "unix").write_text("before")
    ran = extract(*(["--hash"] if hashed else []), "-o", tmp_path, layout_iso(NEVADA, "genisoimage"), limit=50_000)
    assert ran.status == 4
    assert f"{tmp_path}: cannot be written: File too large" in ran.err
    assert names(tmp_path) == ["unix"]
    assert (tmp_path / "unix").read_text() == "before"


def test_damage_on_the_way(kept_pool: Callable[[str], Path], tmp_path: Path) -> None:
    """One flipped bit in a block of the ramdisk; the kernel before it was good."""
    data = bytearray(kept_pool("v10-fletcher2").read_bytes())
    assert extract("-o", tmp_path / "good", kept_pool("v10-fletcher2")).status == 0
    piece = (tmp_path / "good/boot_archive").read_bytes()[:500]
    at = data.find(piece)
    assert at > 0
    data[at] ^= 1
    (tmp_path / "pool").write_bytes(data)
    ran = extract("-o", tmp_path / "out", tmp_path / "pool")
    assert ran.status == 4
    assert "is damaged: its checksum is wrong (XVM-FS-01)" in ran.err
    assert not (tmp_path / "out").exists()


def test_what_was_there_is_replaced(layout_iso: Iso, tmp_path: Path) -> None:
    """A link is replaced, and what it leads to is not written."""
    (tmp_path / "precious").write_text("kept")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/unix").symlink_to(tmp_path / "precious")
    (tmp_path / "out/x86.miniroot").write_text("old")
    assert extract("-o", tmp_path / "out", layout_iso(NEVADA, "genisoimage"), umask=0o027).status == 0
    assert (tmp_path / "precious").read_text() == "kept"
    assert not (tmp_path / "out/unix").is_symlink()
    assert stat.S_IMODE((tmp_path / "out/unix").stat().st_mode) == 0o640
    assert names(tmp_path / "out") == ["unix", "x86.miniroot"]


def test_a_directory_in_the_way(layout_iso: Iso, tmp_path: Path) -> None:
    (tmp_path / "x86.miniroot").mkdir()
    ran = extract("-o", tmp_path, layout_iso(NEVADA, "genisoimage"))
    assert ran.status == 4
    assert "cannot be written: Is a directory" in ran.err
    assert set(names(tmp_path)) <= {"unix", "x86.miniroot"}


def test_resume_is_nothing_for_what_is_here(layout_iso: Iso, tmp_path: Path) -> None:
    assert extract("--resume", "-o", tmp_path, layout_iso(NEVADA, "genisoimage")).status == 0
    assert names(tmp_path) == ["unix", "x86.miniroot"]


def test_progress_is_shown_on_a_terminal_only(layout_iso: Iso, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "xvmgate.cli", "extract", "-o", str(tmp_path)]
    for quiet in ([], ["-q"]):
        ours, theirs = pty.openpty()
        words = [*command, *quiet, str(layout_iso(NEVADA, "xorriso"))]
        ran = subprocess.run(words, check=True, stdout=subprocess.PIPE, stderr=theirs, text=True)
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # a terminal that nobody has open any more is an error to read from
            while data := os.read(ours, 4096):
                shown += data
        os.close(ours)
        assert (b"extracting x86.miniroot" in shown) is not bool(quiet)
        assert "extracting" not in ran.stdout
