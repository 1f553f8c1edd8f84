"""Four writers, three other people's readers: kernel and ramdisk agree byte for byte, and so do listings."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from xvmgate.fixtures.layout import every_layout, get
from xvmgate.media import Medium, open_medium

Real = Callable[[str], str]
WRITERS = ["genisoimage", "xorriso", "makefs", "pycdlib"]
READERS = ["isoinfo", "bsdtar", "xorriso"]
LAYOUTS = [layout.id for layout in every_layout()]
PAIRS = [
    (layout, writer, reader)
    for at, layout in enumerate(LAYOUTS)
    for writer, reader in {WRITERS[(at + turn) % 4]: READERS[(at + turn) % 3] for turn in (0, 1, 2)}.items()
    if (writer, reader) != ("pycdlib", "bsdtar")  # bsdtar takes all of pycdlib's files for one another's hard links
]
"""Each layout by two or three writers, each read by another reader; over the layouts every pair of them comes up."""


def _theirs(real: Real, reader: str, image: Path, path: str, folder: Path) -> bytes:
    if reader == "isoinfo":
        return subprocess.run([real("isoinfo"), "-R", "-x", path, "-i", image], check=True, capture_output=True).stdout
    if reader == "bsdtar":
        words = [real("bsdtar"), "-xOf", str(image), path.lstrip("/")]
        return subprocess.run(words, check=True, capture_output=True).stdout
    out = folder / "extracted"
    words = [real("xorriso"), "-indev", str(image), "-osirrox", "on", "-extract", path, str(out)]
    subprocess.run(words, check=True, capture_output=True)
    return out.read_bytes()


@pytest.mark.parametrize(("layout", "writer", "reader"), PAIRS)
def test_kernel_and_ramdisk(
    layout: str, writer: str, reader: str, layout_iso: Callable[[str, str], Path], real: Real, tmp_path: Path
) -> None:
    image = layout_iso(layout, writer)
    with open_medium(str(image)) as medium:
        for path in get(layout).boot_paths() or ["/boot/x86.miniroot"]:
            found = medium.lookup(path)
            ours = medium.open(path).read()
            assert ours
            assert ours == _theirs(real, reader, image, found.real, tmp_path), path
            (tmp_path / "extracted").unlink(missing_ok=True)


@pytest.mark.parametrize("writer", ["genisoimage", "xorriso", "makefs"])
def test_bytes_are_those_of_the_tree(
    writer: str, layout_iso: Callable[[str, str], Path], layout_tree: Callable[[str], Path]
) -> None:
    tree = layout_tree("nevada-snv121-dvd")
    with open_medium(str(layout_iso("nevada-snv121-dvd", writer))) as medium:
        for path in get("nevada-snv121-dvd").boot_paths():
            assert medium.open(path).read() == (tree / path[1:]).read_bytes()


def _walk(medium: Medium, path: str = "") -> set[str]:
    names: set[str] = set()
    for found in medium.list(path or "/"):
        names.add(f"{path}/{found.name}"[1:])
        if found.kind == "directory":
            names |= _walk(medium, f"{path}/{found.name}")
    return names


ODD = ["with space", ".hidden", "UPPER", "upper", "n" * 200, "grün", "a;1", "trailing.", "deep/" * 6 + "file"]


@pytest.mark.parametrize("writer", ["genisoimage", "xorriso"])
def test_a_listing_is_bsdtar_s(writer: str, write_iso: Callable[..., Path], real: Real, tmp_path: Path) -> None:
    for name in ODD:
        (tmp_path / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tree" / name).write_text(name)
    image = write_iso(writer, tmp_path / "tree", tmp_path / "odd.iso")
    listed = subprocess.run([real("bsdtar"), "-tf", image], check=True, capture_output=True, env={"LC_ALL": "C.UTF-8"})
    theirs = {name.removesuffix("/").removeprefix("./") for name in listed.stdout.decode().splitlines()} - {"."}
    with open_medium(str(image)) as medium:
        assert _walk(medium) == theirs
        assert medium.open("/with space").read() == b"with space"
        assert medium.open("/UPPER").read() == b"UPPER"


def test_a_directory_beyond_the_eighth_level_is_found_where_it_was(
    write_iso: Callable[..., Path], tmp_path: Path
) -> None:
    """Genisoimage moves it elsewhere and leaves a CL record in its place."""
    deep = "/".join("abcdefghijkl")
    (tmp_path / "tree" / deep).mkdir(parents=True)
    (tmp_path / "tree" / deep / "file").write_text("deep")
    with open_medium(str(write_iso("genisoimage", tmp_path / "tree", tmp_path / "deep.iso"))) as medium:
        assert medium.open(f"/{deep}/file").read() == b"deep"
        assert [found.name for found in medium.list("/a/b/c/d/e/f/g")] == ["h"]
        moved = [found.name for found in medium.list("/rr_moved")]
        assert moved == [], "a relocated directory is listed twice"


@pytest.mark.slow
def test_a_file_over_4_gib(real: Real, tmp_path: Path) -> None:
    size = (4 << 30) + 8192
    (tmp_path / "tree").mkdir()
    with (tmp_path / "tree/big").open("wb") as file:
        file.truncate(size)
        for at, text in ((0, b"first"), ((4 << 30) - 2048 - 4, b"border"), (size - 4, b"last")):
            file.seek(at)
            file.write(text)
    size = (tmp_path / "tree/big").stat().st_size
    image = tmp_path / "big.iso"
    words = [
        real("xorriso"),
        "-as",
        "mkisofs",
        "-quiet",
        "-iso-level",
        "3",
        "-R",
        "-o",
        str(image),
        str(tmp_path / "tree"),
    ]
    subprocess.run(words, check=True, capture_output=True)
    with open_medium(str(image)) as medium, medium.open("/big") as stream:
        assert medium.stat("/big").size == size
        for at, text in ((0, b"first"), ((4 << 30) - 2048 - 4, b"border"), (size - 4, b"last")):
            stream.seek(at)
            assert stream.read(len(text)) == text
        assert medium.bytes_read < 1 << 20
