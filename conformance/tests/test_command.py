"""The command as a user has it: exit statuses, stdout and stderr, the JSON document at every end."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

NEVADA, B109 = "nevada-snv121-dvd", "opensolaris-b109-live"


class Ran(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str

    def document(self) -> dict[str, Any]:
        """Return stdout as JSON."""
        document: dict[str, Any] = json.loads(self.out)
        return document


def run(*words: object, cwd: Path | None = None, **settings: Any) -> Ran:
    """Run `xvmgate` in a process of its own."""
    command = [sys.executable, "-m", "xvmgate.cli", *map(str, words)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, cwd=cwd, **settings)
    assert "Traceback" not in ran.stderr
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def test_a_conformant_medium(layout_iso: Callable[[str, str], Path]) -> None:
    iso = layout_iso(NEVADA, "genisoimage")
    ran = run("check", iso)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith(f"{iso}: conformant; nevada, nearest layout {NEVADA}; 9 passed, 9 not applicable; ")


def test_a_failure_block(layout_tree: Callable[[str], Path], tmp_path: Path) -> None:
    (tmp_path / "build 109").symlink_to(layout_tree(B109))
    ran = run("check", "build 109", "--bits", "64", cwd=tmp_path)
    assert ran.status == 1
    assert ran.err == ""
    block = ran.out.split("\n\n")[0].splitlines()
    assert block[0].startswith("FAIL XVM-PATH-14  OpenSolaris 64-bit ramdisk, late             build 109 (")
    assert block[2:] == [
        "  expected  /platform/i86pc/amd64/boot_archive",
        "  actual    missing; nearest: /boot/boot_archive",
        "  remedy    ship it there, or add a layout for this release",
        "  repeat    xvmgate check 'build 109' --bits 64 --rule XVM-PATH-14",
    ]


def test_the_repeat_line_repeats(layout_tree: Callable[[str], Path]) -> None:
    out = run("check", layout_tree(B109)).out
    words = next(line for line in out.splitlines() if "repeat" in line).split()[1:]
    assert words[0] == "xvmgate"
    assert run(*words[1:]).status == 1


def test_several_media_in_one_call(layout_tree: Callable[[str], Path]) -> None:
    ran = run("check", layout_tree(NEVADA), "none.iso", layout_tree(B109))
    assert ran.status == 1
    summaries = [
        line.split("; ")[0].rpartition(": ")[2] for line in ran.out.splitlines() if line.startswith(("/", "none"))
    ]
    assert summaries == ["conformant", "unreadable", "nonconformant"]
    assert ran.err == "xvmgate: none.iso: cannot be read: No such file or directory; give a directory or an ISO file\n"


@pytest.mark.parametrize(
    ("media", "status", "verdict"),
    [
        ([NEVADA], 0, "conformant"),
        ([NEVADA, B109], 1, "nonconformant"),
        ([NEVADA, "none"], 4, "unreadable"),
        ([B109, "none"], 1, "nonconformant"),
    ],
)
def test_json_and_status(media: list[str], status: int, verdict: str, layout_tree: Callable[[str], Path]) -> None:
    locations = [name if name == "none" else str(layout_tree(name)) for name in media]
    ran = run("check", "--json", *locations)
    document = ran.document()
    assert (ran.status, document["schema"], document["verdict"]) == (status, "xvmgate.check/1", verdict)
    assert [medium["location"] for medium in document["media"]] == locations


def test_json_of_a_selection(layout_tree: Callable[[str], Path]) -> None:
    ran = run("check", "--json", layout_tree(NEVADA), "--rule", "XVM-PATH-16")
    assert (ran.status, ran.document()["verdict"]) == (5, "incomplete")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["check"], "Missing argument 'MEDIUM...'"),
        (["check", "x", "--waivers", "w.toml"], "w.toml: cannot be read"),
        (["check", "x", "--baseline", "b.toml"], "b.toml: cannot be read"),
        (["check", "x", "--report", "pdf:x.pdf"], "FORMAT one of junit, json, sarif, markdown, html"),
        (["check", "x", "--report", "junit"], "FORMAT:FILE is expected"),
        (["check", "x", "--report", "junit:"], "FORMAT:FILE is expected"),
        (["check", "x", "--report", "junit:none/x.xml"], "none is no directory"),
        (["check", "x", "--bits", "16"], "'16' is not one of"),
        (["check", "x", "--mode", "xen"], "'xen' is not one of"),
        (["check", "x", "--rule", "PATH-16"], "no rule 'PATH-16'; did you mean XVM-PATH-16?"),
        (["check", "x", "--release", "b109"], "no release 'b109'"),
        (["capture", "x"], "x: cannot be read"),
        (["--nonsense"], "No such option"),
        ([], "Missing command"),
        (["explain", "XVM-PATH-99"], "did you mean XVM-PATH-"),
        (["explain"], "Missing argument"),
    ],
)
def test_usage_is_status_4_and_one_sentence(words: list[str], complaint: str, tmp_path: Path) -> None:
    ran = run(*words, cwd=tmp_path)
    assert ran.status == 4
    assert ran.out == ""
    assert len(ran.err.splitlines()) == 1
    assert complaint in ran.err


@pytest.mark.parametrize(
    ("words", "media"),
    [
        (["--bits", "16", "x"], 0),
        (["--baseline", "w", "x"], 1),
        (["--waivers", "w", "x"], 1),
        (["--rule", "NONE", "x", "y"], 2),
        (["x", "--release", "none"], 1),
    ],
)
def test_json_is_the_document_at_a_usage_error_too(words: list[str], media: int) -> None:
    ran = run("check", "--json", *words)
    assert ran.status == 4
    document = ran.document()
    assert (document["schema"], document["verdict"], len(document["media"])) == ("xvmgate.check/1", "unreadable", media)
    assert len(ran.err.splitlines()) == 1


def test_reports_are_written(layout_tree: Callable[[str], Path], tmp_path: Path) -> None:
    ran = run("check", layout_tree(B109), "--report", "junit:out.xml", "--report", "json:out.json", cwd=tmp_path)
    assert ran.status == 1
    assert json.loads((tmp_path / "out.json").read_text())["verdict"] == "nonconformant"
    assert "XVM-PATH-14" in (tmp_path / "out.xml").read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.json", "out.xml"]


def test_the_json_report_is_what_json_prints(layout_tree: Callable[[str], Path], tmp_path: Path) -> None:
    ran = run("check", "--json", layout_tree(B109), "--report", "json:out.json", cwd=tmp_path)
    assert (tmp_path / "out.json").read_text() == ran.out


def test_a_report_that_cannot_be_written_leaves_nothing(layout_tree: Callable[[str], Path]) -> None:
    ran = run("check", layout_tree(NEVADA), "--report", "json:/proc/xvmgate.json")
    assert ran.status == 4
    assert "/proc/xvmgate.json: the report cannot be written" in ran.err


def test_json_is_printed_once_when_a_report_cannot_be_written(layout_tree: Callable[[str], Path]) -> None:
    ran = run("check", "--json", layout_tree(NEVADA), "--report", "json:/proc/xvmgate.json")
    assert (ran.status, ran.document()["verdict"]) == (4, "conformant")


def test_quiet_leaves_the_status(layout_tree: Callable[[str], Path]) -> None:
    assert run("check", "-q", layout_tree(B109)) == Ran(1, "", "")
    assert run("-q", "check", layout_tree(NEVADA)) == Ran(0, "", "")


@pytest.mark.parametrize("place", ["before", "after"])
def test_json_wins_over_quiet(place: str, layout_tree: Callable[[str], Path]) -> None:
    words = ["-q", "--json"] if place == "before" else ["--json", "-q"]
    assert run("check", *words, layout_tree(NEVADA)).document()["verdict"] == "conformant"


def test_hash(layout_iso: Callable[[str, str], Path]) -> None:
    iso = layout_iso(NEVADA, "genisoimage")
    theirs = subprocess.run(["sha256sum", iso], check=True, capture_output=True, text=True).stdout.split()[0]
    assert run("check", "--json", "--hash", iso).document()["media"][0]["sha256"] == theirs
    assert "sha256" not in run("check", "--json", iso).document()["media"][0]


def test_output_that_cannot_be_written(layout_tree: Callable[[str], Path]) -> None:
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "xvmgate.cli", "check", str(layout_tree(NEVADA))]
        ran = subprocess.run(command, check=False, stdout=full, stderr=subprocess.PIPE, text=True)
    assert (ran.returncode, ran.stderr) == (4, "xvmgate: the output cannot be written: No space left on device\n")


def test_a_reader_that_goes_away_keeps_the_status(layout_tree: Callable[[str], Path]) -> None:
    script = f"{sys.executable} -m xvmgate.cli check {layout_tree(B109)} | true; echo ${{PIPESTATUS[0]}}"
    ran = subprocess.run(["bash", "-c", script], check=False, capture_output=True, text=True)
    assert (ran.stdout, ran.stderr) == ("1\n", "")


@pytest.mark.parametrize("words", [["--help"], ["check", "--help"], ["rules", "-h"], ["--version"]])
def test_help_and_version(words: list[str]) -> None:
    ran = run(*words)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith(("Usage: xvmgate", "xvmgate 0."))


def test_help_lists_the_verbs_that_there_are() -> None:
    verbs = [line.split()[0] for line in run("--help").out.partition("Verbs:")[2].splitlines() if line.strip()]
    wanted = "boot build capture check drift engine explain extract install learn plan report rules schema serve suite"
    assert " ".join(verbs) == f"{wanted} waiver"


def test_rules_as_text() -> None:
    lines = run("rules").out.splitlines()
    assert len(lines) == 65
    assert "XVM-PATH-16   must    72                Nevada 64-bit ramdisk" in lines


def test_rules_as_json() -> None:
    document = run("rules", "--json").document()
    rules = {rule["id"]: rule for rule in document["rules"]}
    assert document["rule_set"] == "2009-11-12"
    assert len(document["readings"]) == 14
    assert rules["XVM-PATH-16"]["path"] == "/boot/amd64/x86.miniroot"
    assert rules["XVM-PATH-16"]["lines"] == [72]
    assert rules["XVM-PATH-16"]["applies"] == {"family": ["nevada"], "mode": ["pv"], "bits": [64], "source": []}


def test_releases_are_ids_that_check_takes(layout_tree: Callable[[str], Path]) -> None:
    ids = run("rules", "--releases").out.splitlines()
    assert len(ids) == 15
    assert run("check", layout_tree(NEVADA), "--release", NEVADA).status == 0
    assert [layout["id"] for layout in run("rules", "--releases", "--json").document()["releases"]] == ids


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("XVM-PATH-16", "source      document, line 72"),
        ("xvm-path-16", "layouts     nevada-snv121-dvd"),
        ("early-64", "literal     "),
        (NEVADA, "64-bit      /boot/platform/i86xpv/kernel/amd64/unix, /boot/amd64/x86.miniroot"),
    ],
)
def test_explain(name: str, line: str) -> None:
    ran = run("explain", name)
    assert ran.status == 0
    assert line in ran.out
    assert run("explain", name, "--json").document()


@pytest.mark.parametrize("colour", ["", "1"])
def test_no_colour_without_a_terminal(colour: str, layout_tree: Callable[[str], Path]) -> None:
    assert "\x1b" not in run("check", layout_tree(B109), env={"NO_COLOR": colour}).out
