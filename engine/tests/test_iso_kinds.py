"""Images as they come from real writers in other shapes: hybrid, UDF beside ISO9660, a second session, relocations."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from xvmgate.media import open_medium

Real = Callable[[str], str]
WriteIso = Callable[..., Path]
PATHS = ["/boot/x86.miniroot", "/boot/platform/i86xpv/kernel/amd64/unix", "/boot/grub/menu.lst"]
SHAPES = {
    "with a partition table": ["xorriso", "-as", "mkisofs", "-quiet", "-R", "-partition_offset", "16"],
    "with an MBR": ["xorriso", "-as", "mkisofs", "-quiet", "-R", "--protective-msdos-label"],
    "with Joliet": ["genisoimage", "-quiet", "-R", "-J"],
    "with UDF": ["genisoimage", "-quiet", "-R", "-udf"],
    "with rationalised modes": ["genisoimage", "-quiet", "-r"],
    "with translation tables": ["genisoimage", "-quiet", "-R", "-T"],
    "padded": ["genisoimage", "-quiet", "-R", "-pad"],
    "not padded": ["genisoimage", "-quiet", "-R", "-no-pad"],
}


def run(*words: str | Path) -> bytes:
    """Run a real part and return what it prints."""
    return subprocess.run(list(words), check=True, capture_output=True).stdout


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_of_image(shape: str, real: Real, layout_tree: Callable[[str], Path], tmp_path: Path) -> None:
    tree, image = layout_tree("nevada-snv121-dvd"), tmp_path / "x.iso"
    program, *words = SHAPES[shape]
    run(real(program), *words, "-o", image, tree)
    with open_medium(str(image)) as medium:
        assert medium.filesystem == "ISO9660 with Rock Ridge"
        for path in PATHS:
            assert medium.open(path).read() == Path(f"{tree}{path}").read_bytes()


def test_the_partition_table_is_there(real: Real, layout_tree: Callable[[str], Path], tmp_path: Path) -> None:
    """Without this the two shapes above would be plain images."""
    for shape in ("with a partition table", "with an MBR"):
        image = tmp_path / f"{shape}.iso"
        program, *words = SHAPES[shape]
        run(real(program), *words, "-o", image, layout_tree("nevada-snv121-dvd"))
        assert image.read_bytes()[510:512] == b"\x55\xaa"


def test_the_last_session_counts(real: Real, write_iso: WriteIso, tmp_path: Path) -> None:
    """Xorriso appends a session and points the first descriptor at its root directory."""
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/kept").write_text("kept")
    (tmp_path / "tree/changed").write_text("before")
    image = write_iso("xorriso", tmp_path / "tree", tmp_path / "x.iso")
    (tmp_path / "tree/changed").write_text("after")
    run(real("xorriso"), "-dev", image, "-update", tmp_path / "tree/changed", "/changed", "-commit")
    with open_medium(str(image)) as medium:
        assert medium.open("/changed").read() == b"after"
        assert medium.open("/kept").read() == b"kept"


@pytest.mark.parametrize("writer", ["genisoimage", "makefs"])
@pytest.mark.parametrize("depth", [7, 8, 9, 12, 20])
def test_relocated_directories_keep_their_places(
    depth: int, writer: str, write_iso: WriteIso, real: Real, tmp_path: Path
) -> None:
    """Both move what is deeper than eight levels; isoinfo and xorriso show it where it was."""
    deep = "/".join(f"d{at}" for at in range(depth))
    (tmp_path / "tree" / deep).mkdir(parents=True)
    (tmp_path / "tree" / deep / "file").write_text("deep")
    image = write_iso(writer, tmp_path / "tree", tmp_path / "x.iso")
    run(real("xorriso"), "-indev", image, "-osirrox", "on", "-extract", f"/{deep}/file", tmp_path / "out")
    with open_medium(str(image)) as medium:
        assert medium.open(f"/{deep}/file").read() == (tmp_path / "out").read_bytes() == b"deep"
        for at in range(1, depth):
            above = "/" + "/".join(f"d{number}" for number in range(at))
            assert [found.name for found in medium.list(above)] == [f"d{at}"]


TARGETS = ["boot/unix", "../x", "/absolute", "..", "a/./b", "grün", "n" * 250, "./" * 120 + "x", "with space"]


@pytest.mark.parametrize("writer", ["genisoimage", "xorriso", "makefs"])
@pytest.mark.parametrize("target", TARGETS, ids=[f"{target[:12]}-{len(target)}" for target in TARGETS])
def test_link_targets_are_xorriso_s(target: str, writer: str, write_iso: WriteIso, real: Real, tmp_path: Path) -> None:
    """Targets of several components over 250 characters are left out: genisoimage and makefs write them wrong."""
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/link").symlink_to(target)
    (tmp_path / "tree/fill").write_bytes(bytes(40960))
    image = write_iso(writer, tmp_path / "tree", tmp_path / "x.iso")
    run(real("xorriso"), "-indev", image, "-osirrox", "on", "-extract", "/link", tmp_path / "out")
    with open_medium(str(image)) as medium:
        (found,) = [entry for entry in medium.list("/") if entry.name == "link"]
        assert found.kind == "link"
        assert found.target == os.readlink(tmp_path / "out") == target


@pytest.mark.parametrize("length", [487, 914, 1023])
def test_links_over_many_entries(length: int, write_iso: WriteIso, tmp_path: Path) -> None:
    """Only xorriso writes these right; the tree is the witness."""
    target = ("d" * 60 + "/") * (length // 61) + "d" * (length % 61)
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/link").symlink_to(target)
    (tmp_path / "tree/fill").write_bytes(bytes(40960))
    with open_medium(str(write_iso("xorriso", tmp_path / "tree", tmp_path / "x.iso"))) as medium:
        (found,) = [entry for entry in medium.list("/") if entry.name == "link"]
        assert found.target == os.readlink(tmp_path / "tree/link")
