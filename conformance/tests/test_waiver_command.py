"""`xvmgate waiver`, and `xvmgate check --waivers`, as a user has them."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

B109, NEVADA = "opensolaris-b109-live", "nevada-snv121-dvd"
FILE = """\
# Waivers of the install team.  Keep sorted.

# bug 7: gone with build 131
[[waiver]]   # first
rule    = "XVM-PATH-03"
reason  = "old"
owner   = "bob"
expires = "2020-01-01"

# bug 8
[[waiver]]
rule = "XVM-PATH-14"   # the 64-bit one
reason = '''
two
lines'''
owner = "al"
expires = 2099-01-01
# the end
"""


def run(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run `xvmgate` in a folder."""
    command = [sys.executable, "-m", "xvmgate.cli", *map(str, words)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, cwd=cwd)
    assert "Traceback" not in ran.stderr
    assert "defect" not in ran.stderr
    return ran


ADD = ["waiver", "add", "XVM-PATH-14", "--reason", 'it "moves"', "--owner", "bob", "--expires", "2099-01-01"]


def test_add_makes_a_file_that_check_takes(layout_tree: Callable[[str], Path], tmp_path: Path) -> None:
    ran = run(*ADD, "--subject", f"*{B109}", "--bug", "B-1", cwd=tmp_path)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "waivers.toml: XVM-PATH-14 is waived until 2099-01-01\n", "")
    assert (tmp_path / "waivers.toml").read_text() == (
        f'[[waiver]]\nrule = "XVM-PATH-14"\nsubject = "*{B109}"\nreason = "it \\"moves\\""\n'
        'owner = "bob"\nbug = "B-1"\nexpires = 2099-01-01\n'
    )
    words = ["check", "--json", layout_tree(B109), "--bits", "64", "--waivers", "waivers.toml"]
    ran = run(*words, cwd=tmp_path)
    document = json.loads(ran.stdout)
    (check,) = [check for check in document["media"][0]["checks"] if check["rule"] == "XVM-PATH-14"]
    assert (ran.returncode, document["verdict"], check["verdict"]) == (0, "conformant", "waived")
    assert check["message"].endswith('; waived until 2099-01-01 by bob: it "moves" (B-1)')
    assert "problems" not in document


def test_add_keeps_what_people_wrote(tmp_path: Path) -> None:
    for text in (FILE, FILE.replace("\n", "\r\n")):
        (tmp_path / "w.toml").write_bytes(text.encode())
        assert run(*ADD, "--file", "w.toml", cwd=tmp_path).returncode == 0
        found = (tmp_path / "w.toml").read_bytes().decode()
        assert found.startswith(text)
        assert found.count("\r\n") in (0, found.count("\n"))
        assert found[len(text) :].strip().startswith("[[waiver]]")


def test_prune_takes_the_waiver_and_its_comment_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text(FILE)
    ran = run("waiver", "prune", "--dry-run", "--file", "w.toml", cwd=tmp_path)
    assert ran.stdout.splitlines() == [
        "waiver of XVM-PATH-03: expired, would go",
        "w.toml: 1 of 2 waivers stay",
    ]
    assert (tmp_path / "w.toml").read_text() == FILE
    assert run("waiver", "prune", "--file", "w.toml", cwd=tmp_path).stdout.startswith(
        "waiver of XVM-PATH-03: expired, rem"
    )
    start, end = FILE.index("# bug 7"), FILE.index("# bug 8")
    assert (tmp_path / "w.toml").read_text() == FILE[:start] + FILE[end:]


def test_prune_of_the_last_leaves_what_is_around_it(tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text(FILE.replace("XVM-PATH-14", "XVM-PATH-99"))
    os.symlink("w.toml", tmp_path / "link.toml")
    assert run("waiver", "prune", "--file", "link.toml", cwd=tmp_path).stdout.endswith(
        "link.toml: 0 of 2 waivers stay\n"
    )
    assert (tmp_path / "w.toml").read_text() == "# Waivers of the install team.  Keep sorted.\n\n# the end\n"
    assert (tmp_path / "link.toml").is_symlink()


def test_prune_does_not_take_a_text_for_a_table(tmp_path: Path) -> None:
    tricky = FILE.replace("two\n", "[[waiver]]\n")
    (tmp_path / "w.toml").write_text(tricky)
    ran = run("waiver", "prune", "--file", "w.toml", cwd=tmp_path)
    assert ran.returncode == 4
    assert "cannot be changed here: write each waiver as a table of its own" in ran.stderr
    assert (tmp_path / "w.toml").read_text() == tricky


def test_list(tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text(FILE + "path = '/x'\nset = '1999'\n")
    ran = run("waiver", "list", "w.toml", cwd=tmp_path)
    assert ran.stdout.splitlines() == [
        "XVM-PATH-03  expired, until 2020-01-01, bob: old",
        "XVM-PATH-14  for another rule set, until 2099-01-01, al: two\\nlines; path /x",
    ]
    found = json.loads(run("waiver", "list", "--file", "w.toml", "--json", cwd=tmp_path).stdout)["waivers"]
    assert [(waiver["rule"], waiver["state"], waiver["expires"]) for waiver in found] == [
        ("XVM-PATH-03", "expired", "2020-01-01"),
        ("XVM-PATH-14", "for another rule set", "2099-01-01"),
    ]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["waiver"], "Missing command"),
        (["waiver", "add", "XVM-PATH-14"], "Missing option '--reason'"),
        ([*ADD[:2], "XVM-PATH-99", *ADD[3:]], "no rule 'XVM-PATH-99'"),
        ([*ADD[:-1], "soon"], "a date is expected, as 2026-12-31"),
        ([*ADD[:-1], "2020-01-01"], "that day is over"),
        ([*ADD, "--bug", " "], "--bug: a text is expected, not an empty one"),
        ([*ADD, "--file", "bad.toml"], "bad.toml: no TOML"),
        ([*ADD, "--file", "none/w.toml"], "none/w.toml: the waivers cannot be written: No such file"),
        ([*ADD, "--file", "inline.toml"], "cannot be changed here"),
        (["waiver", "list"], "waivers.toml: cannot be read: No such file"),
        (["waiver", "prune"], "waivers.toml: cannot be read: No such file"),
        (["check", "--waivers", "none.toml", "."], "none.toml: cannot be read"),
        (["check", "--waivers", "bad.toml", "."], "bad.toml: no TOML"),
    ],
)
def test_bad_input_is_status_4_and_one_sentence(words: list[str], complaint: str, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("[[waiver]\n")
    inline = 'waiver = [{rule = "XVM-PATH-14", reason = "a", owner = "b", expires = 2099-01-01}]\n'
    (tmp_path / "inline.toml").write_text(inline)
    ran = run(*words, cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (4, "")
    assert complaint in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.toml", "inline.toml"]
    assert (tmp_path / "inline.toml").read_text() == inline


def test_a_malformed_file_stops_before_anything_runs(layout_tree: Callable[[str], Path], tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text("x = 1\n")
    ran = run("check", "--json", layout_tree(NEVADA), "--waivers", "w.toml", cwd=tmp_path)
    document = json.loads(ran.stdout)
    assert (ran.returncode, document["verdict"]) == (4, "unreadable")
    assert document["media"][0]["checks"] == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"expires": "2020-01-01"}, "expired after 2020-01-01; bob is to mend the cause or renew it"),
        ({"rule": "XVM-PATH-99"}, "there is no such rule"),
        ({"rule": "XVM-PATH-16"}, "passes; remove the waiver"),
        ({"rule": "XVM-PATH-16", "subject": "other"}, None),
        ({"rule": "XVM-FS-02"}, None),
    ],
)
def test_waivers_that_fail_a_run(
    change: dict[str, str], problem: str | None, layout_tree: Callable[[str], Path], tmp_path: Path
) -> None:
    values = {"rule": "XVM-PATH-14", "reason": "x", "owner": "bob", "expires": "2099-01-01"} | change
    (tmp_path / "w.toml").write_text("[[waiver]]\n" + "".join(f'{key} = "{text}"\n' for key, text in values.items()))
    reports = [word for kind in ("junit", "html", "markdown", "sarif") for word in ("--report", f"{kind}:out.{kind}")]
    ran = run("check", "--json", layout_tree(NEVADA), "--waivers", "w.toml", *reports, cwd=tmp_path)
    document = json.loads(ran.stdout)
    assert document["media"][0]["verdict"] == "conformant"
    if problem is None:
        assert (ran.returncode, document["verdict"], ran.stderr) == (0, "conformant", "")
        return
    assert (ran.returncode, document["verdict"]) == (1, "nonconformant")
    assert problem in document["problems"][0]
    assert problem in ran.stderr
    for kind in ("junit", "html", "sarif"):
        assert problem.split(";")[0] in (tmp_path / f"out.{kind}").read_text()


def test_waivers_out_of_the_defaults(layout_tree: Callable[[str], Path], tmp_path: Path) -> None:
    (tmp_path / "xvmgate.toml").write_text('[check]\nwaivers = "ours.toml"\n')
    assert run(*ADD, cwd=tmp_path).returncode == 0
    assert run("waiver", "list", cwd=tmp_path).stdout.startswith("XVM-PATH-14  in force")
    assert (tmp_path / "ours.toml").exists()
    assert run("check", layout_tree(B109), "--bits", "64", cwd=tmp_path).returncode == 0


def test_today_is_a_waiver_s_last_day(layout_tree: Callable[[str], Path], tmp_path: Path) -> None:
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    assert run(*ADD[:-1], today, cwd=tmp_path).returncode == 0
    words = ["check", layout_tree(B109), "--bits", "64", "--waivers", "waivers.toml"]
    if datetime.datetime.now(datetime.UTC).date().isoformat() == today:
        assert run(*words, cwd=tmp_path).returncode == 0
