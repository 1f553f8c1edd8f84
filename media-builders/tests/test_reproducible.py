"""The same words make the same bytes: another hour, umask, locale, directory, hash seed, and another Python."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from xvmgate.fixtures.layout import every_layout

ROOT = Path(__file__).parents[2]
IMAGES = {f"{layout.id}.iso" for layout in every_layout()}
BUILD = "import sys; from xvmgate.cli.main import run; run(['build', '--all', '-q', '-o', sys.argv[1]])"


def sums(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def build(out: Path, cwd: Path, prefix: list[str], umask: int = 0o022, form: str = "iso", **env: str) -> None:
    words = [*prefix, sys.executable, "-m", "xvmgate.cli", "build", "--all", "--as", form, "-q", "-o", str(out)]
    clean = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    subprocess.run(words, check=True, cwd=cwd, umask=umask, env={**clean, **env})


def test_two_builds_an_hour_apart(tmp_path: Path, real: Callable[[str], str]) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    build(here / "all", here, [], TZ="UTC", LC_ALL="C", PYTHONHASHSEED="1")
    later = [real("faketime"), "-f", "+1h"]
    build(Path("all"), there, later, 0o077, TZ="Asia/Kolkata", LC_ALL="C.UTF-8", PYTHONHASHSEED="2")
    first, second = sums(here / "all"), sums(there / "all")
    assert set(first) == IMAGES
    assert len(set(first.values())) == len(IMAGES)
    assert first == second
    assert oct((there / "all" / min(IMAGES)).stat().st_mode) == "0o100600"


def test_trees_are_alike_down_to_modes_and_dates(tmp_path: Path, real: Callable[[str], str]) -> None:
    build(tmp_path / "one", tmp_path, [], form="tree", TZ="UTC")
    build(tmp_path / "two", tmp_path, [real("faketime"), "-f", "+1h"], 0o077, form="tree", TZ="Asia/Kolkata")

    def state(root: Path) -> dict[str, object]:
        return {str(path.relative_to(root)): _state(path) for path in root.rglob("*")}

    assert state(tmp_path / "one") == state(tmp_path / "two")


def _state(path: Path) -> tuple[object, ...]:
    found = path.lstat()
    content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
    target = os.readlink(path) if path.is_symlink() else None
    return oct(found.st_mode), found.st_mtime, hashlib.sha256(content).hexdigest(), target


def test_source_date_epoch_is_the_date(tmp_path: Path, real: Callable[[str], str]) -> None:
    build(tmp_path / "one", tmp_path, [], SOURCE_DATE_EPOCH="1000000000")
    build(tmp_path / "two", tmp_path, [])
    assert not set(sums(tmp_path / "one").values()) & set(sums(tmp_path / "two").values())
    iso = tmp_path / "one" / min(IMAGES)
    listed = subprocess.run([real("isoinfo"), "-l", "-R", "-i", iso], check=True, capture_output=True, text=True).stdout
    assert "Sep  9 2001" in listed
    assert "2009" not in listed.replace(iso.name, "")


def other_pythons() -> list[str]:
    """Find interpreters of other versions that are supported, beside this one's own and on the PATH."""
    homes = [Path(sys.base_prefix).parent, Path("/usr")]
    minors = [minor for minor in range(11, 20) if minor != sys.version_info.minor]
    found = {minor: path for minor in minors for home in homes for path in home.glob(f"**/bin/python3.{minor}")}
    return [str(path) for path in found.values()]


def test_other_pythons_make_the_same_bytes(tmp_path: Path) -> None:
    pythons = other_pythons() if "pyenv" in sys.base_prefix else []
    if not pythons:
        pytest.skip("no other Python from 3.11 on is here")
    build(tmp_path / "here", tmp_path, [])
    places = [sysconfig.get_path("purelib"), *(str(ROOT / part) for part in ("fixtures", "engine", "media-builders"))]
    places += [str(ROOT / part) for part in ("conformance", "reports")]
    for number, python in enumerate(pythons):
        env = {"PYTHONPATH": os.pathsep.join(places), "PYTHONDONTWRITEBYTECODE": "1", "PATH": os.environ["PATH"]}
        subprocess.run([python, "-c", BUILD, tmp_path / str(number)], check=True, env=env, cwd=tmp_path)
        assert sums(tmp_path / str(number)) == sums(tmp_path / "here"), python
