"""Drift: what moved between two media, by rule; of neighbouring layouts as golden files."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from xvmgate.builders.kernel import kernel
from xvmgate.conformance.drift.compare import compare
from xvmgate.conformance.drift.sides import drift
from xvmgate.conformance.drift.taking import capture
from xvmgate.conformance.drift.writing import text as capture_text
from xvmgate.fixtures.layout import every_layout
from xvmgate.reports.drift.text import lines
from xvmgate.reports.drift.values import Drift

Tree = Callable[[str], Path]
Iso = Callable[[str, str], Path]
GOLDEN = Path(__file__).parent / "golden"
SPLIT, LATE, NEVADA, OLD = (
    "opensolaris-2009.06-live", "opensolaris-b128-live", "nevada-snv121-dvd", "opensolaris-2008.11-live",
)  # fmt: skip
P32, P64 = "platform/i86xpv/kernel/unix", "platform/i86xpv/kernel/amd64/unix"


def said(found: Drift) -> list[str]:
    """Return the lines for people."""
    return list(lines(found, lambda text, _: text))


def rules(found: Drift) -> set[str]:
    """Return every rule that a change touches, by the end of its name."""
    return {touched.rule.removeprefix("XVM-") for change in found.changes for touched in change.rules}


def changes(found: Drift) -> list[tuple[str, str | None, str | None]]:
    """Return kind and places of each change."""
    return [(change.change, change.path, change.to) for change in found.changes]


@pytest.mark.parametrize("form", ["tree", "iso", "capture"])
def test_2009_06_to_b128_names_the_moves_and_their_rules(
    form: str, layout_tree: Tree, layout_iso: Iso, tmp_path: Path
) -> None:
    sides = [str(layout_tree(name) if form == "tree" else layout_iso(name, "xorriso")) for name in (SPLIT, LATE)]
    if form == "capture":
        for number, side in enumerate(sides):
            (tmp_path / f"{number}.toml").write_text(capture_text(capture(side)))
        sides = [str(tmp_path / "0.toml"), str(tmp_path / "1.toml")]
    found = drift(sides[0], sides[1])
    assert found.verdict == "drifted"
    assert changes(found) == [
        ("moved", "/boot/amd64/x86.microroot", "/platform/i86pc/amd64/boot_archive"),
        ("moved", "/boot/x86.microroot", "/platform/i86pc/boot_archive"),
    ]
    assert rules(found) == {"PATH-02", "PATH-03", "PATH-12", "PATH-13", "PATH-14", "EV-02"}
    assert said(found)[0] == (
        "moved     /boot/amd64/x86.microroot -> /platform/i86pc/amd64/boot_archive, rebuilt; "
        "XVM-PATH-13 no longer used; XVM-EV-02 holds; XVM-PATH-14 holds now"
    )


@pytest.mark.parametrize("name", [layout.id for layout in every_layout()])
def test_a_medium_against_its_own_capture_is_the_same(name: str, layout_iso: Iso, tmp_path: Path) -> None:
    iso = str(layout_iso(name, "pycdlib"))
    (tmp_path / "c.toml").write_text(capture_text(capture(iso)))
    for found in (drift(str(tmp_path / "c.toml"), iso), drift(iso, str(tmp_path / "c.toml"))):
        assert (found.verdict, found.changes, found.rebuilt, found.untouched) == ("same", (), (), ())


@pytest.fixture
def changed(layout_tree: Tree, broken: Tree) -> Callable[[str, Callable[[Path], object]], Drift]:
    """`changed(layout, change)`: the drift from a layout's tree to a copy that was changed."""

    def run(name: str, change: Callable[[Path], object]) -> Drift:
        root = broken(name)
        change(root)
        return drift(str(layout_tree(name)), str(root))

    return run


Changed = Callable[[str, Callable[[Path], object]], Drift]


def test_what_no_rule_touches_is_a_count(changed: Changed) -> None:
    def change(root: Path) -> None:
        (root / "Solaris_11/Product/SUNWnew").mkdir()
        (root / "Solaris_11/Product/SUNWnew/pkginfo").write_text("x")
        (root / "Solaris_11/Tools/Boot/pxegrub").unlink()

    found = changed(NEVADA, change)
    assert (found.verdict, found.changes) == ("same", ())
    assert found.counts == {"appeared": 2, "vanished": 1, "changed": 0}
    assert said(found)[-1].endswith(
        ": same; no change that a rule touches; untouched by rules: 1 vanished, 2 appeared (--all lists them)"
    )


def test_a_kernel_of_the_wrong_class(changed: Changed) -> None:
    found = changed(LATE, lambda root: (root / P64).write_bytes(kernel(32)))
    assert changes(found) == [("changed", f"/{P64}", None)]
    (touched,) = found.changes[0].rules
    assert touched == ("XVM-PV-01", "pass", "fail")
    assert found.changes[0].what == (
        "ELF 32-bit 386, Xen notes 3 4 5 6 8 9, was ELF 64-bit x86-64, Xen notes 3 4 5 6 8"
    )


def test_a_kernel_without_notes(changed: Changed) -> None:
    found = changed(LATE, lambda root: (root / P64).write_bytes(kernel(64, xen=False)))
    assert rules(found) == {"PV-01"}
    assert "XVM-PV-01 is broken" in said(found)[0]


def test_rebuilt_in_place_is_no_drift(changed: Changed) -> None:
    def change(root: Path) -> None:
        for path in (P64, "platform/i86pc/boot_archive"):
            data = (root / path).read_bytes()
            (root / path).write_bytes(data + b"rebuilt")

    found = changed(LATE, change)
    assert (found.verdict, found.changes) == ("same", ())
    assert found.rebuilt == ("/platform/i86pc/boot_archive", f"/{P64}")


@pytest.mark.parametrize(
    ("data", "rule", "what"),
    [
        (b"text\n", "EV-01", "text, was gzip'ed UFS"),
        (b"", "PV-01", "empty, was gzip'ed UFS"),
    ],
)
def test_a_ramdisk_of_another_format(data: bytes, rule: str, what: str, changed: Changed) -> None:
    found = changed(LATE, lambda root: (root / "platform/i86pc/boot_archive").write_bytes(data))
    assert found.changes[0].what == what
    assert rule in rules(found)


@pytest.mark.parametrize(("factor", "verdict"), [(3.9, "same"), (4, "drifted")])
def test_size_classes(factor: float, verdict: str, changed: Changed) -> None:
    def change(root: Path) -> None:
        path = root / "platform/i86pc/boot_archive"
        data = path.read_bytes()
        path.write_bytes(data.ljust(int(len(data) * factor), b"\0"))

    found = changed(LATE, change)
    assert found.verdict == verdict
    assert rules(found) == (set() if verdict == "same" else {"PV-01", "EV-01"})


def test_a_move_is_recognised_by_content_wherever_it_went(changed: Changed) -> None:
    found = changed(LATE, lambda root: (root / P64).rename(root / "boot/of another name"))
    moved = found.changes[0]
    assert (moved.change, moved.path, moved.to, moved.what) == (
        "moved", f"/{P64}", "/boot/of another name", "the same content",
    )  # fmt: skip
    assert [touched.rule for touched in moved.rules] == ["XVM-PATH-11"]
    assert moved.rules[0].now == "fail"


def test_a_file_that_is_a_directory_now(changed: Changed) -> None:
    def change(root: Path) -> None:
        (root / P64).unlink()
        (root / P64).mkdir()

    found = changed(LATE, change)
    assert changes(found)[0] == ("changed", f"/{P64}", None)
    assert found.changes[0].what == "a directory, was ELF 64-bit x86-64, Xen notes 3 4 5 6 8"
    assert "XVM-PATH-11 is broken" in said(found)[0]


def test_a_link_out_of_the_medium_is_drift_wherever_it_is(changed: Changed) -> None:
    found = changed(NEVADA, lambda root: (root / "Solaris_11/out").symlink_to("../../etc"))
    assert changes(found) == [("appeared", "/Solaris_11/out", None)]
    assert found.changes[0].rules[0] == ("XVM-EV-03", "pass", "warn")


def test_a_menu_that_names_another_file_that_was_there(changed: Changed) -> None:
    """What only the new menu names has not appeared, and what only the old one named has not vanished."""

    def change(root: Path) -> None:
        menu = root / "boot/grub/menu.lst"
        menu.write_text(menu.read_text().replace("/boot/multiboot", "/boot/grub/pxegrub"))

    found = changed(NEVADA, change)
    assert (found.verdict, found.changes, found.rebuilt) == ("same", (), ("/boot/grub/menu.lst",))


def test_a_copy_that_was_there_is_no_move(broken: Tree, tmp_path: Path) -> None:
    root = broken(LATE)
    (root / "copy").write_bytes((root / P64).read_bytes())
    (tmp_path / "old.toml").write_text(capture_text(capture(str(root))))
    (root / P64).unlink()
    found = drift(str(tmp_path / "old.toml"), str(root))
    assert ("vanished", f"/{P64}", None) in changes(found)
    assert "moved" not in {change.change for change in found.changes}


def test_what_appears_behind_a_link(layout_tree: Tree, broken: Tree) -> None:
    """/platform is a link on this medium: no path below it is listed, and rules look there all the same."""
    root = broken("opensolaris-b128-ai")
    (root / "boot/platform/i86pc/amd64/boot_archive").unlink()
    found = drift(str(root), str(layout_tree("opensolaris-b128-ai")))
    assert ("appeared", "/platform/i86pc/amd64/boot_archive", None) in changes(found)


def test_a_menu_that_names_what_is_not_there(changed: Changed) -> None:
    def change(root: Path) -> None:
        with (root / "boot/grub/menu.lst").open("a") as menu:
            menu.write("module /boot/none\n")

    found = changed(NEVADA, change)
    assert said(found)[0] == (
        "changed   the medium as a whole: missing: /boot/none (/boot/grub/menu.lst line 6, module); "
        "XVM-EV-02 is warned of"
    )


def test_hostile_media_are_a_line_a_change(broken: Tree, layout_tree: Tree, tmp_path: Path) -> None:
    """Names and a menu that could break a line, a terminal, a table: from a medium, and from its capture."""
    root = broken(NEVADA)
    evil = b"x\n\x1b[2J<td>|\xff\xe2\x80\xa8"
    with open(os.path.join(os.fsencode(root), b"boot", evil), "wb") as file:
        file.write((root / "boot/x86.miniroot").read_bytes())
    (root / "boot/x86.miniroot").unlink()
    os.symlink(b"../../" + evil, os.path.join(os.fsencode(root), b"out"))
    with (root / "boot/grub/menu.lst").open("ab") as menu:
        menu.write(b"module /" + b"n\x07\xff<b>" * 6000 + b"\n")
    (tmp_path / "evil.toml").write_text(capture_text(capture(str(root))), encoding="utf-8")
    for side in (str(root), str(tmp_path / "evil.toml")):
        found = drift(str(layout_tree(NEVADA)), side)
        every = list(lines(found, lambda text, _: text, every=True))
        assert len(every) == len(found.changes) + len(found.untouched) + len(found.rebuilt) + 1
        assert all(line.isprintable() and len(line) < 3000 for line in every)
        assert "XVM-EV-03 is warned of" in " ".join(every)
    moved = drift(str(layout_tree(NEVADA)), str(root)).changes[0]
    assert (moved.change, moved.path, moved.to) == ("moved", "/boot/x86.miniroot", f"/boot/{os.fsdecode(evil)}")


def test_an_iso_that_no_longer_boots(
    layout_tree: Tree, layout_iso: Iso, write_iso: Callable[..., Path], tmp_path: Path
) -> None:
    found = drift(
        str(layout_iso(NEVADA, "genisoimage")),
        str(write_iso("genisoimage", layout_tree(NEVADA), tmp_path / "x.iso")),
    )
    assert [change.what for change in found.changes if change.path is None] == [
        "no El Torito boot record on ISO9660 with Rock Ridge"
    ]
    assert rules(found) == {"HVM-01"}


def test_an_iso_and_its_tree_are_the_same(layout_tree: Tree, layout_iso: Iso) -> None:
    found = drift(str(layout_iso(NEVADA, "genisoimage")), str(layout_tree(NEVADA)))
    assert found.verdict == "same"


def test_a_medium_that_cannot_be_listed(layout_tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    """As HTTP trees are: only what rules touch is compared, and that is said."""
    from xvmgate.media.directory import DirectoryMedium

    whole = capture(str(layout_tree(SPLIT)))
    monkeypatch.setattr(DirectoryMedium, "listable", False)
    monkeypatch.delattr(DirectoryMedium, "children")
    monkeypatch.setattr(DirectoryMedium, "__abstractmethods__", frozenset())
    partial = capture(str(layout_tree(SPLIT)))
    assert (partial.listed, partial.items) == (False, {})
    assert compare(whole, partial).verdict == "same"
    found = compare(whole, capture(str(layout_tree(LATE))))
    assert changes(found)[0][0] == "moved"
    assert said(found)[-1].endswith("one cannot be listed, so only what rules touch was compared")
