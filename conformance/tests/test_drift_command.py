"""`xvmgate capture`, `drift` and `check --baseline` as a user has them: statuses, streams, documents, files."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from xvmgate.builders.kernel import kernel
from xvmgate.reports.schemas import text as schema

Tree = Callable[[str], Path]
SPLIT, LATE, NEVADA = "opensolaris-2009.06-live", "opensolaris-b128-live", "nevada-snv121-dvd"
P64 = "platform/i86xpv/kernel/amd64/unix"


def run(*words: object, **settings: Any) -> subprocess.CompletedProcess[str]:
    """Run `xvmgate` in a process of its own."""
    command = [sys.executable, "-m", "xvmgate.cli", *map(str, words)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, **settings)
    assert "Traceback" not in ran.stderr
    return ran


def document(ran: subprocess.CompletedProcess[str], name: str) -> dict[str, Any]:
    """Return stdout as JSON, after its schema took it."""
    found: dict[str, Any] = json.loads(ran.stdout)
    jsonschema.validate(found, json.loads(schema(name)))
    return found


@pytest.fixture
def base(layout_tree: Tree, tmp_path: Path) -> Path:
    """A capture of 2009.06."""
    ran = run("capture", layout_tree(SPLIT), "-o", tmp_path / "base.toml")
    assert (ran.returncode, ran.stderr) == (0, "")
    return tmp_path / "base.toml"


def test_capture_then_drift(base: Path, layout_tree: Tree) -> None:
    assert run("drift", base, layout_tree(SPLIT)).returncode == 0
    ran = run("drift", base, layout_tree(LATE))
    assert (ran.returncode, ran.stderr) == (1, "")
    assert [line.split()[0] for line in ran.stdout.splitlines()[:-1]] == ["moved", "moved"]


def test_capture_says_what_it_took(layout_tree: Tree, tmp_path: Path) -> None:
    ran = run("capture", layout_tree(SPLIT), "-o", tmp_path / "c.toml")
    names = len(list(layout_tree(SPLIT).rglob("*")))
    assert (
        ran.stdout == f"captured {layout_tree(SPLIT)} in {tmp_path}/c.toml: {names} names, 8 paths where rules look\n"
    )
    found = json.loads(run("capture", layout_tree(SPLIT), "-o", tmp_path / "c.toml", "--json").stdout)
    assert (found["schema"], found["names"], found["links_out"]) == ("xvmgate.captured/1", names, [])


def test_capture_to_stdout_is_the_file(base: Path, layout_tree: Tree) -> None:
    assert run("capture", layout_tree(SPLIT)).stdout == base.read_text()


def test_capture_reports_links_that_lead_out(broken: Tree, tmp_path: Path) -> None:
    root = broken(NEVADA)
    (root / "Solaris_11/out").symlink_to("/etc/passwd")
    ran = run("capture", root, "-o", tmp_path / "c.toml")
    assert ran.returncode == 0
    assert ran.stderr == f"xvmgate: {root}: links lead out of the medium (XVM-EV-03): /Solaris_11/out\n"
    assert '["/Solaris_11/out", "link", "/etc/passwd", "escape"],' in (tmp_path / "c.toml").read_text()


def test_nothing_half_written_stays(tmp_path: Path, layout_tree: Tree) -> None:
    ran = run("capture", layout_tree(SPLIT), "-o", tmp_path / "none" / "c.toml")
    assert (ran.returncode, list(tmp_path.iterdir())) == (4, [])
    assert re.fullmatch(r"xvmgate: .*c\.toml: the capture cannot be written: No such file or directory\n", ran.stderr)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["capture"], "Missing argument 'MEDIUM'"),
        (["capture", "none.iso"], "none.iso: cannot be read: No such file"),
        (["capture", ".", "--json"], "--json needs -o FILE"),
        (["drift", "."], "Missing argument 'NEW'"),
        (["drift", "none.toml", "."], "none.toml: cannot be read: No such file"),
        (["drift", "text", "."], "text: no TOML"),
        (["drift", ".", ".", "--report", "junit:x"], "FORMAT one of json, markdown, html"),
        (["check", ".", "--baseline", "none.toml"], "none.toml: cannot be read: No such file"),
        (["check", ".", "--baseline", "text"], "text: no TOML"),
        (["check", ".", "--layouts", "none"], "none: cannot be read: No such file"),
    ],
)
def test_bad_input_is_one_sentence(words: list[str], complaint: str, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no capture")
    ran = run(*words, cwd=tmp_path)
    assert ran.returncode == 4
    assert ran.stderr.count("\n") == 1
    assert complaint in ran.stderr


def test_drift_s_document_at_every_end(base: Path, layout_tree: Tree, tmp_path: Path) -> None:
    same = document(run("drift", base, layout_tree(SPLIT), "--json"), "drift")
    assert (same["verdict"], same["changes"]) == ("same", [])
    drifted = document(run("drift", base, layout_tree(LATE), "--json", "--all"), "drift")
    assert (drifted["verdict"], len(drifted["changes"]), len(drifted["all"])) == ("drifted", 2, 2)
    assert drifted["changes"][0]["rules"][0] == {"rule": "XVM-PATH-13", "before": "pass", "now": "not-applicable"}
    for words in ([base], [base, "none"], [base, base, "--report", "x"]):
        ran = run("drift", "--json", *words, cwd=tmp_path)
        assert (ran.returncode, document(ran, "drift")["verdict"]) == (4, "unreadable")


def test_check_with_a_baseline_does_both(base: Path, layout_tree: Tree) -> None:
    ran = run("check", layout_tree(SPLIT), "--baseline", base)
    assert (ran.returncode, len(ran.stdout.splitlines())) == (0, 2)
    ran = run("check", layout_tree(LATE), "--baseline", base)
    assert (ran.returncode, ran.stderr) == (1, "")
    assert ": conformant; " in ran.stdout.splitlines()[0]
    assert ran.stdout.splitlines()[1].startswith("moved ")
    found = document(run("check", "--json", layout_tree(LATE), "--baseline", base), "check")
    (medium,) = found["media"]
    assert (found["verdict"], medium["verdict"]) == ("nonconformant", "conformant")
    jsonschema.validate(medium["drift"], json.loads(schema("drift")))
    assert found["problems"][0].startswith(
        "drift, moved /boot/amd64/x86.microroot -> /platform/i86pc/amd64/boot_archive: "
    )
    assert "drift" not in document(run("check", "--json", layout_tree(LATE)), "check")["media"][0]


def test_a_baseline_and_an_unreadable_medium(base: Path, tmp_path: Path) -> None:
    assert run("check", tmp_path / "none", "--baseline", base).returncode == 4


def test_a_baseline_as_a_default(base: Path, layout_tree: Tree) -> None:
    (base.parent / "xvmgate.toml").write_text('[check]\nbaseline = "base.toml"\n')
    assert run("check", layout_tree(LATE), cwd=base.parent).returncode == 1


@pytest.mark.parametrize("kind", ["html", "markdown", "junit", "sarif"])
def test_check_s_reports_name_the_drift(kind: str, base: Path, layout_tree: Tree, tmp_path: Path) -> None:
    run("check", layout_tree(LATE), "--baseline", base, "--report", f"{kind}:{tmp_path}/report")
    report = (tmp_path / "report").read_text()
    assert "drift, moved" in report.replace("&#44;", ",")
    assert "XVM-PATH-13 no longer used" in report


def test_a_kernel_of_the_wrong_class_is_exit_1_and_pv_01(broken: Tree, layout_tree: Tree) -> None:
    root = broken(LATE)
    (root / P64).write_bytes(kernel(32))
    ran = run("drift", layout_tree(LATE), root)
    assert ran.returncode == 1
    assert "XVM-PV-01 is broken" in ran.stdout.splitlines()[0]


def test_an_unrelated_change_is_exit_0_and_a_count(broken: Tree, layout_tree: Tree) -> None:
    root = broken(LATE)
    (root / "new\n\x1b[2J<b>").write_text("x")
    ran = run("drift", layout_tree(LATE), root)
    assert (ran.returncode, len(ran.stdout.splitlines())) == (0, 1)
    assert "untouched by rules: 1 appeared (--all lists them)" in ran.stdout
    every = run("drift", layout_tree(LATE), root, "--all").stdout.splitlines()
    assert every[0] == "appeared  /new\\n\\x1b[2J<b>, a file of 1 bytes"


def test_drift_of_a_dvd_shows_progress_on_a_terminal_only(base: Path, layout_tree: Tree) -> None:
    assert "names" not in run("drift", base, layout_tree(SPLIT)).stderr
    leader, follower = os.openpty()
    command = [sys.executable, "-m", "xvmgate.cli", "build", NEVADA, "--as", "tree", "--files", "3000", "-q", "-o"]
    subprocess.run([*command, str(base.parent / "big")], check=True)
    command = [sys.executable, "-m", "xvmgate.cli", "capture", str(base.parent / "big"), "-o", str(base)]
    subprocess.run(command, check=True, stderr=follower, stdout=subprocess.DEVNULL)
    shown = os.read(leader, 1 << 16).decode()
    assert re.search(r"\rreading .*big: \d+ names", shown)
    assert shown.endswith("\r")
