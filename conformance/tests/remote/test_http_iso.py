"""Images read by ranges: the verdict of the file here, the bytes of the file here, and few requests."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from xvmgate.builders.tree import build_tree
from xvmgate.fixtures.layout import get
from xvmgate.media import open_medium
from xvmgate.reports.events import MediumResult

NEVADA = "nevada-snv121-dvd"
PATHS = [
    "/boot/platform/i86xpv/kernel/unix",
    "/boot/platform/i86xpv/kernel/amd64/unix",
    "/boot/x86.miniroot",
    "/boot/amd64/x86.miniroot",
    "/platform/i86xpv/kernel/unix",
    "/platform/i86xpv/kernel/amd64/unix",
    "/boot/x86.microroot",
    "/boot/amd64/x86.microroot",
    "/platform/i86pc/boot_archive",
    "/platform/i86pc/amd64/boot_archive",
    "/boot/grub/menu.lst",
    "/boot/multiboot",
]
THERE = 6
"""How many of them are on a Nevada medium."""

Judged = Callable[..., MediumResult]
Iso = Callable[[str], str]
Error = Callable[..., str]


@pytest.fixture
def iso(site: Any, put: Any, layout_iso: Callable[[str, str], Path]) -> Iso:
    """`iso("xorriso")`: the URL of a Nevada ISO by that writer."""
    return lambda writer: str(put(site, layout_iso(NEVADA, writer), f"{writer}.iso"))


@pytest.mark.parametrize("writer", ["genisoimage", "xorriso", "makefs", "pycdlib"])
def test_an_image_is_judged_as_it_is_here(writer: str, iso: Iso, judged: Judged, layout_iso: Any) -> None:
    here, there = judged(str(layout_iso(NEVADA, writer))), judged(iso(writer))
    assert there._replace(location=here.location, bytes_read=here.bytes_read, requests=here.requests) == here
    assert there.verdict == "conformant"
    assert there.requests <= 6
    assert 0 < there.bytes_read <= 512 << 10


@pytest.mark.parametrize("writer", ["genisoimage", "xorriso", "makefs", "pycdlib"])
def test_files_have_the_bytes_that_they_have_here(writer: str, iso: Iso, layout_tree: Any) -> None:
    with open_medium(iso(writer)) as medium:
        for path in PATHS:
            if medium.lookup(path).is_file:
                with medium.open(path) as stream:
                    data = stream.read()
                assert data == (layout_tree(NEVADA) / path[1:]).read_bytes()
                assert b"".join(medium.chunks(medium.stat(path), 100)) == data[100:]


def test_hvm(iso: Iso, judged: Judged) -> None:
    assert judged(iso("genisoimage"), mode="hvm").verdict == "conformant"


@pytest.mark.parametrize("writer", ["genisoimage", "xorriso"])
def test_a_large_medium_takes_few_requests(
    writer: str, site: Any, tmp_path: Path, write_iso: Callable[..., Path], judged: Judged
) -> None:
    """Kernels and ramdisks that lie far apart, and 600 packages between the directories."""
    tree = tmp_path / "tree"
    build_tree(get(NEVADA), str(tree))
    for path in PATHS[:4]:
        with (tree / path[1:]).open("ab") as file:
            file.write(bytes(3 << 20))
    for number in range(600):
        archive = tree / f"Solaris_11/Product/SUNWp{number:04}/archive"
        archive.mkdir(parents=True)
        (archive / "none.cpio").write_bytes(b"x" * 3000)
    image = write_iso(writer, tree, site.root / f"large-{writer}.iso", boot=True)
    url = f"{site.url}/{image.name}"
    with open_medium(url) as medium:
        assert sum(medium.lookup(path).is_file for path in PATHS) == THERE
        assert medium.requests <= 3
        assert medium.bytes_read <= 256 << 10
    result = judged(url)
    assert result.verdict == "conformant"
    assert result.requests <= 6
    assert result.bytes_read <= 512 << 10


def test_a_server_that_sends_one_range_at_a_time_is_enough(site: Any, iso: Iso, judged: Judged) -> None:
    iso("genisoimage")
    result = judged(f"{site.url}/single/genisoimage.iso")
    assert result.verdict == "conformant"
    assert result.requests <= 12


def test_redirects_are_followed(site: Any, iso: Iso, judged: Judged) -> None:
    iso("xorriso")
    result = judged(f"{site.url}/moved/xorriso.iso")
    assert (result.kind, result.verdict, result.location) == ("iso", "conformant", f"{site.url}/moved/xorriso.iso")


def test_a_server_without_ranges_is_refused_with_what_to_do(site: Any, iso: Iso, unreadable: Error) -> None:
    iso("xorriso")
    error = unreadable(f"{site.url}/whole/xorriso.iso")
    assert "an ISO image, and the server cannot send parts of it" in error
    assert "--download" in error


def test_download(site: Any, iso: Iso, judged: Judged, layout_iso: Any) -> None:
    iso("xorriso")
    result = judged(f"{site.url}/whole/xorriso.iso", download=True)
    assert (result.kind, result.verdict) == ("iso", "conformant")
    assert (result.requests, result.bytes_read) == (1, layout_iso(NEVADA, "xorriso").stat().st_size)
    assert result.location == f"{site.url}/whole/xorriso.iso"


def test_a_download_leaves_nothing_and_keeps_to_its_limit(site: Any, iso: Iso, gate: Any, tmp_path: Path) -> None:
    iso("xorriso")
    url = f"{site.url}/whole/xorriso.iso"
    ran = gate("check", "--download", "--max-size", "100K", url, env={"TMPDIR": str(tmp_path)})
    assert ran.status == 4
    assert "and 102400 are allowed; allow more by --max-size" in ran.err
    assert gate("check", "--download", "--max-size", "1G", url, env={"TMPDIR": str(tmp_path)}).status == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("keep", [0.5, 0.9])
def test_truncated(keep: float, site: Any, layout_iso: Any, unreadable: Error) -> None:
    data = layout_iso(NEVADA, "xorriso").read_bytes()
    (site.root / f"cut{keep}.iso").write_bytes(data[: int(len(data) * keep)])
    assert "truncated" in unreadable(f"{site.url}/cut{keep}.iso")


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("empty.iso", b"", "empty, 0 bytes"),
        ("packed.iso.gz", b"\x1f\x8b\x08" + bytes(70000), "gzip'ed"),
        ("text.iso", b"hello\n" * 20000, "text"),
    ],
)
def test_what_is_no_image_is_named(name: str, data: bytes, expected: str, site: Any, unreadable: Error) -> None:
    (site.root / name).write_bytes(data)
    assert expected in unreadable(f"{site.url}/{name}")


def test_hash(iso: Iso, judged: Judged, layout_iso: Any) -> None:
    expected = hashlib.sha256(layout_iso(NEVADA, "xorriso").read_bytes()).hexdigest()
    assert judged(iso("xorriso"), sha256=True).sha256 == expected


def test_counts_are_in_every_output(iso: Iso, gate: Any) -> None:
    ran = gate("check", "--json", iso("xorriso"))
    (medium,) = ran.document["media"]
    assert medium["requests"] > 0
    assert medium["bytes_read"] > 0
    assert "KiB read" in gate("check", iso("xorriso")).out
