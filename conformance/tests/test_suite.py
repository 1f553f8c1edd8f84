"""The suite as pytest runs it: from anywhere, in part, in parallel, with waivers; and what it leaves alone."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, cast

import pytest

from xvmgate.conformance.case import engine_cases, medium_cases
from xvmgate.conformance.suite.run import Run as SuiteRun
from xvmgate.fixtures.layout import every_layout
from xvmgate.reports import stream

ROOT = Path(__file__).parents[2]
SUITE = ["--pyargs", "xvmgate.conformance.suite"]
ALL = len(list(engine_cases("x"))) + len(every_layout()) * len(list(medium_cases("x")))
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """`run("-k", "net")`: pytest in an empty directory."""

    def call(*words: str, status: int | None = None) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
        command = [sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", *words]
        ran = subprocess.run(  # noqa: PLW1510  # the status is compared
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=110
        )
        assert status is None or ran.returncode == status, ran.stdout[-3000:] + ran.stderr
        return ran

    return call


def events(path: Path) -> dict[str, dict[str, Any]]:
    """Return a run's checks by rule and vector."""
    checks = (json.loads(line) for line in path.read_text().splitlines())
    return {f"{check['rule']}/{check['vector']}": check for check in checks if check["event"] == "check"}


def test_the_bare_suite_in_a_directory_with_modules_of_ones_own(run: Run, tmp_path: Path) -> None:
    """No folder of ours is taken for a top-level module, no module of the user's for ours; and all of it passes."""
    for name in ("engine", "media", "reports", "conformance", "suite", "fixtures"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('not to be imported')\n")
    (tmp_path / "test_mine.py").write_text(
        "def test_mine():\n    import sys\n    assert not {'suite', 'plugin'} & set(sys.modules)\n"
    )
    ran = run(
        *SUITE, "test_mine.py", "-n", "2", "--xvm-events", "e.ndjson", "--strict-markers", "-W", "error", status=0
    )
    assert "xvmgate: conformant; " in ran.stdout
    report = stream.read(str(tmp_path / "e.ndjson"))
    assert report.verdict == "conformant"
    assert len(report.checks) == ALL >= 1000
    assert report.header is not None
    assert [subject.name for subject in report.header.subjects if subject.kind == "engine"] == ["xvmgate"]
    assert {check.subject for check in report.checks if check.vector is None} == {each.id for each in every_layout()}


def test_a_selection_is_never_conformant(run: Run, tmp_path: Path) -> None:
    ran = run(*SUITE, "-m", "must and XVM-NET-04 and net", "--xvm-events", "e.ndjson", status=5)
    assert "xvmgate: incomplete; " in ran.stdout
    report = stream.read(str(tmp_path / "e.ndjson"))
    assert report.header is not None
    assert report.header.selected
    assert {check.rule for check in report.checks} == {"XVM-NET-04"}
    assert "XVM-NET-04/net-guest-resolves" in events(tmp_path / "e.ndjson")


@pytest.mark.slow
def test_a_selection_by_name_and_nothing_selected(run: Run) -> None:
    ran = run(*SUITE, "-k", "net-guest-resolves and XVM-NET-04", "-vv", status=5)
    assert "::XVM-NET-04/net-guest-resolves[xvmgate] PASSED" in ran.stdout
    assert "incomplete; nothing checked" in run(*SUITE, "-k", "nothing-of-the-kind", status=5).stdout


SCRIPT = """
import json, os, sys
from xvmgate.conformance.protocol import Engine
engine = Engine("9", {})
for line in sys.stdin.buffer:
    answer = engine.answer(line)
    if answer is None: break
    if "plan" in answer and "nowin" in (answer["plan"]["cmdline"] or ""):
        answer["plan"]["cmdline"] = answer["plan"]["cmdline"].replace(" nowin", "")
    if json.loads(line).get("request", {}).get("mode") == "hvm":
        print("no HVM today", file=sys.stderr, flush=True); os.abort()
    print(json.dumps(answer), flush=True)
"""
WAIVERS = """
[[waiver]]
rule = "XVM-CON-03"
path = "con-nowin-nfs"
reason = "it is being mended"
owner = "me"
expires = 9999-01-01

[[waiver]]
rule = "XVM-CON-03"
path = "con-nowin-false"
reason = "it passes"
owner = "me"
expires = 9999-01-01
"""


def test_a_foreign_engine_fails_by_the_right_rule_and_its_crashes_are_errors(run: Run, tmp_path: Path) -> None:
    (tmp_path / "theirs.py").write_text(SCRIPT)
    (tmp_path / "w.toml").write_text(WAIVERS)
    subject = f"exec:{sys.executable} theirs.py"
    options = ["--xvm-subject", subject, "--xvm-events", "e.ndjson", "--xvm-waivers", "w.toml"]
    ran = run(*SUITE, "-k", "con-nowin or hvm-solaris10", *options, status=1)
    found = events(tmp_path / "e.ndjson")
    assert found["XVM-CON-03/con-nowin-iso-32"]["verdict"] == "fail"
    assert found["XVM-ISO-01/con-nowin-iso-32"]["verdict"] == "pass"
    crashed = found["XVM-HVM-01/hvm-solaris10"]
    assert crashed["verdict"] == "error"
    assert "was killed by signal 6" in crashed["message"]
    assert "stderr: no HVM today" in crashed["message"]
    block = ran.stdout[ran.stdout.index("FAIL XVM-CON-03") :]
    assert "  vector    con-nowin-iso-32: " in block
    assert "  expected  nowin" in block
    assert "  actual    missing" in block
    assert f"{subject}: " in ran.stdout
    assert found["XVM-CON-03/con-nowin-nfs"]["verdict"] == "waived"
    assert "1 xfailed" in ran.stdout
    assert "[XPASS(strict)] waiver of XVM-CON-03 for con-nowin-false" in ran.stdout


class Options(NamedTuple):
    """What pytest would know of the plugin's options."""

    xvm_subject: tuple[str, ...] = ()
    xvm_medium: tuple[str, ...] = ()
    xvm_release: str | None = None
    xvm_waivers: str | None = None
    xvm_reading: tuple[str, ...] = ()
    xvm_timeout: float = 5.0

    def getoption(self, name: str) -> object:
        """Return an option."""
        return getattr(self, name)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (Options(xvm_subject=("theirs",)), "--xvm-subject: 'theirs' is no subject; give xvmgate or exec:COMMAND"),
        (Options(xvm_subject=("exec:",)), "--xvm-subject: 'exec:': exec:COMMAND is expected"),
        (Options(xvm_subject=("exec:x",), xvm_timeout=0.0), "0 s for an answer: more than 0 and at most 3600 are"),
        (Options(xvm_subject=("exec:x",), xvm_timeout=float("nan")), "nan s for an answer"),
        (Options(xvm_medium=("list:none",)), "--xvm-medium list:none: cannot be read: No such file or directory"),
        (Options(xvm_medium=("list:odd",)), "odd, line 2: MEDIUM [--release X] [--mode X] [--bits X] is expected"),
        (Options(xvm_medium=("list:open",)), "open, line 1: No closing quotation"),
        (Options(xvm_medium=("list:bad",)), "bad, line 1: no mode 'xen'"),
        (Options(xvm_medium=("x.iso",), xvm_release="b999"), "--xvm-medium: no release 'b999'"),
        (Options(xvm_waivers="none"), "--xvm-waivers: none: cannot be read: No such file or directory"),
        (Options(xvm_reading=("kernel-token",)), "--xvm-reading 'kernel-token': NAME=VALUE is expected"),
        (Options(xvm_reading=("kernel-token=x",)), "reading kernel-token: ramdisk-path or medium-path is expected"),
    ],
)
def test_wrong_options_are_refused(
    options: Options, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "odd").write_text("# media\nx.iso --fast yes\n")
    (tmp_path / "open").write_text("'x.iso\n")
    (tmp_path / "bad").write_text("x.iso --mode xen\n")
    with pytest.raises(pytest.UsageError) as caught:
        SuiteRun(cast("pytest.Config", options))
    assert said in str(caught.value)


def test_wrong_options_end_a_run_before_anything_runs(run: Run) -> None:
    ran = run(*SUITE, "--xvm-events", "none/e", status=4)
    assert "ERROR: --xvm-events none/e: cannot be written: No such file or directory" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_media_of_ones_own(run: Run, tmp_path: Path, layout_iso: Callable[[str, str], Path]) -> None:
    good, old = (layout_iso(name, "pycdlib") for name in ("nevada-snv121-dvd", "opensolaris-b109-live"))
    (tmp_path / "media").write_text(f"# mine\n{good} --release nevada-snv121-dvd\n\n'{old}'  # odd\nnone.iso\n")
    run(*SUITE, "--xvm-medium", "list:media", "--xvm-events", "e.ndjson", status=1)
    report = stream.read(str(tmp_path / "e.ndjson"))
    found = {(check.rule, check.subject): check.verdict for check in report.checks}
    assert len(found) == 3 * len(list(medium_cases("x")))
    assert found["XVM-PATH-16", str(good)] == "pass"
    assert found["XVM-PATH-14", str(old)] == "fail"
    assert found["XVM-PATH-14", "none.iso"] == "error"


def test_the_docs_examples_run(run: Run, tmp_path: Path, layout_iso: Callable[[str, str], Path]) -> None:
    text = (ROOT / "docs" / "suite.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (tmp_path / "test_mine.py").write_text(example)
    assert "3 skipped" in run("test_mine.py", status=0).stdout
    media = [str(layout_iso(name, "pycdlib")) for name in ("opensolaris-b128-live", "opensolaris-b130-text")]
    ran = run("test_mine.py", "--xvm-medium", media[0], "--xvm-medium", media[1], "-vv", status=0)
    assert "6 passed" in ran.stdout
    assert f"test_our_debug_flags_survive[{media[1]}] PASSED" in ran.stdout


def test_other_projects_pay_nothing(run: Run, tmp_path: Path) -> None:
    """The plugin is loaded in every pytest run of the environment: it loads nothing else of xvmgate."""
    (tmp_path / "test_theirs.py").write_text(
        "import sys\n\ndef test_it():\n"
        "    loaded = {name for name in sys.modules if name.startswith('xvmgate')}\n"
        "    assert loaded <= {'xvmgate', 'xvmgate.conformance', 'xvmgate.conformance.plugin'}\n"
        "    assert 'xvmgate.conformance.plugin' in loaded\n"
    )
    run("test_theirs.py", "--strict-markers", status=0)
    ran = run("--markers", status=0)
    assert "XVM-" not in ran.stdout


@pytest.mark.slow
def test_a_failure_of_ones_own_tests_is_not_lost(run: Run, tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text("def test_mine():\n    assert False\n")
    run(*SUITE, "test_mine.py", "-k", "test_mine or net-guest-resolves", status=1)
