"""`xvmgate suite`: its document, its exit status, smoke; the wheel in an empty environment; pygrub as a subject."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYGRUB = ROOT / "docs" / "adapters" / "pygrub.py"


def suite(folder: Path, *words: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    """Run the command in a directory."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [python, "-P", "-m", "xvmgate.cli", "suite", *words]
    return subprocess.run(  # noqa: PLW1510  # the status is compared
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=110
    )


def test_json_is_the_document_and_nothing_else(tmp_path: Path) -> None:
    ran = suite(tmp_path, "--json", "--rule", "XVM-CON-03", "--report", "junit:j.xml")
    document = json.loads(ran.stdout)
    assert ran.returncode == 5
    assert (document["schema"], document["verdict"]) == ("xvmgate.suite/1", "incomplete")
    assert {check["rule"] for check in document["checks"]} == {"XVM-CON-03"}
    assert document["counts"]["pass"] == len(document["checks"]) > 20
    assert "xvmgate: incomplete" in ran.stderr
    assert "con-nowin-iso-32" in (tmp_path / "j.xml").read_text()
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != ".pytest_cache") == ["j.xml"]


def test_a_baseline_fails_the_rules_that_changes_touch(tmp_path: Path, layout_tree: Callable[[str], Path]) -> None:
    """From 2009.06 to b128: what the drift names fails, all else is as it is."""
    old, new = layout_tree("opensolaris-2009.06-live"), layout_tree("opensolaris-b128-live")
    command = [sys.executable, "-m", "xvmgate.cli", "capture", str(old), "-q", "-o", str(tmp_path / "base.toml")]
    subprocess.run(command, check=True)
    assert suite(tmp_path, "-q", "--medium", str(old), "--baseline", "base.toml").returncode == 0
    ran = suite(tmp_path, "--json", "--medium", str(new), "--baseline", "base.toml")
    assert ran.returncode == 1
    failed = {check["rule"]: check for check in json.loads(ran.stdout)["checks"] if check["verdict"] == "fail"}
    assert set(failed) == {f"XVM-{rule}" for rule in ("PATH-02", "PATH-03", "PATH-12", "PATH-13", "PATH-14", "EV-02")}
    assert failed["XVM-PATH-14"]["expected"] == "no drift from base.toml"
    assert failed["XVM-PATH-14"]["actual"] == (
        "moved /boot/amd64/x86.microroot -> /platform/i86pc/amd64/boot_archive, rebuilt"
    )


def test_a_subject_that_is_no_use_is_judged_by_smoke_alone(tmp_path: Path) -> None:
    ran = suite(tmp_path, "--smoke", "--json", "--subject", "exec:false")
    assert ran.returncode == 5
    assert json.loads(ran.stdout)["verdict"] == "incomplete"
    assert "exec:false: it does not start: it ended with status 1" in ran.stderr
    ran = suite(tmp_path, "-q", "--medium", "none.iso")
    assert (ran.returncode, ran.stdout, ran.stderr) == (5, "", "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--rule", "XVM-CON-3"], "no rule 'XVM-CON-3'; did you mean XVM-CON-0"),
        (["--report", "pdf:x"], "--report 'pdf:x': FORMAT:FILE is expected"),
        (["--smoke", "--subject", "exec:"], "exec:COMMAND is expected"),
        (["--subject", "theirs"], "'theirs' is no subject"),
        (["--timeout", "soon"], "'soon' is not a valid float"),
        (["--baseline", "none.toml"], "--xvm-baseline is compared with media: give --xvm-medium too"),
        (["--baseline", "none.toml", "--medium", "."], "none.toml: cannot be read: No such file"),
    ],
)
def test_misuse(words: list[str], said: str, tmp_path: Path) -> None:
    ran = suite(tmp_path, *words)
    assert ran.returncode == 4
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.slow
def test_pygrub_for_its_part_of_the_rules(tmp_path: Path, real: Callable[[str], str]) -> None:
    real("pygrub")
    real("genisoimage")
    subject = f"exec:{sys.executable} {PYGRUB}"
    ran = suite(tmp_path, "--smoke", "--json", "--subject", subject, "--", "-k", "path- or con-nowin or hvm- or iso-")
    document = json.loads(ran.stdout)
    assert ran.returncode == 1
    assert "starts, and is pygrub 4.17" in ran.stderr
    found: dict[str, set[str]] = {}
    for check in document["checks"]:
        found.setdefault(check["rule"], set()).add(check["verdict"])
    assert {rule for rule, verdicts in found.items() if "fail" in verdicts} >= {"XVM-ISO-01", "XVM-CON-03"}
    for rule in ("XVM-PATH-01", "XVM-PATH-04", "XVM-PATH-11", "XVM-PATH-13", "XVM-PATH-15", "XVM-PATH-16"):
        assert "pass" in found[rule], rule
        assert "fail" not in found[rule], rule
    assert found["XVM-HVM-02"] == found["XVM-CON-01"] == {"not-applicable"}
    assert "error" not in set().union(*found.values())


@pytest.mark.slow
def test_the_wheel_in_an_empty_environment(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    venv.create(tmp_path / "venv", with_pip=True)
    python = str(tmp_path / "venv" / "bin" / "python")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run([python, "-m", "pip", "install", "-q", wheel], check=True, env=environment, capture_output=True)
    away = tmp_path / "away"
    away.mkdir()
    (away / "engine.py").write_text("raise SystemExit('not to be imported')\n")
    ran = subprocess.run(
        [tmp_path / "venv" / "bin" / "xvmgate", "suite"], cwd=away, check=False, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr
    assert "xvmgate: conformant; " in ran.stdout


SLOW = """
import json, os, sys, time
for line in sys.stdin:
    asked = json.loads(line)
    if asked["cmd"] == "start":
        print(json.dumps({"name": "s", "version": "1", "protocol": 1, "capabilities": ["pv"]}), flush=True)
    elif asked["cmd"] == "plan":
        open("asked", "w").write(str(os.getpid()))
        time.sleep(600)
"""


def test_an_interrupt_ends_the_run_its_subjects_and_leaves_no_report(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(SLOW)
    command = [sys.executable, "-P", "-m", "xvmgate.cli", "suite", "--events", "e.ndjson", "--timeout", "600"]
    command += ["--subject", f"exec:{sys.executable} slow.py"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as child:
        for _ in range(300):
            if (tmp_path / "asked").exists() and (tmp_path / "asked").read_text():
                break
            time.sleep(0.1)
        os.killpg(child.pid, signal.SIGINT)
        _, stderr = child.communicate(timeout=30)
    assert child.returncode == 2
    assert "xvmgate: interrupted" in stderr
    assert "Traceback" not in stderr
    assert not list(tmp_path.glob("e.ndjson*"))
    pid = int((tmp_path / "asked").read_text())
    state = Path(f"/proc/{pid}/stat")
    assert not state.exists() or state.read_text().split()[2] == "Z"
