"""A project's defaults, from `xvmgate.toml` or `pyproject.toml`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

OMNIOS = "omnios-r151-iso"


def status(folder: Path, *words: object) -> tuple[int, str]:
    """Run `xvmgate check` in a folder and return its status and stderr."""
    command = [sys.executable, "-m", "xvmgate.cli", "check", *map(str, words)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder)
    return ran.returncode, ran.stderr


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("xvmgate.toml", '[check]\nbits = "both"\n', 1),
        ("pyproject.toml", '[tool.xvmgate.check]\nbits = "both"\n', 1),
        ("pyproject.toml", '[tool.other]\nbits = "both"\n', 0),
        ("xvmgate.toml", '[check]\nmode = "hvm"\n', 1),
        ("xvmgate.toml", '[check]\nrule = ["XVM-PATH-14"]\n', 5),
        ("xvmgate.toml", "[check]\nstrict = true\n", 0),
    ],
)
def test_defaults(name: str, text: str, expected: int, tmp_path: Path, layout_tree: Callable[[str], Path]) -> None:
    (tmp_path / name).write_text(text)
    (tmp_path / "below").mkdir()
    assert status(tmp_path / "below", layout_tree(OMNIOS)) == (expected, "")


def test_options_win_over_defaults(tmp_path: Path, layout_tree: Callable[[str], Path]) -> None:
    (tmp_path / "xvmgate.toml").write_text('[check]\nbits = "32"\n')
    assert status(tmp_path, layout_tree(OMNIOS), "--bits", "64") == (0, "")


def test_reports_by_default(tmp_path: Path, layout_tree: Callable[[str], Path]) -> None:
    (tmp_path / "xvmgate.toml").write_text('[check]\nreport = ["junit:out.xml"]\n')
    assert status(tmp_path, layout_tree(OMNIOS)) == (0, "")
    assert (tmp_path / "out.xml").exists()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[check]\nbit = 32\n", 'table check, key "bit": is not a key of this table'),
        ("[check]\nbits = 32\n", 'table check, key "bits": a text is expected, not 32'),
        ("[chek]\n", 'key "chek": is not a key of this table'),
        ("[check", "no TOML"),
        ('[check]\nbits = "16"\n', "'16' is not one of"),
        ('[check]\nrule = ["XVM-NONE-01"]\n', "no rule 'XVM-NONE-01'"),
    ],
)
def test_mistakes_are_named(text: str, complaint: str, tmp_path: Path, layout_tree: Callable[[str], Path]) -> None:
    (tmp_path / "xvmgate.toml").write_text(text)
    found, err = status(tmp_path, layout_tree(OMNIOS))
    assert found == 4
    assert complaint in err
    assert len(err.splitlines()) == 1
