"""`xvmgate learn`: a layout that is taken out of the tables comes back from its medium."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import jsonschema
import pytest

from xvmgate.builders.iso import build_iso
from xvmgate.conformance import check
from xvmgate.conformance.learn.learning import learn
from xvmgate.conformance.learn.table import text
from xvmgate.fixtures import layout as layouts
from xvmgate.fixtures.layout import Layout, as_layout, every_layout, get, load_layout, use
from xvmgate.fixtures.table import CatalogueError, parse
from xvmgate.reports.schemas import text as schema

Tree = Callable[[str], Path]
NEVADA, SPLIT, B109 = "nevada-snv121-dvd", "opensolaris-2009.06-live", "opensolaris-b109-live"
ALL = [layout.id for layout in every_layout()]
NEAREST = {
    "opensolaris-2008.05-live": "opensolaris-2008.11-live",
    "solaris10-u6-dvd": None,
    "opensolaris-2009.06-ai": "opensolaris-2008.11-ai",
    "opensolaris-b128-ai": "opensolaris-b130-ai",
    "opensolaris-b130-ai": "opensolaris-b130-text",
    "nevada-snv121-dvd": None,
    "openindiana-147-live": "opensolaris-b128-live",
}
"""What is nearest to a release where its own table is gone: the one beside it; Nevada and Solaris 10 have none."""


def _forget() -> None:
    layouts._used.clear()
    for known in (layouts.every_layout, layouts.layout_ids, layouts.get):
        known.cache_clear()


@pytest.fixture
def without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Layout]]:
    """`without("nevada-snv121-dvd")`: take a layout out of the tables, and return it."""

    def take(name: str) -> Layout:
        gone = get(name)
        shutil.copytree(layouts.LAYOUTS, tmp_path / "layouts")
        (tmp_path / "layouts" / f"{name}.toml").unlink()
        monkeypatch.setattr(layouts, "LAYOUTS", str(tmp_path / "layouts"))
        _forget()
        with pytest.raises(CatalogueError):
            get(name)
        return gone

    yield take
    monkeypatch.undo()
    _forget()


@pytest.mark.parametrize("name", ALL)
def test_a_layout_comes_back(name: str, without: Callable[[str], Layout], tmp_path: Path) -> None:
    build_iso(get(name), str(tmp_path / f"{name}.iso"))
    gone = without(name)
    learned = learn(str(tmp_path / f"{name}.iso"))
    if name in NEAREST:
        assert learned.nearest == NEAREST[name]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / f"{name}.toml").write_text(learned.table)
    use([str(tmp_path / "mine")])
    build_iso(get(name), str(tmp_path / "again.iso"))
    result = check(str(tmp_path / "again.iso"), release=name)
    assert result.verdict == gone.expect.pv
    assert result.layout == name
    assert (learned.layout.family, learned.layout.pairs, learned.layout.menu) == (gone.family, gone.pairs, gone.menu)
    assert learned.layout.expect[:2] == gone.expect[:2]
    assert (learned.layout.expect.fails, learned.layout.expect.warns) == (gone.expect.fails, gone.expect.warns)
    assert set(learned.layout.contents) >= {path for path, kind in gone.contents.items() if kind.startswith("elf")}


def test_the_difference_is_said(without: Callable[[str], Layout], layout_tree: Tree) -> None:
    root = layout_tree(SPLIT)
    without(SPLIT)
    learned = learn(str(root))
    assert learned.nearest == "opensolaris-2008.11-live"
    assert "64-bit ramdisk at /boot/amd64/x86.microroot, not /boot/x86.microroot" in learned.differences
    assert "#   64-bit ramdisk at /boot/amd64/x86.microroot, not /boot/x86.microroot\n" in learned.table


def test_what_lies_at_no_documented_path_is_found(broken: Tree) -> None:
    root = broken(B109)
    (root / "boot/boot_archive").rename(root / "boot/other_boot_archive")
    learned = learn(str(root))
    assert learned.layout.pairs[64].ramdisk == "/boot/other_boot_archive"
    assert learned.layout.pairs[32].ramdisk == "/boot/other_boot_archive"


@pytest.mark.parametrize("name", ALL)
def test_a_table_says_what_its_layout_does(name: str) -> None:
    layout = get(name)
    assert as_layout(parse(text(layout, "x", None, ()), "x"), name) == layout


HOSTILE_MENU = 'title """ \\ \x01 \x7f \u2028 %41 # [x]\n\tkernel /x"\n'


def test_a_hostile_medium_makes_no_broken_table(broken: Tree) -> None:
    root = broken(NEVADA)
    (root / "boot/grub/menu.lst").write_bytes(HOSTILE_MENU.encode() + b"title \xff\n")
    (root / 'boot/x86."quoted"\n').write_text("x")
    (root / "Solaris_11/x\nid = 1").symlink_to("../boot/multiboot")
    learned = learn(str(root), "mine")
    assert learned.layout.menu == HOSTILE_MENU + "title \ufffd\n"
    assert learned.layout.id == "mine"
    assert len(learned.table.splitlines()) == learned.table.count("\n")


def _run(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    ran = subprocess.run([sys.executable, "-m", "xvmgate.cli", *map(str, words)], check=False, capture_output=True,
                         text=True, cwd=cwd)  # fmt: skip
    assert "Traceback" not in ran.stderr
    return ran


@pytest.fixture
def snv125(broken: Tree, tmp_path: Path) -> Path:
    """A directory with a medium of no known release, `snv_125`, and what was learned from it in `tables`."""
    root = broken(NEVADA)
    menu = root / "boot/grub/menu.lst"
    menu.write_text(menu.read_text().replace("snv_121", "snv_125"))
    root.rename(tmp_path / "snv_125")
    (tmp_path / "tables").mkdir()
    ran = _run("learn", "snv_125", "-o", "tables", cwd=tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines()[:2] == [
        "learned snv_125 as snv_125, in tables/snv_125.toml", f"nearest: {NEVADA}; 1 difference",
    ]  # fmt: skip
    return tmp_path


def test_layouts_as_an_option(snv125: Path) -> None:
    assert "snv_125" not in _run("rules", "--releases", cwd=snv125).stdout.split()
    for place in ("tables", "tables/snv_125.toml"):
        assert "snv_125" in _run("rules", "--releases", "--layouts", place, cwd=snv125).stdout.split()
    assert _run("check", "snv_125", "--release", "snv_125", cwd=snv125).returncode == 4
    assert _run("check", "snv_125", "--release", "snv_125", "--layouts", "tables", cwd=snv125).returncode == 0
    assert _run("build", "snv_125", "--layouts", "tables", "-o", "x.iso", cwd=snv125).returncode == 0
    assert _run("check", "x.iso", "--release", "snv_125", "--layouts", "tables", cwd=snv125).returncode == 0


@pytest.mark.parametrize(
    ("file", "table"),
    [
        ("xvmgate.toml", 'layouts = ["tables"]\n'),
        ("pyproject.toml", '[tool.xvmgate]\nlayouts = ["tables/snv_125.toml"]\n'),
    ],
)
def test_layouts_as_a_default(file: str, table: str, snv125: Path) -> None:
    """Paths start from the file's own directory."""
    (snv125 / file).write_text(table)
    below = snv125 / "below"
    below.mkdir()
    assert _run("build", "snv_125", "-o", "x.iso", cwd=below).returncode == 0
    assert _run("check", "x.iso", "--release", "snv_125", cwd=below).returncode == 0


def test_learned_json(snv125: Path) -> None:
    found = json.loads(_run("learn", "snv_125", "--json", cwd=snv125).stdout)
    jsonschema.validate(found, json.loads(schema("learn")))
    assert (found["id"], found["nearest"], found["path"]) == ("snv_125", NEVADA, None)
    assert found["table"] == (snv125 / "tables/snv_125.toml").read_text()
    for words in ([], ["none"]):
        ran = _run("learn", "--json", *words, cwd=snv125)
        assert ran.returncode == 4
        jsonschema.validate(json.loads(ran.stdout), json.loads(schema("learn")))


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["learn", "snv_125", "-o", "x.txt"], "-o 'x.txt': a directory or a file ID.toml is expected"),
        (["learn", "snv_125", "-o", "x.toml", "--id", "y"], "-o 'x.toml': a directory or a file ID.toml"),
        (["learn", "snv_125", "--id", "../x"], "--id '../x': a name without / is expected"),
        (["learn", "snv_125", "-o", "none/x.toml"], "the layout table cannot be written: No such file"),
        (["check", "snv_125", "--layouts", "snv_125"], "snv_125: no layout table in it; `xvmgate learn` makes one"),
        (["check", "snv_125", "--layouts", "known"], f"a layout {NEVADA} is known already; give it another id"),
        (["check", "snv_125", "--layouts", "broken"], 'x.toml, key "id": missing'),
    ],
)
def test_bad_input_is_one_sentence(words: list[str], complaint: str, snv125: Path) -> None:
    for name in ("known", "broken"):
        (snv125 / name).mkdir()
    shutil.copy(os.path.join(layouts.LAYOUTS, f"{NEVADA}.toml"), snv125 / "known")
    (snv125 / "broken/x.toml").write_text("")
    ran = _run(*words, cwd=snv125)
    assert ran.returncode == 4
    assert ran.stderr.count("\n") == 1
    assert complaint in ran.stderr


def test_a_learned_file_is_a_layout(snv125: Path) -> None:
    layout = load_layout(str(snv125 / "tables/snv_125.toml"))
    assert (layout.family, layout.words, layout.media) == ("nevada", ("snv_125",), "dvd")
