"""`xvmgate report` and `xvmgate schema`, and every document held to its schema as a user gets both."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from junitparser import JUnitXml

from xvmgate.fixtures.document import document
from xvmgate.reports import stream
from xvmgate.reports.events import Header, Subject, SuiteCheck, count
from xvmgate.reports.schemas import names, text

B109, NEVADA = "opensolaris-b109-live", "nevada-snv121-dvd"
CHECKS = [
    SuiteCheck("XVM-NET-04", "must", "net-guest-resolves", "xvmgate", "pass", "host-ip=192.0.2.220", "the same", ""),
    SuiteCheck("XVM-NET-07", "must", "net-guest-resolves", "exec:./x y", "fail", "boot-mac=", "none", "no boot-mac"),
    SuiteCheck("XVM-PATH-16", "must", None, NEVADA, "waived", "/boot/amd64/x86.miniroot", "missing", "waived"),
]


def run(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run `xvmgate` in a folder."""
    command = [sys.executable, "-m", "xvmgate.cli", *map(str, words)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, cwd=cwd)
    assert "Traceback" not in ran.stderr
    assert "defect" not in ran.stderr
    return ran


def schema(name: str) -> Draft202012Validator:
    """Return a schema of ours, which has to be one."""
    found = json.loads(text(name))
    Draft202012Validator.check_schema(found)
    return Draft202012Validator(found, format_checker=Draft202012Validator.FORMAT_CHECKER)


def complaints(name: str, found: Any) -> list[str]:
    """Return what a schema has against a document."""
    return [f"{error.json_path}: {error.message}" for error in schema(name).iter_errors(found)]


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """Return the events of a run of the suite."""
    path = tmp_path / "events.ndjson"
    subjects = (
        Subject("xvmgate", "0.1.0", "engine"),
        Subject("exec:./x y", None, "engine"),
        Subject(NEVADA, None, "medium"),
    )
    facts = document()
    header = Header(facts.rule_set, facts.sha256, "0.1.0", "3.11.2", subjects, started="2026-06-15T12:00:00+00:00")
    with open(path, "w") as file:
        stream.write_header(file, header)
        for check in CHECKS:
            stream.write_check(file, check)
        stream.write_footer(file, "nonconformant", count(CHECKS), ["waiver of XVM-PATH-99: there is no such rule"])
    return path


def test_every_format_out_of_events(events: Path, tmp_path: Path) -> None:
    kinds = ("html", "markdown", "junit", "sarif", "json")
    ran = run("report", events.name, *[w for kind in kinds for w in ("--to", f"{kind}:out.{kind}")], cwd=tmp_path)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "5 reports of a run that is nonconformant\n", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "events.ndjson",
        *sorted(f"out.{kind}" for kind in kinds),
    ]
    names = [case.name for suite in JUnitXml.fromfile(str(tmp_path / "out.junit")) for case in suite]
    assert names == [
        "XVM-NET-04/net-guest-resolves[xvmgate]",
        "XVM-NET-07/net-guest-resolves[exec:./x y]",
        f"XVM-PATH-16[{NEVADA}]",
        "waiver of XVM-PATH-99",
    ]
    page = (tmp_path / "out.html").read_text()
    assert "xvmgate suite --subject &#39;exec:./x y&#39; -- -k &#39;XVM-NET-07/net-guest-resolves[&#39;" in page
    found = json.loads((tmp_path / "out.json").read_text())
    assert list(found) == ["schema", "verdict", "counts", "checks", "problems"]
    assert complaints("xvmgate.suite/1", found) == []
    assert len(found["checks"]) == 3


def test_a_document_in_one_line_that_speaks_of_events(events: Path, tmp_path: Path) -> None:
    found = json.loads(run("report", events.name, "--json", "--to", "json:out.json", cwd=tmp_path).stdout)
    found["checks"][0]["message"] = '"event"'
    (tmp_path / "one.json").write_text(json.dumps(found))
    assert run("report", "one.json", "--to", "html:x.html", cwd=tmp_path).returncode == 0


def test_a_report_of_a_document_is_the_report_of_its_run(layout_tree: Callable[[str], Path], tmp_path: Path) -> None:
    words = ["check", "--json", layout_tree(B109), layout_tree(NEVADA), "none.iso"]
    kinds = ("html", "markdown", "junit", "sarif", "json")
    reports = [word for kind in kinds for word in ("--report", f"{kind}:direct.{kind}")]
    (tmp_path / "run.json").write_text(run(*words, *reports, cwd=tmp_path).stdout)
    assert (
        run("report", "run.json", *[w for k in kinds for w in ("--to", f"{k}:later.{k}")], cwd=tmp_path).returncode == 0
    )
    for kind in kinds:
        assert (tmp_path / f"direct.{kind}").read_bytes() == (tmp_path / f"later.{kind}").read_bytes()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["events.ndjson"], "Missing option '--to'"),
        (["none", "--to", "html:x"], "none: cannot be read: No such file or directory; give what --xvm-events"),
        (["events.ndjson", "--to", "pdf:x"], "--to 'pdf:x': FORMAT:FILE is expected, with FORMAT one of junit, json"),
        (["events.ndjson", "--to", "html:none/x"], "none is no directory"),
        (["cut.ndjson", "--to", "html:x"], "cut.ndjson: no end event: the run did not end; run it again"),
        (["other.json", "--to", "html:x"], "other.json: its schema is 'None'"),
    ],
)
def test_bad_input_is_status_4_and_writes_nothing(
    words: list[str], complaint: str, events: Path, tmp_path: Path
) -> None:
    (tmp_path / "cut.ndjson").write_text("".join(events.read_text().splitlines(keepends=True)[:-1]))
    (tmp_path / "other.json").write_text("{}")
    ran = run("report", *words, cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (4, "")
    assert complaint in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
    assert not (tmp_path / "x").exists()


def test_schemas_are_listed_and_printed(tmp_path: Path) -> None:
    ran = run("schema", cwd=tmp_path)
    wanted = "boot check drift events extract install learn plan suite waivers"
    assert ran.stdout.split() == [f"xvmgate.{name}/1" for name in wanted.split()]
    assert json.loads(run("schema", "--json", cwd=tmp_path).stdout) == {"schemas": ran.stdout.split()}
    for name in ("check", "check/1", "xvmgate.check", "xvmgate.check/1"):
        assert json.loads(run("schema", name, cwd=tmp_path).stdout)["title"].startswith("xvmgate.check/1: ")
    ran = run("schema", "nothing", cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (4, "")
    assert ran.stderr == f"xvmgate: no schema 'nothing'; there are {', '.join(names())}\n"


def test_check_is_held_to_its_schema(layout_tree: Callable[[str], Path], tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text(
        '[[waiver]]\nrule = "XVM-PATH-14"\nreason = "x"\nowner = "b"\nexpires = 2020-01-01\n'
    )
    places = [layout_tree(B109), layout_tree(NEVADA), "none"]
    for words in ([*places, "--hash"], [*places, "--bits", "both", "--waivers", "w.toml"], ["--bits", "7", "x"]):
        found = json.loads(run("check", "--json", *words, cwd=tmp_path).stdout)
        assert complaints("xvmgate.check/1", found) == []
    found = json.loads(run("check", "--json", *places, cwd=tmp_path).stdout)
    changes: list[dict[str, Any]] = [{"verdict": "good"}, {"extra": 1}, {"schema": "xvmgate.check/2"}, {"media": [{}]}]
    for change in changes:
        assert complaints("xvmgate.check/1", {**found, **change})


def test_plan_is_held_to_its_schema(layout_tree: Callable[[str], Path], tmp_path: Path) -> None:
    base = ["plan", "--json", "-n", "a", "-r", "1024", "--host-bits", "64", "--no-dns", "--default-route", "none"]
    medium = layout_tree(NEVADA)
    kinds = set()
    for words in (
        ["--paravirt", "-l", medium, "-x", "-kdv -m verbose -i /sbin/sh word -B a=b,c='d e'"],
        ["--hvm", "-c", medium, "--vnc"],
        ["--paravirt", "--pxe", "-l", medium],
        ["--paravirt", "--nonsense"],
    ):
        found = json.loads(run(*base, *words, cwd=tmp_path).stdout)
        assert complaints("xvmgate.plan/1", found) == []
        kinds.add(next(key for key in ("refused", "error", "mode") if key in found))
    assert kinds == {"refused", "error", "mode"}
    assert complaints("xvmgate.plan/1", {"schema": "xvmgate.plan/1", "refused": {"rule": "none", "message": ""}})


def test_events_are_held_to_their_schema(events: Path) -> None:
    lines = [json.loads(line) for line in events.read_text().splitlines()]
    assert [line["event"] for line in lines] == ["start", "check", "check", "check", "end"]
    for line in lines:
        assert complaints("xvmgate.events/1", line) == []
        assert complaints("xvmgate.events/1", {**line, "event": "other"})


def test_waivers_are_held_to_their_schema() -> None:
    waiver = {"rule": "XVM-PATH-14", "reason": "a", "owner": "b", "expires": "2026-12-31"}
    more = {"subject": "*", "path": "/x", "bug": "c", "set": "2009-11-12"}
    for good in ({}, {"waiver": [waiver]}, {"waiver": [waiver | more]}):
        assert complaints("xvmgate.waivers/1", good) == []
    for key in waiver:
        assert complaints("xvmgate.waivers/1", {"waiver": [{k: v for k, v in waiver.items() if k != key}]})
    for change in ({"expires": "soon"}, {"since": "x"}, {"owner": ""}):
        assert complaints("xvmgate.waivers/1", {"waiver": [waiver | change]})
