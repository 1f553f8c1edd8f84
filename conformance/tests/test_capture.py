"""Captures: what they hold, that they read back, what is refused, and every layout's as a golden file."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xvmgate.conformance.drift import listing as walk
from xvmgate.conformance.drift.capture import Capture
from xvmgate.conformance.drift.names import quoted, unquoted
from xvmgate.conformance.drift.reading import CaptureError, load
from xvmgate.conformance.drift.taking import capture
from xvmgate.conformance.drift.writing import text
from xvmgate.fixtures.table import parse
from xvmgate.media import MediumError
from xvmgate.media.formats.volume import SECTOR

Tree = Callable[[str], Path]
Iso = Callable[[str, str], Path]
GOLDEN = Path(__file__).parent / "golden" / "captures"
NEVADA, SPLIT = "nevada-snv121-dvd", "opensolaris-2009.06-live"


def _again(taken: Capture, folder: Path) -> Capture:
    path = folder / "capture.toml"
    path.write_text(text(taken), encoding="utf-8")
    return load(str(path))._replace(location=taken.location)


def test_what_rules_touch_has_format_and_hash(layout_tree: Tree) -> None:
    root = layout_tree(SPLIT)
    places = capture(str(root)).places
    kernel = places["/platform/i86xpv/kernel/amd64/unix"]
    assert kernel.format == "ELF 64-bit x86-64, Xen notes 3 4 5 6 8"
    assert places["/platform/i86pc/kernel/unix"].format == "ELF 32-bit 386"
    assert places["/boot/amd64/x86.microroot"].format == "gzip'ed UFS"
    assert places["/boot/grub/menu.lst"].format == "boot menu"
    for path, place in places.items():
        data = (root / path[1:]).read_bytes()
        assert (place.size, place.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert "/solaris.zlib" not in places


def test_a_candidate_is_looked_at_wherever_it_lies(broken: Tree) -> None:
    root = broken(SPLIT)
    (root / "elsewhere").mkdir()
    (root / "boot/x86.microroot").rename(root / "elsewhere/new_boot_archive.gz")
    assert capture(str(root)).places["/elsewhere/new_boot_archive.gz"].format == "gzip'ed UFS"


def test_links_on_the_way_are_seen_through(layout_tree: Tree) -> None:
    taken = capture(str(layout_tree("opensolaris-b128-ai")))
    place = taken.places["/platform/i86xpv/kernel/unix"]
    assert (place.status, place.real) == ("file", "/boot/platform/i86xpv/kernel/unix")
    assert taken.items["/platform"].target == "boot/platform"


def test_a_capture_holds_no_content(broken: Tree) -> None:
    root = broken(NEVADA)
    (root / "boot/grub/menu.lst").write_text("title hunter2\nkernel /boot/multiboot kernel/unix hunter3\n")
    (root / "Solaris_11/secret").write_text("hunter4\n")
    assert "hunter" not in text(capture(str(root)))


def test_one_line_a_name_sorted(layout_tree: Tree) -> None:
    root = layout_tree(NEVADA)
    lines = text(capture(str(root))).partition("all = [\n")[2].splitlines()[:-1]
    theirs = sorted(f"/{path.relative_to(root)}" for path in root.rglob("*"))
    assert [line.split('"')[1] for line in lines] == theirs


@pytest.mark.parametrize("writer", ["genisoimage", "xorriso", "makefs", "pycdlib"])
def test_the_listing_is_bsdtar_s_and_isoinfo_s(writer: str, layout_iso: Iso, real: Callable[[str], str]) -> None:
    iso = str(layout_iso(NEVADA, writer))
    taken = capture(iso)
    ours = {path: (item.kind, item.size, item.target) for path, item in taken.items.items()}
    assert set(ours) == _by_isoinfo(iso, real)
    if writer != "makefs":  # of whose images bsdtar 3.6 leaves a directory out
        assert ours == _by_bsdtar(iso, real)


def _by_bsdtar(iso: str, real: Callable[[str], str]) -> dict[str, tuple[str, int, str | None]]:
    """Return kind, size and link target by path, as `bsdtar -tvf` prints them."""
    ran = subprocess.run([real("bsdtar"), "-tvf", iso], check=True, capture_output=True, text=True)
    found: dict[str, tuple[str, int, str | None]] = {}
    for line in ran.stdout.splitlines():
        fields = line.split(None, 8)
        name, _, target = fields[8].partition(" -> ")
        name, _, same = name.partition(" link to ")
        kind = {"d": "directory", "l": "link"}.get(line[0], "file")
        size = int(fields[4]) if kind == "file" else 0
        found[f"/{name}"] = (kind, found[f"/{same}"][1] if same else size, target or None)
    del found["/."]
    return found


def _by_isoinfo(iso: str, real: Callable[[str], str]) -> set[str]:
    ran = subprocess.run([real("isoinfo"), "-R", "-f", "-i", iso], check=True, capture_output=True, text=True)
    return set(ran.stdout.splitlines())


HOSTILE = [
    b"new\nline",
    b"tab\t\x07bell\x1b[2J",
    b"<td><script>alert(1)<script>",
    b"no utf-8 \xff\xfe",
    b"%41 %",
    b'"quoted\\',
    b"'''",
    b"# comment",
    b"]",
    "line\u2028separator \u202etfel".encode(),
    "\U000e0001tag".encode(),
    b"\x7fdel \xc2\x85nel",
]
"""Names that could break a line, a table, a terminal or a page."""


def test_hostile_names_are_a_line_each_and_read_back(broken: Tree, tmp_path: Path) -> None:
    root = os.fsencode(broken(NEVADA))
    for name in HOSTILE:
        with open(os.path.join(root, name), "wb"):
            pass
        os.symlink(name, os.path.join(root, b"to " + name))
    taken = capture(os.fsdecode(root))
    written = text(taken)
    assert written.isascii() or all(sign.isprintable() or sign == "\n" for sign in written)
    assert len(written.splitlines()) == written.count("\n")
    assert _again(taken, tmp_path) == taken
    assert {f"/{os.fsdecode(name)}" for name in HOSTILE} <= set(taken.items)
    assert taken.items[f"/to {os.fsdecode(HOSTILE[3])}"].target == os.fsdecode(HOSTILE[3])


@given(st.text(st.characters(exclude_categories=[])))
def test_any_name_reads_back_from_its_line(name: str) -> None:
    line = f"name = {quoted(name)}"
    line.encode()
    assert len(line.splitlines()) == 1
    assert unquoted(parse(line, "x").string("name")) == name


def test_a_link_of_64_kib(tmp_path: Path) -> None:
    """No host holds such a link: pycdlib writes one of many parts."""
    import pycdlib

    iso = pycdlib.PyCdlib()
    iso.new(rock_ridge="1.09")
    target = "/".join(["a" * 200] * 16)
    iso.add_symlink("/LONG.;1", rr_symlink_name="long", rr_path=target)
    iso.write(str(tmp_path / "x.iso"))
    taken = capture(str(tmp_path / "x.iso"))
    assert taken.items["/long"].target == target
    huge = taken._replace(items={"/long": taken.items["/long"]._replace(target="../" * 21845)})
    assert _again(huge, tmp_path) == huge
    assert max(map(len, text(huge).splitlines())) > 65_000


def test_all_links_are_looked_at(broken: Tree) -> None:
    root = broken(NEVADA)
    (root / "Solaris_11/out").symlink_to("../../etc")
    (root / "Solaris_11/round").symlink_to("round")
    (root / "Solaris_11/nowhere").symlink_to("none")
    taken = capture(str(root))
    outcomes = {path: item.outcome for path, item in taken.items.items() if item.outcome}
    assert outcomes == {"/Solaris_11/out": "escape", "/Solaris_11/round": "loop", "/Solaris_11/nowhere": "missing"}
    assert taken.rules["XVM-EV-03"].verdict == "warn"
    assert taken.rules["XVM-EV-03"].actual == "out of it: /Solaris_11/out"


def test_a_directory_within_itself_is_refused(layout_iso: Iso, tmp_path: Path) -> None:
    """The record of /boot is made to lie where the root does."""
    data = bytearray(layout_iso(NEVADA, "genisoimage").read_bytes())
    root = int.from_bytes(data[16 * SECTOR + 158 : 16 * SECTOR + 162], "little") * SECTOR
    at = data.index(b"\x04BOOT", root) - 32
    data[at + 2 : at + 6] = (root // SECTOR).to_bytes(4, "little")
    (tmp_path / "loop.iso").write_bytes(data)
    with pytest.raises(MediumError, match=r"its directory /boot is / again, at block \d+"):
        capture(str(tmp_path / "loop.iso"))


@pytest.mark.parametrize(
    ("limit", "value", "complaint"),
    [
        ("MAX_NAMES", 3, "more than 3 names"),
        ("MAX_DEPTH", 2, "more than 2 directories within each other"),
        ("MAX_TEXT", 10, "its names take more than"),
        ("MAX_LINKS", 1, "more than 1 symbolic links"),
    ],
)
def test_limits(limit: str, value: int, complaint: str, layout_tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, limit, value)
    with pytest.raises(MediumError, match=complaint):
        capture(str(layout_tree(NEVADA)))


GOOD = (GOLDEN / f"{NEVADA}.toml").read_text() if (GOLDEN / f"{NEVADA}.toml").exists() else ""


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('schema = "xvmgate.capture/1"\n', "", "no capture: it has no schema; `xvmgate capture` makes one"),
        ("xvmgate.capture/1", "xvmgate.check/1", "no capture: its schema is 'xvmgate.check/1'"),
        ("xvmgate.capture/1", "xvmgate.capture/2", "a capture of version 2, and this xvmgate reads version 1; use the"),
        ('kind = "iso"\n', "", 'key "kind": missing'),
        ('family = "nevada"', 'family = "linux"', 'key "family": one of opensolaris, nevada is expected'),
        ("XVM-PATH-01 = {verdict", "no-rule = {verdict", 'key "no-rule": no rule\'s ID'),
        ('{verdict = "pass"}', '{verdict = "good"}', 'key "verdict": one of pass, fail'),
        ('is = "file"', 'is = "gold"', 'key "is": one of file, directory'),
        ('"directory"],', '"gold"],', "a name is a list of path, kind, and size or target"),
        ('"directory"],', '"file", -1],', "a name is a list of path, kind, and size or target"),
        ('["/boot"', '["%zz"', "%25 or %80 to %FF is expected"),
        ("[names]", "[nams]", "missing; a list of values"),
        ("all = [", "all = 7 #", 'key "all"'),
        ("schema", "schema schema", "no TOML"),
        ("[menu]", "more = 1\n[menu]", 'key "more"'),
    ],
)
def test_what_is_no_capture_is_refused_in_words(old: str, new: str, complaint: str, tmp_path: Path) -> None:
    assert old in GOOD
    path = tmp_path / "x.toml"
    path.write_text(GOOD.replace(old, new, 1) if old != "all = [" else GOOD[: GOOD.index(old)] + "all = 7\n")
    with pytest.raises(CaptureError) as caught:
        load(str(path))
    assert complaint in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"\0" * 99, b"[" * 100_000, b"x = '''"])
def test_other_files_are_no_captures(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(CaptureError):
        load(str(tmp_path / "x"))


def test_a_capture_without_an_end_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "x").write_text(GOOD[: len(GOOD) // 2])
    with pytest.raises(CaptureError, match="no TOML"):
        load(str(tmp_path / "x"))
