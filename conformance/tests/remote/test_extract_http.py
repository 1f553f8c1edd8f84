"""Extraction over HTTP: the bytes, going on after a cut, and nothing under a final name before it is whole."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from xvmgate.builders.tree import build_tree
from xvmgate.fixtures.layout import get

NEVADA = "nevada-snv121-dvd"
KERNEL, RAMDISK = "boot/platform/i86xpv/kernel/amd64/unix", "boot/amd64/x86.miniroot"
NAMES = ["unix", "x86.miniroot"]
LARGE = 3 << 20
"""Bytes that the ramdisk of these tests has beside its own."""

Put = Callable[[Any, Path, str], str]


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Nevada tree with a ramdisk of some megabytes, no two pieces of it alike."""
    root = tmp_path_factory.mktemp("large") / "tree"
    build_tree(get(NEVADA), str(root))
    with (root / RAMDISK).open("ab") as file:
        file.write(b"".join(number.to_bytes(4, "big") for number in range(LARGE // 4)))
    return root


@pytest.fixture(scope="session")
def iso(tree: Path, tmp_path_factory: pytest.TempPathFactory, write_iso: Callable[..., Path]) -> Path:
    """An image of it."""
    return write_iso("xorriso", tree, tmp_path_factory.mktemp("image") / "large.iso", boot=True)


def is_right(folder: Path, tree: Path) -> bool:
    """Say whether a directory holds the two files and nothing else."""
    assert sorted(os.listdir(folder)) == NAMES
    here = [(folder / name).read_bytes() for name in NAMES]
    return here == [(tree / path).read_bytes() for path in (KERNEL, RAMDISK)]


SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    "words", [[], ["--resume", "--hash"], *[pytest.param([word], marks=SLOW) for word in ("--hash", "--resume")]]
)
@pytest.mark.parametrize("kind", ["tree", "iso", "whole", "download"])
def test_the_bytes(
    kind: str, words: list[str], site: Any, put: Put, gate: Any, tree: Path, iso: Path, tmp_path: Path
) -> None:
    put(site, tree, "large")
    put(site, iso, "large.iso")
    places = {"tree": "large", "iso": "large.iso", "whole": "whole/large", "download": "whole/large.iso"}
    more = ["--download"] if kind == "download" else []
    ran = gate("extract", "--json", *words, *more, "-o", tmp_path, f"{site.url}/{places[kind]}")
    assert (ran.status, ran.err) == (0, "")
    assert is_right(tmp_path, tree)
    if "--hash" in words:
        expected = subprocess.run(["sha256sum", *NAMES], cwd=tmp_path, check=True, capture_output=True, text=True)
        assert [file["sha256"] for file in ran.document["files"]] == expected.stdout.split()[::2]
    if kind == "iso":
        assert ran.document["requests"] <= 8
        assert ran.document["bytes_read"] < LARGE + (1 << 20)


class Failing:
    """A server of one image that cuts long answers off after `most` bytes while it is told to; notes what is asked."""

    def __init__(self, data: bytes, tag: str = '"one"') -> None:
        self.data = data
        self.tag = tag
        self.most: int | None = 1 << 20
        self.slow = 0.0
        self.asked: list[tuple[int, str | None]] = []

    def __call__(self, connection: socket.socket, request: bytes) -> bool:
        """Answer a request."""
        fields = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in request.decode().splitlines())
        }
        first, _, last = fields["range"].removeprefix("bytes=").split(",")[0].partition("-")
        start, end = int(first), min(int(last) + 1, len(self.data))
        self.asked.append((start, fields.get("if-range")))
        head = f"HTTP/1.1 206 Partial Content\r\nETag: {self.tag}\r\nContent-Length: {end - start}\r\n"
        connection.sendall(f"{head}Content-Range: bytes {start}-{end - 1}/{len(self.data)}\r\n\r\n".encode())
        stop = end if self.most is None else min(end, start + self.most)
        for at in range(start, stop, 64 << 10):
            connection.sendall(self.data[at : min(at + (64 << 10), stop)])
            time.sleep(self.slow)
        return stop == end


@pytest.fixture
def failing(fault_server: Any, iso: Path) -> Iterator[tuple[Failing, str]]:
    """A server that cuts long answers, and the URL of its image."""
    handler = Failing(iso.read_bytes())
    handler.most = 500_000
    return handler, f"{fault_server(handler).url}/x.iso"  # type: ignore[return-value]


def test_a_cut_is_made_good_within_a_run(failing: Any, gate: Any, tree: Path, tmp_path: Path) -> None:
    server, url = failing
    server.most = 2 << 20
    assert gate("extract", "-o", tmp_path, url).status == 0
    assert is_right(tmp_path, tree)


def test_without_resume_nothing_is_left(failing: Any, gate: Any, tmp_path: Path) -> None:
    _, url = failing
    ran = gate("extract", "-o", tmp_path / "out", url)
    assert ran.status == 4
    assert "shorter than it says" in ran.err
    assert len(ran.err.splitlines()) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("hashed", [True, False])
def test_resume_goes_on_from_what_came(failing: Any, hashed: bool, gate: Any, tree: Path, tmp_path: Path) -> None:
    server, url = failing
    words = ["extract", "--json", "--resume", *(["--hash"] if hashed else []), "-o", tmp_path, url]
    assert gate(*words).status == 4
    part = tmp_path / "x86.miniroot.part"
    came = part.stat().st_size
    assert 500_000 <= came < LARGE
    assert part.read_bytes() == (tree / RAMDISK).read_bytes()[:came]
    assert not (tmp_path / "x86.miniroot").exists()
    assert not (tmp_path / "unix").exists()
    server.most = None
    server.asked.clear()
    ran = gate(*words)
    assert ran.status == 0
    assert is_right(tmp_path, tree)
    begin = server.data.find((tree / RAMDISK).read_bytes()[-LARGE:][:4096]) - ((tree / RAMDISK).stat().st_size - LARGE)
    assert (begin + came, '"one"') in server.asked
    if hashed:
        expected = subprocess.run(["sha256sum", *NAMES], cwd=tmp_path, check=True, capture_output=True, text=True)
        assert [file["sha256"] for file in ran.document["files"]] == expected.stdout.split()[::2]


@pytest.mark.slow
def test_resume_begins_anew_with_another_build(failing: Any, gate: Any, tree: Path, tmp_path: Path) -> None:
    server, url = failing
    assert gate("extract", "--resume", "-o", tmp_path, url).status == 4
    part = tmp_path / "x86.miniroot.part"
    part.write_bytes(b"x" * part.stat().st_size)  # as if it had been of another build
    server.most, server.tag = None, '"two"'
    assert gate("extract", "--resume", "-o", tmp_path, url).status == 0
    assert is_right(tmp_path, tree)


@pytest.mark.parametrize("note", ["", '{"size": 1}', *[pytest.param(x, marks=SLOW) for x in ("{", "[]", "\0" * 100)]])
def test_a_part_whose_note_is_no_good_is_not_gone_on_with(
    note: str, failing: Any, gate: Any, tree: Path, tmp_path: Path
) -> None:
    server, url = failing
    server.most = None
    (tmp_path / "x86.miniroot.part").write_bytes(b"x" * 5000)
    (tmp_path / "x86.miniroot.part.json").write_text(note)
    assert gate("extract", "--resume", "-o", tmp_path, url).status == 0
    assert is_right(tmp_path, tree)


def begun(words: list[object], folder: Path, enough: Callable[[], bool]) -> subprocess.Popen[str]:
    """Start an extraction and wait until it is in the midst of it."""
    command = [sys.executable, "-m", "xvmgate.cli", "extract", *map(str, words)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 20
    while not enough():
        assert child.poll() is None
        assert time.monotonic() < end
        time.sleep(0.02)
    assert folder.exists()
    return child


@pytest.mark.parametrize(
    ("how", "resume"),
    [
        (signal.SIGKILL, False),
        (signal.SIGINT, True),
        pytest.param(signal.SIGKILL, True, marks=SLOW),
        pytest.param(signal.SIGINT, False, marks=SLOW),
        pytest.param(signal.SIGTERM, False, marks=SLOW),
        pytest.param(signal.SIGTERM, True, marks=SLOW),
    ],
)
def test_killed(how: signal.Signals, resume: bool, failing: Any, gate: Any, tree: Path, tmp_path: Path) -> None:
    server, url = failing
    server.most, server.slow = None, 0.05
    words: list[object] = ["--json", *(["--resume"] if resume else []), "-o", tmp_path, url]
    ramdisk = server.data.find((tree / RAMDISK).read_bytes()[:4096])
    part = tmp_path / "x86.miniroot.part"

    def enough() -> bool:
        begun = any(start == ramdisk for start, _ in server.asked[1:])
        return begun and (not resume or (part.exists() and part.stat().st_size > 100_000))

    child = begun(words, tmp_path, enough)
    time.sleep(0.2)
    child.send_signal(how)
    out, err = child.communicate(timeout=10)
    left = sorted(os.listdir(tmp_path))
    assert not set(NAMES) & set(left)
    assert resume or left == []
    if how == signal.SIGINT:
        assert child.returncode == 2
        assert err.strip() == "xvmgate: interrupted"
        assert json.loads(out)["error"] == {"message": "interrupted"}
    else:
        assert child.returncode == -how
    if resume:
        server.slow = 0.0
        assert gate("extract", *words).status == 0
        assert is_right(tmp_path, tree)


def test_two_at_once(failing: Any, gate: Any, tmp_path: Path) -> None:
    server, url = failing
    server.most, server.slow = None, 0.05
    child = begun(["--resume", "-o", tmp_path, url], tmp_path, (tmp_path / "x86.miniroot.part").exists)
    ran = gate("extract", "--resume", "-o", tmp_path, url)
    child.kill()
    child.communicate()
    assert ran.status == 4
    assert "another extraction is writing there; wait for it" in ran.err


def test_a_transfer_may_take_longer_than_a_look_but_not_for_ever(failing: Any, gate: Any, tmp_path: Path) -> None:
    """--timeout bounds the whole; nothing is left."""
    server, url = failing
    server.most, server.slow = None, 0.2
    ran = gate("extract", "--timeout", 2, "-o", tmp_path / "out", url)
    assert ran.status == 4
    assert "not done within 2 s; try again, or give it longer by --timeout" in ran.err
    assert ran.seconds < 4.5
    assert not (tmp_path / "out").exists()
