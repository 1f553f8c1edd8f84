"""Rock Ridge, Joliet and plain names; links inside an image and out of it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from xvmgate.media import open_medium

Make = dict[str, Callable[..., bytes]]
PLAIN = {
    "genisoimage -iso-level 2": ["genisoimage", "-quiet", "-iso-level", "2"],
    "genisoimage -iso-level 3": ["genisoimage", "-quiet", "-iso-level", "3"],
    "genisoimage -iso-level 4": ["genisoimage", "-quiet", "-iso-level", "4"],
    "genisoimage -N": ["genisoimage", "-quiet", "-l", "-N"],
    "genisoimage -J": ["genisoimage", "-quiet", "-J"],
    "genisoimage -J -R": ["genisoimage", "-quiet", "-J", "-R"],
    "xorriso -J": ["xorriso", "-as", "mkisofs", "-quiet", "-J", "--norock"],
    "makefs": ["makefs", "-t", "cd9660"],
}
FILESYSTEM = {
    "genisoimage -J": "ISO9660 with Joliet",
    "genisoimage -J -R": "ISO9660 with Rock Ridge",
    "xorriso -J": "ISO9660 with Joliet",
}


@pytest.fixture
def image(request: pytest.FixtureRequest, real: Callable[[str], str], tmp_path: Path) -> str:
    """An image of one small tree, written as the parameter says."""
    (tmp_path / "tree/boot/amd64").mkdir(parents=True)
    (tmp_path / "tree/boot/amd64/x86.mini").write_text("wide")
    (tmp_path / "tree/boot/unix").write_text("kernel")
    words = PLAIN[request.param]
    out = ["-o", str(tmp_path / "x.iso")] if words[0] != "makefs" else [str(tmp_path / "x.iso")]
    command = [real(words[0]), *words[1:], *out, str(tmp_path / "tree")]
    if words[-1] == "--norock":
        command = [real("xorriso"), "-rockridge", "off", "-joliet", "on", "-outdev", str(tmp_path / "x.iso")]
        command += ["-map", str(tmp_path / "tree"), "/"]
    subprocess.run(command, check=True, capture_output=True)
    return str(tmp_path / "x.iso")


@pytest.mark.parametrize("image", PLAIN, indirect=True)
def test_names_are_found_as_they_were_given(image: str, request: pytest.FixtureRequest) -> None:
    with open_medium(image) as medium:
        assert medium.open("/boot/unix").read() == b"kernel"
        assert medium.open("/boot/amd64/x86.mini").read() == b"wide"
        assert medium.filesystem == FILESYSTEM.get(request.node.callspec.params["image"], "plain ISO9660")
        assert not medium.lookup("/boot/unix;1").is_file


@pytest.mark.parametrize(
    ("image", "found"), [(name, name != "genisoimage -J -R") for name in PLAIN], indirect=["image"]
)
def test_case_counts_with_rock_ridge_only(image: str, found: bool) -> None:
    with open_medium(image) as medium:
        assert medium.lookup("/BOOT/Unix").is_file == found


LINKS: dict[str, tuple[str, str]] = {
    "to-file": ("boot/unix", "file"),
    "through-parent": ("../boot/unix", "escape"),
    "boot/up": ("../boot/./unix", "file"),
    "boot/link-directory": ("amd64", "directory"),
    "dangling": ("boot/none", "missing"),
    "self": ("self", "loop"),
    "ping": ("pong", "loop"),
    "pong": ("ping", "loop"),
    "absolute": ("/boot/unix", "escape"),
    "climbing": ("boot/amd64/../../../x", "escape"),
    "dot": (".", "missing"),
    "below-file": ("boot/unix/x", "missing"),
    "long": ("boot/" + "./" * 300 + "unix", "file"),
    "component": ("boot/" + "n" * 250, "missing"),
}
"""Links by their place: what they point at, what a lookup of them ends in."""


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree full of links."""
    tree = tmp_path_factory.mktemp("links") / "tree"
    (tree / "boot/amd64").mkdir(parents=True)
    (tree / "boot/unix").write_text("kernel")
    (tree / "boot/amd64/deep").write_text("deep")
    for place, (target, _) in LINKS.items():
        (tree / place).symlink_to(target)
    for number in range(42):
        (tree / f"chain{number}").symlink_to(f"chain{number + 1}" if number < 41 else "boot/unix")
    return tree


@pytest.fixture(params=["xorriso", "makefs", "directory"], scope="module")
def medium(request: pytest.FixtureRequest, linked: Path, write_iso: Callable[..., Path]) -> Any:
    """The tree as a directory, and as an ISO by two writers (genisoimage never ends over long links)."""
    if request.param == "directory":
        return open_medium(str(linked))
    return open_medium(str(write_iso(request.param, linked, linked.parent / f"{request.param}.iso")))


@pytest.mark.parametrize("place", LINKS)
def test_a_link_ends_where_it_should(place: str, medium: Any) -> None:
    found = medium.lookup(f"/{place}")
    assert found.status == LINKS[place][1]
    assert (found.entry is not None) == (found.status in ("file", "directory"))
    if found.status == "file":
        with medium.open(f"/{place}") as stream:
            assert stream.read() == b"kernel"


@pytest.mark.parametrize(("first", "status"), [(2, "file"), (1, "loop"), (0, "loop")])
def test_forty_links_and_no_more(first: int, status: str, medium: Any) -> None:
    assert medium.lookup(f"/chain{first}").status == status


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/boot/link-directory/deep", "file"),
        ("boot//unix", "file"),
        ("/./boot/./unix", "file"),
        ("/boot/amd64/../unix", "file"),
        ("", "directory"),
        ("/", "directory"),
        ("/..", "escape"),
        ("/boot/unix/..", "directory"),
        ("/boot/unix/below", "missing"),
        ("/boot/none", "missing"),
        ("/" + "boot/../" * 2000, "loop"),
        ("/" + "a/" * 100_000, "missing"),
    ],
)
def test_paths(path: str, status: str, medium: Any) -> None:
    assert medium.lookup(path).status == status


def test_what_is_not_there_cannot_be_opened_or_listed(medium: Any) -> None:
    with pytest.raises(FileNotFoundError, match="/boot: directory, not a regular file"):
        medium.open("/boot")
    with pytest.raises(FileNotFoundError, match="/none: missing"):
        medium.stat("/none")
    with pytest.raises(NotADirectoryError, match="/boot/unix: file, not a directory"):
        medium.list("/boot/unix")


def test_a_link_s_text_may_go_over_several_entries(forge: Any, make: Make) -> None:
    """A component that goes on (flag 1), `..` (4), the root (8)."""
    sl, record, nm, px = make["sl"], make["record"], make["nm"], make["px"]
    link = px(0o120777) + nm(b"link") + sl((1, b"bo"), flags=1) + sl((0, b"ot"), (0, b"x"))
    up = px(0o120777) + nm(b"up") + sl((4, b""), (2, b""), (0, b"x"))
    root = px(0o120777) + nm(b"root") + sl((8, b""), (0, b"x"))
    records = [record(name, 0, 0, 0, use) for name, use in ((b"L", link), (b"U", up), (b"R", root))]
    with open_medium(forge.rr(*records)) as medium:
        targets = {found.name: found.target for found in medium.list("/")}
    assert targets == {"link": "boot/x", "up": ".././x", "root": "/x"}
