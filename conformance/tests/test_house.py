"""The house: which part may import which, what the wheel holds, what a check leaves unloaded."""

from __future__ import annotations

import ast
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = {
    "fixtures": ["fixtures"],
    "engine": ["media", "engine", "guests"],
    "media-builders": ["builders"],
    "conformance": ["conformance", "cli"],
    "reports": ["reports"],
}
MAY_IMPORT = {
    "fixtures": set[str](),
    "media": {"fixtures"},
    "engine": {"fixtures", "media"},
    "guests": {"fixtures", "media", "engine"},
    "builders": {"fixtures", "media", "engine"},
    "reports": {"fixtures"},
    "conformance": {"fixtures", "media", "engine", "guests", "builders", "reports"},
    "cli": {"fixtures", "media", "engine", "guests", "builders", "reports", "conformance"},
}
"""The parts, and the other parts that each may import."""


def _modules(part: str) -> list[Path]:
    return sorted(path for folder in FOLDERS for path in (ROOT / folder / "xvmgate" / part).rglob("*.py"))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_imports_run_one_way(part: str) -> None:
    for path in _modules(part):
        parts = {name.split(".")[1] for name in _imports(path) if name.startswith("xvmgate.")}
        assert parts <= MAY_IMPORT[part] | {part}, f"{path}: {parts}"


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_relative_imports_stay_within_their_part(part: str) -> None:
    for path in _modules(part):
        depth = len(path.relative_to(next(parent for parent in path.parents if parent.name == "xvmgate")).parts) - 1
        levels = [node.level for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)]
        assert max(levels, default=0) <= depth, path


def test_every_folder_brings_only_its_parts() -> None:
    for folder, parts in FOLDERS.items():
        found = {path.name for path in (ROOT / folder / "xvmgate").iterdir() if path.is_dir()} - {"__pycache__"}
        assert found <= set(parts), folder
        assert not (ROOT / folder / "xvmgate" / "__init__.py").exists()


def test_only_the_plugin_and_the_suite_import_pytest() -> None:
    for part in MAY_IMPORT:
        for path in _modules(part):
            if "pytest" in {name.split(".")[0] for name in _imports(path)}:
                assert path.name == "plugin.py" or "suite" in path.parts, path


def test_there_is_no_module_for_whatever_is_left() -> None:
    names = {path.stem for part in MAY_IMPORT for path in _modules(part)}
    assert not names & {"utils", "util", "helpers", "misc", "common"}


def test_every_module_is_small() -> None:
    for part in MAY_IMPORT:
        for path in _modules(part):
            assert len(path.read_text().splitlines()) <= 250, path


def test_the_wheel_s_only_top_level_name_is_xvmgate(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path], cwd=ROOT, check=True,
                   capture_output=True)  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"xvmgate"}
    for wanted in ("fixtures/rules/path.toml", "fixtures/layouts/nevada-snv121-dvd.toml", "cli/main.py"):
        assert f"xvmgate/{wanted}" in names
    for part in ("media/iso9660.py", "engine/layout.py", "builders/iso.py", "conformance/judge.py", "reports/junit.py"):
        assert f"xvmgate/{part}" in names
    for data in ("page/page.html.j2", "page/page.css", "page/page.js", "schemas/check-1.json"):
        assert f"xvmgate/reports/{data}" in names
    assert not [name for name in names if "/tests/" in name or name == "xvmgate/__init__.py"]


def test_a_check_of_a_local_iso_loads_nothing_heavy(layout_iso: Callable[[str, str], Path]) -> None:
    iso = layout_iso("nevada-snv121-dvd", "genisoimage")
    script = (
        "import sys, atexit\n"
        "atexit.register(lambda: print(*sorted(sys.modules), file=sys.stderr))\n"
        f"from xvmgate.cli.main import run; run(['check', {str(iso)!r}])"
    )
    ran = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    loaded = {name.split(".")[0] for name in ran.stderr.split()}
    assert {"xvmgate", "click", "elftools"} <= loaded
    heavy = {"pytest", "pycdlib", "requests", "urllib3", "libvirt", "rich", "hypothesis"}
    assert not loaded & (heavy | {"jinja2", "markupsafe", "tomlkit", "jsonschema", "selenium", "yaml", "xml"})


def test_nothing_is_loaded_for_help_that_help_does_not_need() -> None:
    script = "import sys, atexit\natexit.register(lambda: print(*sys.modules, file=sys.stderr))\n"
    script += "from xvmgate.cli.main import run; run(['--help'])"
    ran = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert not {"elftools", "tomllib", "pycdlib", "xvmgate.media", "xvmgate.cli.check"} & set(ran.stderr.split())
