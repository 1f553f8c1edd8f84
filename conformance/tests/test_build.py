"""`xvmgate build` as a user has it: media as asked for, bad input in one sentence, nothing half-written."""

from __future__ import annotations

import json
import os
import pty
import resource
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from xvmgate.conformance import check
from xvmgate.fixtures.layout import every_layout

OMNIOS, NEVADA, LIVE = "omnios-r151-iso", "nevada-snv121-dvd", "opensolaris-2008.11-live"
OWN = """
id = "mine"
title = "Mine"
family = "nevada"
media = "dvd"
order = 1
[expect]
pv = "conformant"
hvm = "conformant"
because = "it is mine"
[paths.64]
kernel = "/boot/platform/i86xpv/kernel/amd64/unix"
ramdisk = "/boot/amd64/x86.miniroot"
"""


class Ran(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str

    def document(self) -> dict[str, Any]:
        """Return stdout as JSON."""
        document: dict[str, Any] = json.loads(self.out)
        return document


def run(*words: object, **settings: Any) -> Ran:
    """Run `xvmgate` in a process of its own."""
    command = [sys.executable, "-m", "xvmgate.cli", *map(str, words)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, **settings)
    assert "Traceback" not in ran.stderr
    return Ran(ran.returncode, ran.stdout, ran.stderr)


@pytest.mark.parametrize("form", ["iso", "tree"])
def test_all_layouts_check_as_their_tables_say(form: str, tmp_path: Path) -> None:
    ran = run("build", "--all", "--as", form, "-o", tmp_path / "all", "--json")
    assert (ran.status, ran.err) == (0, "")
    built = ran.document()["built"]
    assert [medium["layout"] for medium in built] == [layout.id for layout in every_layout()]
    for medium, layout in zip(built, every_layout(), strict=True):
        assert check(medium["path"]).verdict == layout.expect.pv
        if form == "iso":
            assert check(medium["path"], mode="hvm").verdict == layout.expect.hvm
    suffix = ".iso" if form == "iso" else ""
    assert {entry.name for entry in (tmp_path / "all").iterdir()} == {
        f"{layout.id}{suffix}" for layout in every_layout()
    }


def test_a_good_medium_and_a_broken_one(tmp_path: Path) -> None:
    ran = run("build", NEVADA, "-o", "good.iso", cwd=tmp_path)
    assert ran == (0, "built good.iso: Nevada (Solaris Express Community Edition), DVD and NFS image\n", "")
    ran = run("build", NEVADA, "--break", "xvm-path-16", "-o", "bad one.iso", cwd=tmp_path)
    assert ran.out.endswith("; breaks XVM-PATH-16, as `xvmgate check 'bad one.iso'` sees\n")
    assert run("check", "good.iso", cwd=tmp_path).status == 0
    seen = run("check", "bad one.iso", cwd=tmp_path)
    assert seen.status == 1
    assert seen.out.startswith("FAIL XVM-PATH-16 ")
    hvm = run("build", NEVADA, "--break", "XVM-HVM-01", "-o", "hvm.iso", "--json", cwd=tmp_path).document()["built"][0]
    assert hvm["seen_by"] == ["xvmgate", "check", "hvm.iso", "--mode", "hvm"]
    assert (hvm["fault"], hvm["breaks"]) == ("XVM-HVM-01", ["XVM-HVM-01"])


def test_a_broken_medium_names_its_own_release_where_only_that_tells(tmp_path: Path) -> None:
    ran = run("build", "opensolaris-2009.06-live", "--break", "XVM-PATH-13", "-o", tmp_path / "x", "--json")
    words = ran.document()["built"][0]["seen_by"]
    assert words[-2:] == ["--release", "opensolaris-2009.06-live"]
    assert run(*words[1:]).status == 1


def test_files_and_ramdisks_of_the_wanted_size(tmp_path: Path) -> None:
    assert run("build", NEVADA, "--as", "tree", "--files", "100", "--ramdisk-mb", "3", "-o", tmp_path / "x").status == 0
    padding = [path for path in (tmp_path / "x/Solaris_11/Product").rglob("*") if path.is_file()]
    assert len(padding) == 100
    for name in ("boot/x86.miniroot", "boot/amd64/x86.miniroot"):
        packed = (tmp_path / "x" / name).read_bytes()
        unpacked = subprocess.run(["gzip", "-dc"], input=packed, capture_output=True, check=True)
        assert len(unpacked.stdout) == 3 << 20


def test_a_layout_table_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(OWN)
    assert run("build", "mine.toml", "-o", "x.iso", cwd=tmp_path).out == "built x.iso: Mine\n"
    assert check(str(tmp_path / "x.iso"), bits="64").verdict == "conformant"


def test_the_list_names_layouts_and_faults() -> None:
    out = run("build", "--list").out
    for line in (
        f"{NEVADA}         Nevada (Solaris Express",
        "XVM-HVM-01                no El Torito record (15, --as iso only)",
    ):
        assert line in out
    document = run("build", "--list", "--json").document()
    assert document["schema"] == "xvmgate.build-list/1"
    assert {layout["id"] for layout in document["layouts"]} == {layout.id for layout in every_layout()}
    fault = next(fault for fault in document["faults"] if fault["name"] == "XVM-PATH-05")
    assert fault == {"name": "XVM-PATH-05", "says": "no /boot/x86.miniroot", "as": ["iso", "tree"], "layouts": [NEVADA]}


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        ([], 4, "give one of LAYOUT, --all and --list; see `xvmgate build --help`"),
        ([OMNIOS, "--all", "-o", "x"], 4, "give one of LAYOUT, --all and --list"),
        ([OMNIOS], 4, "-o PATH is missing"),
        ([OMNIOS, "-o", ""], 4, "-o PATH is missing"),
        (["snv_121", "-o", "x"], 4, "no layout 'snv_121' (`xvmgate build --list` lists them)"),
        (["../x", "-o", "x"], 4, "no layout '../x'"),
        (["none.toml", "-o", "x"], 4, "none.toml: cannot be read: No such file or directory"),
        (["odd.toml", "-o", "x"], 4, 'odd.toml, key "id": a text is expected, not 3'),
        ([OMNIOS, "-o", "none/x"], 4, "none is no directory; make it first"),
        ([OMNIOS, "-o", "full"], 4, "full: not a regular file; give the path of a file"),
        (
            [OMNIOS, "-o", "full", "--as", "tree"],
            4,
            "full: a directory that is not empty; remove it or give another path",
        ),
        ([OMNIOS, "-o", "odd.toml", "--as", "tree"], 4, "odd.toml: not a directory; remove it or give another path"),
        (["--all", "-o", "full"], 4, "full: a directory that is not empty"),
        ([OMNIOS, "-o", "/dev/full"], 4, "/dev/full: not a regular file"),
        ([OMNIOS, "-o", "/proc/x"], 4, "/proc/x: cannot be written: No such file or directory"),
        ([OMNIOS, "-o", "x" * 300], 4, "cannot be written: File name too long"),
        ([OMNIOS, "-o", "x", "--as", "usb"], 4, "'usb' is not one of 'iso', 'tree'"),
        ([OMNIOS, "-o", "x", "--files", "-1"], 4, "-1 is not in the range"),
        ([OMNIOS, "-o", "x", "--files", "1000001"], 4, "1000001 is not in the range"),
        ([OMNIOS, "-o", "x", "--ramdisk-mb", "0"], 4, "0 is not in the range"),
        ([OMNIOS, "-o", "x", "--break", "XVM-NET-01"], 4, "no fault 'XVM-NET-01'; `xvmgate build --list` lists them"),
        ([OMNIOS, "-o", "x", "--break", "XVM-PATH-05"], 1, "XVM-PATH-05 cannot be broken on omnios-r151-iso alone; "),
        ([OMNIOS, "-o", "x", "--break", "XVM-FS-01", "--as", "tree"], 1, "cannot be broken on a tree; build it with"),
        (["--all", "-o", "x", "--break", "loop"], 4, "--break goes with one LAYOUT, not with --all"),
        (["--list", "-o", "x"], 4, "--list builds nothing; leave -o and --break out"),
    ],
)
def test_bad_input_is_one_sentence_and_leaves_nothing(words: list[str], status: int, says: str, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/x").touch()
    (tmp_path / "odd.toml").write_text("id = 3\n")
    ran = run("build", *words, cwd=tmp_path)
    assert (ran.status, ran.out) == (status, "")
    assert says in ran.err
    assert ran.err.startswith("xvmgate: ")
    assert len(ran.err.splitlines()) == 1
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["full", "odd.toml", "x"]


@pytest.mark.parametrize("date", ["soon", "-1", "2147483648", "1e9", "0x10", "٣"])
def test_a_date_that_is_none(date: str, tmp_path: Path) -> None:
    ran = run("build", OMNIOS, "-o", tmp_path / "x", env={**os.environ, "SOURCE_DATE_EPOCH": date})
    assert ran.status == 4
    assert "is no date; whole seconds since 1970, up to 2147483647, are expected" in ran.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("form", ["iso", "tree"])
def test_a_full_disk_leaves_the_old_file_as_it_was(form: str, tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk."""
    (tmp_path / "x").write_bytes(b"old") if form == "iso" else (tmp_path / "x").mkdir()

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 19, 1 << 19))

    ran = run("build", OMNIOS, "--as", form, "--ramdisk-mb", "2", "-o", tmp_path / "x", preexec_fn=limit)
    assert (ran.status, ran.out) == (4, "")
    assert ran.err == f"xvmgate: {tmp_path / 'x'}: cannot be written: File too large\n"
    assert [path.name for path in tmp_path.rglob("*")] == ["x"]
    assert form == "tree" or (tmp_path / "x").read_bytes() == b"old"


def _is_writing(folder: Path) -> bool:
    """Say whether bytes are there; before them, at an import, an interrupt may end Python itself."""
    with suppress(FileNotFoundError):
        return any(path.is_file() and path.stat().st_size for path in folder.rglob("*"))
    return False


@pytest.mark.parametrize("form", ["iso", "tree"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_nothing(number: signal.Signals, form: str, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "xvmgate.cli", "build", OMNIOS, "--as", form, "--ramdisk-mb", "600", "-o", "x"]
    child = subprocess.Popen(words, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 20
    while not _is_writing(tmp_path) and time.monotonic() < end:
        time.sleep(0.02)
    assert child.poll() is None
    child.send_signal(number)
    _, err = child.communicate(timeout=20)
    assert (child.returncode, err.strip()) == (2, "xvmgate: interrupted")
    assert not list(tmp_path.iterdir())


def test_an_iso_replaces_a_file_and_a_tree_an_empty_directory(tmp_path: Path) -> None:
    (tmp_path / "x.iso").write_text("old")
    (tmp_path / "tree").mkdir()
    (tmp_path / "link.iso").symlink_to("x.iso")
    assert run("build", OMNIOS, "-o", tmp_path / "link.iso").status == 0
    assert (tmp_path / "link.iso").is_symlink()
    assert check(str(tmp_path / "x.iso")).verdict == "conformant"
    assert run("build", OMNIOS, "--as", "tree", "-o", tmp_path / "tree").status == 0
    assert check(str(tmp_path / "tree")).verdict == "conformant"


def test_progress_is_shown_on_a_terminal_only(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "xvmgate.cli", "build", LIVE, "--files", "600", "-o", str(tmp_path / "x.iso")]
    ours, theirs = pty.openpty()
    ran = subprocess.run(words, check=True, stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # the other end is closed
        while data := os.read(ours, 1 << 16):
            shown += data
    os.close(ours)
    assert b"building opensolaris-2008.11-live" in shown
    assert b"100%" in shown
    assert b"building" not in ran.stdout
    assert run(*words[3:]).err == ""
    quiet = run(*words[3:], "-q")
    assert (quiet.status, quiet.out, quiet.err) == (0, "", "")
