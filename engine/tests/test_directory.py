"""A directory as a medium: what the host refuses, what is no file, and what changes while it is read."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from xvmgate.media import MediumError, open_medium

NOBODY = 65534


@contextmanager
def unprivileged() -> Iterator[None]:
    """Be someone whom permissions hold back, for as long as it takes."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A directory that anyone may enter; pytest's own are closed to others."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        yield Path(name)


def test_an_unreadable_file(open_folder: Path) -> None:
    (open_folder / "unix").write_text("x")
    (open_folder / "unix").chmod(0)
    with open_medium(str(open_folder)) as medium, unprivileged():
        assert medium.lookup("/unix").is_file
        with pytest.raises(MediumError, match="unix cannot be read: Permission denied"):
            medium.open("/unix")


def test_an_unreadable_directory(open_folder: Path) -> None:
    (open_folder / "boot").mkdir()
    (open_folder / "boot/unix").write_text("x")
    (open_folder / "boot").chmod(0)
    with open_medium(str(open_folder)) as medium, unprivileged():
        assert medium.lookup("/boot").status == "directory"
        with pytest.raises(MediumError, match="boot cannot be read: Permission denied"):
            medium.list("/boot")
        with pytest.raises(MediumError, match="boot/unix cannot be read: Permission denied"):
            medium.lookup("/boot/unix")
    (open_folder / "boot").chmod(0o755)


@pytest.mark.parametrize("length", [8, -1])
def test_a_device_that_fails(length: int) -> None:
    """The first page of a process's memory is a regular file that cannot be read: a real EIO."""
    refused = pytest.raises(MediumError, match="mem cannot be read: Input/output error")
    with open_medium("/proc/self") as medium, medium.open("/mem") as stream, refused:
        stream.read(length)


def test_special_files_are_other(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "link").symlink_to("fifo")
    with socket.socket(socket.AF_UNIX) as server:
        where = os.open(tmp_path, os.O_RDONLY)
        server.bind(f"/proc/self/fd/{where}/socket")  # a socket's path is short, pytest's folders are not
        os.close(where)
        with open_medium(str(tmp_path)) as medium:
            assert {entry.name: entry.kind for entry in medium.list("/")} == {
                "fifo": "other",
                "link": "link",
                "socket": "other",
            }
            for name in ("fifo", "link", "socket"):
                assert medium.lookup(f"/{name}").status == "other"
                with pytest.raises(FileNotFoundError, match="other, not a regular file"):
                    medium.open(f"/{name}")


def test_a_device_is_other() -> None:
    with open_medium("/dev") as medium:
        assert medium.lookup("/null").status == "other"
        with pytest.raises(FileNotFoundError, match="other"):
            medium.open("/null")


def _link(path: Path) -> None:
    path.symlink_to("/etc/passwd")


def _directory(path: Path) -> None:
    path.mkdir()


def _fifo(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize("become", [_link, _directory, _fifo])
def test_what_a_file_became_since_it_was_looked_up(become: Callable[[Path], None], tmp_path: Path) -> None:
    """Refused in a sentence, without waiting for a FIFO's other end and without a descriptor left behind."""
    (tmp_path / "unix").write_text("x")
    with open_medium(str(tmp_path)) as medium:
        found = medium.stat("/unix")
        (tmp_path / "unix").unlink()
        become(tmp_path / "unix")
        before = len(os.listdir("/proc/self/fd"))
        with pytest.raises(MediumError, match="unix"):
            medium.open_entry(found)
        assert len(os.listdir("/proc/self/fd")) == before


def test_a_file_that_went_away(tmp_path: Path) -> None:
    (tmp_path / "unix").write_text("x")
    with open_medium(str(tmp_path)) as medium:
        found = medium.stat("/unix")
        (tmp_path / "unix").unlink()
        with pytest.raises(MediumError, match="unix cannot be read: No such file"):
            medium.open_entry(found)
        assert medium.lookup("/unix").status == "missing"


@pytest.mark.parametrize("reads", [[1000], [-1], [400, 600], [1, -1]])
def test_every_way_to_read_is_counted(reads: list[int], tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 1000)
    with open_medium(str(tmp_path)) as medium:
        assert medium.bytes_read == 0
        with medium.open("/file") as stream:
            assert b"".join(stream.read(size) for size in reads) == b"x" * 1000
        assert medium.bytes_read == 1000
        before = medium.requests
        medium.list("/")
        assert medium.requests == before + 1


@pytest.mark.parametrize("name", ["n" * 255, "n" * 256, "n" * 5000, "nul\0x", "\ud800", "a\nb"])
def test_a_path_never_makes_damage(name: str, tmp_path: Path) -> None:
    with open_medium(str(tmp_path)) as medium:
        assert medium.lookup(f"/{name}").status == "missing"


def test_a_tree_reached_through_a_link(tmp_path: Path) -> None:
    """The location may be a link: only what lies below it must stay inside."""
    (tmp_path / "real").mkdir()
    (tmp_path / "real/unix").write_text("x")
    (tmp_path / "real/out").symlink_to("../real/unix")
    (tmp_path / "location").symlink_to("real")
    with open_medium(f"{tmp_path}/location/") as medium:
        assert medium.lookup("/unix").is_file
        assert medium.lookup("/out").status == "escape"


def test_an_image_that_is_a_file_without_a_size() -> None:
    """Its length cannot be told; the error leaves no descriptor behind."""
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(MediumError, match="cannot be read"):
        open_medium("/proc/self/mem")
    assert len(os.listdir("/proc/self/fd")) == before
