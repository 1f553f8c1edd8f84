"""In CI: annotations and a summary in GitHub Actions, and the files that others build their gates from."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
B109, NEVADA = "opensolaris-b109-live", "nevada-snv121-dvd"


def run(*words: object, cwd: Path, **variables: object) -> subprocess.CompletedProcess[str]:
    """Run `xvmgate check` in a folder, with these environment variables."""
    command = [sys.executable, "-m", "xvmgate.cli", "check", *map(str, words)]
    env = {**os.environ, **{name: str(value) for name, value in variables.items()}}
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=cwd, env=env)


def test_annotations_leave_stdout_to_the_data(layout_tree: Callable[[str], Path], tmp_path: Path) -> None:
    ran = run("--json", layout_tree(B109), "none", "--bits", "64", cwd=tmp_path, GITHUB_ACTIONS="true")
    assert json.loads(ran.stdout)["verdict"] == "nonconformant"
    commands = [line for line in ran.stderr.splitlines() if line.startswith("::")]
    assert len(commands) == 2
    assert commands[0].startswith("::error title=none::none: cannot be read")
    assert commands[1].startswith(
        f"::error title=XVM-PATH-14::{B109}: expected /platform/i86pc/amd64/boot_archive; missing"
    )
    assert commands[1].endswith("--bits 64 --rule XVM-PATH-14")


def test_without_actions_there_are_none(layout_tree: Callable[[str], Path], tmp_path: Path) -> None:
    assert run(layout_tree(B109), cwd=tmp_path, GITHUB_ACTIONS="").stderr == ""


def test_the_summary_is_appended(layout_tree: Callable[[str], Path], tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    for _ in range(2):
        run(layout_tree(NEVADA), cwd=tmp_path, GITHUB_STEP_SUMMARY=summary)
    assert summary.read_text().startswith("before\n## ")
    assert summary.read_text().count("xvmgate check: conformant") == 2


def test_a_summary_that_cannot_be_written_leaves_the_verdict(
    layout_tree: Callable[[str], Path], tmp_path: Path
) -> None:
    ran = run(layout_tree(NEVADA), cwd=tmp_path, GITHUB_STEP_SUMMARY="/proc/none/x")
    assert ran.returncode == 0
    assert ran.stderr == "xvmgate: /proc/none/x: the step's summary cannot be written: No such file or directory\n"


def test_a_medium_gives_the_runner_no_commands(tmp_path: Path) -> None:
    evil = tmp_path / "##[add-mask]x\n::error::y"
    (evil / "boot/grub").mkdir(parents=True)
    (evil / "boot/grub/menu.lst").write_text("title x\nkernel$ /##[group]z\n::stop-commands::t\n")
    ran = run(evil, cwd=tmp_path, GITHUB_ACTIONS="true")
    assert ran.returncode == 1
    assert "XVM-EV-02" in ran.stdout
    assert "##[" not in ran.stdout
    assert not re.search("^\\s*::", ran.stdout, re.MULTILINE)
    for line in ran.stderr.splitlines():
        assert re.match("::(error|warning) title=[^:]*::", line), line


def action() -> dict[str, Any]:
    """Return the composite action."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
    return found


def test_the_action_s_inputs_are_the_ones_that_it_uses() -> None:
    found = action()
    assert found["runs"]["using"] == "composite"
    text = (ROOT / "action.yml").read_text()
    assert set(re.findall(r"inputs\.(\w+)", text)) == set(found["inputs"])
    assert set(re.findall(r"`(\w+)`", (ROOT / "docs/ci.md").read_text())) >= set(found["inputs"])
    for step in found["runs"]["steps"]:
        assert step["shell"] == "bash"
        assert "${{" not in step["run"], "an input in a script could be a command; it goes through the environment"


def check_step(folder: Path, **inputs: str) -> tuple[int, str, str]:
    """Run the action's checking step as a runner would; return status, output file and stderr."""
    found = action()
    values = {name: str(settings.get("default", "")) for name, settings in found["inputs"].items()} | inputs
    (step,) = [step for step in found["runs"]["steps"] if step.get("id") == "check"]
    env = {name: values[text.split(".")[1].split()[0]] for name, text in step["env"].items()}
    bin_folder = folder / "temp/xvmgate/bin"
    bin_folder.mkdir(parents=True, exist_ok=True)
    if not (bin_folder / "xvmgate").exists():
        (bin_folder / "xvmgate").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m xvmgate.cli "$@"\n')
        (bin_folder / "xvmgate").chmod(0o755)
    places = {"RUNNER_TEMP": str(folder / "temp"), "GITHUB_OUTPUT": str(folder / "output"), "GITHUB_ACTIONS": "true"}
    (folder / "output").write_text("")
    words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    ran = subprocess.run(
        words, check=False, capture_output=True, text=True, cwd=folder, env={**os.environ, **env, **places}
    )
    return ran.returncode, (folder / "output").read_text(), ran.stderr


def test_the_action_s_check(layout_tree: Callable[[str], Path], tmp_path: Path) -> None:
    (tmp_path / "a b").symlink_to(layout_tree(NEVADA))
    assert check_step(tmp_path, media="a b\n\n")[:2] == (0, "verdict=conformant\n")
    names = {path.name for path in (tmp_path / "xvmgate-reports").iterdir()}
    assert names == {"xvmgate.json", "xvmgate.xml", "xvmgate.sarif", "xvmgate.html"}
    (tmp_path / "$(touch owned)").symlink_to(layout_tree(B109))
    assert check_step(tmp_path, media="a b\n$(touch owned)\n", release=B109, strict="true")[:2] == (
        1,
        "verdict=nonconformant\n",
    )
    assert not (tmp_path / "owned").exists()
    base = ["capture", str(layout_tree("opensolaris-b128-live")), "-q", "-o", str(tmp_path / "base.toml")]
    subprocess.run([sys.executable, "-m", "xvmgate.cli", *base], check=True)
    assert check_step(tmp_path, media="a b", baseline="base.toml")[:2] == (1, "verdict=nonconformant\n")
    assert check_step(tmp_path, media="none.iso")[:2] == (4, "verdict=unreadable\n")
    status, output, said = check_step(tmp_path, media="a b", waivers="none.toml", reports="")
    assert (status, output) == (4, "verdict=incomplete\n")
    assert "none.toml: cannot be read" in said


def test_the_hooks_run(layout_iso: Callable[[str, str], Path], tmp_path: Path) -> None:
    hooks = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    assert set(hooks) == set(re.findall(r"- id: (\S+)", (ROOT / "docs/ci.md").read_text()))
    good, bad = tmp_path / "waivers.toml", tmp_path / "old" / "waivers.toml"
    bad.parent.mkdir()
    good.write_text("")
    bad.write_text("x = 1\n")
    iso = layout_iso(NEVADA, "genisoimage")
    for name, files, status in (
        ("xvmgate-check", [iso, iso], 0),
        ("xvmgate-check", [good], 4),
        ("xvmgate-waivers", [good, good], 0),
        ("xvmgate-waivers", [good, bad], 4),
    ):
        words = [sys.executable, "-m", "xvmgate.cli", *hooks[name]["entry"].split()[1:], *map(str, files)]
        assert hooks[name]["entry"].startswith("xvmgate ")
        assert subprocess.run(words, check=False, capture_output=True).returncode == status
    assert re.search(hooks["xvmgate-waivers"]["files"], "a/waivers.toml")
    assert not re.search(hooks["xvmgate-check"]["files"], "a.isolated")


def test_what_the_docs_show_is_yaml_and_ten_lines() -> None:
    blocks = re.findall("```yaml\n(.*?)```", (ROOT / "docs/ci.md").read_text(), re.DOTALL)
    assert len(blocks) == 4
    found = [yaml.safe_load(block) for block in blocks]
    assert len(blocks[0].splitlines()) <= 10
    assert set(found[0]["jobs"]["gate"]["steps"][-1]["with"]) <= set(action()["inputs"])
    (check,) = [line for line in found[2]["gate"]["script"] if line.startswith("xvmgate")]
    assert check.split()[:2] == ["xvmgate", "check"]


def test_the_container_s_file_names_what_there_is() -> None:
    lines = (ROOT / "Containerfile").read_text().splitlines()
    assert [line.split()[0] for line in lines if line[:1].isupper()] == [
        "FROM", "COPY", "RUN", "FROM", "COPY", "RUN", "USER", "WORKDIR", "ENTRYPOINT", "CMD",
    ]  # fmt: skip
    (entry,) = [line.partition(" ")[2] for line in lines if line.startswith("ENTRYPOINT")]
    assert json.loads(entry) == ["xvmgate"]


@pytest.mark.slow
def test_the_action_installs(tmp_path: Path) -> None:
    step = action()["runs"]["steps"][0]
    source = tmp_path / "source"
    ignored = shutil.ignore_patterns(".git", ".venv", ".tox", "*cache*", "build")
    shutil.copytree(ROOT, source, ignore=ignored)
    env = {"RUNNER_TEMP": str(tmp_path), "XVMGATE_VERSION": "", "XVMGATE_ACTION": str(source)}
    subprocess.run(["bash", "-eo", "pipefail", "-c", step["run"]], check=True, env={**os.environ, **env})
    ran = subprocess.run(
        [tmp_path / "xvmgate/bin/xvmgate", "schema"], check=True, capture_output=True, text=True, cwd="/"
    )
    assert "xvmgate.check/1" in ran.stdout
