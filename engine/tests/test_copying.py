"""Copying out of a medium: by the kernel, by hand where it cannot; drafts have no name before they are whole."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from xvmgate.media import MediumError, copying, open_medium
from xvmgate.media.draft import Draft, Part

PATH = "/boot/amd64/x86.miniroot"
Tree = Callable[[str], Path]
Iso = Callable[[str, str], Path]


def copied(location: Path, out: Path, *, hashed: bool = False) -> str:
    """Copy the ramdisk of a medium; return its hash, or nothing."""
    told: list[int] = []
    with open_medium(str(location)) as medium:
        entry = medium.stat(PATH)
        draft = Draft(str(out))
        digest = copying.copy(medium, entry, draft.descriptor, told.append, hashed=hashed)
        draft.place()
        assert sum(told) == entry.size
        assert medium.bytes_read >= entry.size
    return digest


def refuse(number: int) -> Callable[..., int]:
    """Return what fails with an error of the host."""

    def fail(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    return fail


KERNELS: dict[str, Callable[..., int] | None] = {
    "as it is": None,
    "another file system": refuse(errno.EXDEV),
    "not known": refuse(errno.ENOSYS),
    "forbidden": refuse(errno.EPERM),
    "nothing": lambda *_: 0,
}


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("kind", ["tree", "iso"])
def test_whatever_the_kernel_can(
    kernel: str, kind: str, layout_tree: Tree, layout_iso: Iso, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if answer := KERNELS[kernel]:
        monkeypatch.setattr(os, "copy_file_range", answer)
    tree = layout_tree("nevada-snv121-dvd")
    copied(tree if kind == "tree" else layout_iso("nevada-snv121-dvd", "xorriso"), tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == (tree / PATH[1:]).read_bytes()


def test_a_kernel_that_stops_in_the_midst(layout_tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, turns = os.copy_file_range, iter(range(100))

    def once(source: int, target: int, count: int, offset: int) -> int:
        return real(source, target, min(count, 5000), offset) if next(turns) < 3 else refuse(errno.EINVAL)()

    monkeypatch.setattr(os, "copy_file_range", once)
    tree = layout_tree("nevada-snv121-dvd")
    copied(tree, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == (tree / PATH[1:]).read_bytes()


def test_no_room_is_no_fault_of_the_medium(layout_tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "copy_file_range", refuse(errno.ENOSPC))
    with pytest.raises(OSError, match="No space left on device"):
        copied(layout_tree("nevada-snv121-dvd"), tmp_path / "out")
    assert os.listdir(tmp_path) == []


def test_the_hash(layout_tree: Tree, tmp_path: Path) -> None:
    tree = layout_tree("nevada-snv121-dvd")
    assert copied(tree, tmp_path / "out", hashed=True) == hashlib.sha256((tree / PATH[1:]).read_bytes()).hexdigest()


def test_a_file_that_shrinks(broken: Tree, tmp_path: Path) -> None:
    tree = broken("nevada-snv121-dvd")
    with open_medium(str(tree)) as medium:
        entry = medium.stat(PATH)
        os.truncate(tree / PATH[1:], 1000)
        draft = Draft(str(tmp_path / "out"))
        with pytest.raises(MediumError, match=f"truncated: it ends {entry.size - 1000} bytes too early"):
            copying.copy(medium, entry, draft.descriptor, lambda _: None)
        draft.drop()
    assert not (tmp_path / "out").exists()


def write(draft: Draft, data: bytes) -> None:
    """Write to a draft."""
    os.write(draft.descriptor, data)


@pytest.mark.parametrize("nameless", [True, False])
def test_a_draft(nameless: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without O_TMPFILE it has a hidden name beside the target."""
    if not nameless:
        monkeypatch.delattr(os, "O_TMPFILE")
    (tmp_path / "x").write_text("before")
    draft = Draft(str(tmp_path / "x"))
    write(draft, b"after")
    assert (tmp_path / "x").read_text() == "before"
    assert len(os.listdir(tmp_path)) == (1 if nameless else 2)
    draft.place()
    assert (tmp_path / "x").read_text() == "after"
    assert os.listdir(tmp_path) == ["x"]
    dropped = Draft(str(tmp_path / "y"))
    dropped.drop()
    dropped.drop()
    assert os.listdir(tmp_path) == ["x"]


def test_a_part_is_gone_on_with_only_by_the_same_note(tmp_path: Path) -> None:
    note: dict[str, object] = {"version": '"one"', "size": 10}
    part = Part(str(tmp_path / "x"), note)
    write(part, b"01234")
    with pytest.raises(BlockingIOError):
        Part(str(tmp_path / "x"), note)
    part.drop()
    again = Part(str(tmp_path / "x"), note)
    assert again.size == 5
    again.drop()
    assert json.loads((tmp_path / "x.part.json").read_text()) == note
    other = Part(str(tmp_path / "x"), note | {"version": '"two"'})
    assert other.size == 0
    write(other, b"whole")
    other.place()
    assert os.listdir(tmp_path) == ["x"]
    assert (tmp_path / "x").read_bytes() == b"whole"


@pytest.mark.parametrize("name", ["x.part", "x.part.json"])
def test_a_part_does_not_write_through_a_link(name: str, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("kept")
    (tmp_path / name).symlink_to(tmp_path / "precious")
    with pytest.raises(OSError, match="Too many levels of symbolic links"):
        Part(str(tmp_path / "x"), {"size": 1})
    assert (tmp_path / "precious").read_text() == "kept"
