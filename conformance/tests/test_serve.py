"""`xvmgate serve` as a client has it: curl takes files, ranges and listings off a tree and off an ISO, and no more."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

LAYOUT = "opensolaris-b128-ai"
KERNEL = "/platform/i86xpv/kernel/amd64/unix"
RAMDISK = "/platform/i86pc/amd64/boot_archive"
NEVADA = "nevada-snv121-dvd"


class Server(NamedTuple):
    """A server at work: its process, its address, what it serves."""

    process: subprocess.Popen[str]
    url: str
    path: Path

    @property
    def port(self) -> int:
        """Return its port."""
        return int(self.url.rstrip("/").rpartition(":")[2])


class Answer(NamedTuple):
    """What a server answered."""

    status: int
    headers: dict[str, str]
    body: bytes


@contextmanager
def serving(path: Path, *words: str) -> Iterator[Server]:
    command = [sys.executable, "-m", "xvmgate.cli", "serve", str(path), "--port", "0", *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.readline()
    try:
        yield Server(process, said.rpartition(" at ")[2].strip(), path)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)


@pytest.fixture(scope="module", params=["iso", "tree"])
def server(
    request: pytest.FixtureRequest, layout_tree: Callable[[str], Path], layout_iso: Callable[[str, str], Path]
) -> Iterator[Server]:
    with serving(layout_tree(LAYOUT) if request.param == "tree" else layout_iso(LAYOUT, "pycdlib")) as made:
        yield made


def ask(server: Server, path: str, method: str = "GET", **headers: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def test_curl_takes_kernel_and_ramdisk(
    server: Server, real: Callable[[str], str], layout_tree: Callable[[str], Path]
) -> None:
    for path in (KERNEL, RAMDISK, "/solaris.zlib", "/.image_info", "/boot/grub/menu.lst"):
        taken = subprocess.run([real("curl"), "-sSf", server.url + path[1:]], check=True, capture_output=True).stdout
        assert taken == (layout_tree(LAYOUT) / path[1:]).read_bytes()


def test_curl_takes_a_range(server: Server, real: Callable[[str], str], layout_tree: Callable[[str], Path]) -> None:
    words = [real("curl"), "-sSf", "-D", "-", "-o", "/dev/null", "-r", "100-299", server.url + RAMDISK[1:]]
    headers = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    size = (layout_tree(LAYOUT) / RAMDISK[1:]).stat().st_size
    assert headers.startswith("HTTP/1.1 206 ")
    assert f"content-range: bytes 100-299/{size}\n" in headers.lower().replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("wanted", "start", "stop"), [("bytes=0-0", 0, 1), ("bytes=1000-", 1000, None), ("bytes=-7", -7, None)]
)
def test_ranges(wanted: str, start: int, stop: int | None, server: Server, layout_tree: Callable[[str], Path]) -> None:
    answer = ask(server, RAMDISK, Range=wanted)
    assert answer.status == 206
    assert answer.body == (layout_tree(LAYOUT) / RAMDISK[1:]).read_bytes()[start:stop]


def test_a_range_that_lies_outside(server: Server) -> None:
    answer = ask(server, KERNEL, Range="bytes=99999999-")
    assert answer.status == 416


@pytest.mark.parametrize("wanted", ["bytes=9-1", "bytes=a-b", "lines=1-2", "bytes=", "bytes=0-1,4-5", "x" * 4000])
def test_ranges_that_make_no_sense_are_refused_or_passed_over(wanted: str, server: Server) -> None:
    assert ask(server, KERNEL, Range=wanted).status in (200, 416)


def test_head_gives_the_size_and_no_body(server: Server, layout_tree: Callable[[str], Path]) -> None:
    answer = ask(server, RAMDISK, "HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.headers["content-length"]) == (layout_tree(LAYOUT) / RAMDISK[1:]).stat().st_size
    assert answer.headers["accept-ranges"] == "bytes"


def test_directories_are_listed_at_their_slash(server: Server) -> None:
    assert ask(server, "/boot").headers["location"].endswith("/boot/")
    page = ask(server, "/boot/").body.decode()
    assert '<a href="./grub/">grub/</a>' in page
    assert ask(server, "/").status == 200


def test_an_iso_lies_at_its_own_name(server: Server) -> None:
    answer = ask(server, f"/{server.path.name}", Range="bytes=32769-32773")
    assert (answer.status, answer.body) == ((206, b"CD001") if server.path.is_file() else (404, answer.body))


@pytest.mark.parametrize(
    "path",
    [
        "/none",
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/boot/..%2f..%2f..%2fetc/passwd",
        f"{KERNEL}/",
        "/%00",
        "//etc/passwd",
    ],
)
def test_what_is_not_there_is_not_found(path: str, server: Server) -> None:
    assert ask(server, path).status == 404


def test_nothing_is_taken_in(server: Server) -> None:
    for method in ("POST", "PUT", "DELETE", "PROPFIND"):
        assert ask(server, KERNEL, method).status == 405


def test_babble_is_answered_and_does_not_end_the_server(server: Server) -> None:
    for babble in (b"\0\0\0\0\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"x" * 300_000 + b"\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
            try:
                connection.sendall(babble)
                connection.recv(100)
            except ConnectionError:
                continue
    assert ask(server, KERNEL).status == 200


def test_many_at_once(server: Server, layout_tree: Callable[[str], Path]) -> None:
    expected = (layout_tree(LAYOUT) / RAMDISK[1:]).read_bytes()
    with ThreadPoolExecutor(16) as pool:
        bodies = list(pool.map(lambda _: ask(server, RAMDISK).body, range(48)))
    assert bodies == [expected] * 48


def test_links_are_followed_inside_and_never_out(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("not yours")
    root = tmp_path / "root"
    root.mkdir()
    (root / "file").write_text("yours")
    (root / "inside").symlink_to("file")
    (root / "out").symlink_to("../secret")
    (root / "absolute").symlink_to("/etc/passwd")
    (root / "loop").symlink_to("loop")
    (root / "a<b>&\n\udcff").write_text("odd")
    with serving(root) as server:
        assert ask(server, "/inside").body == b"yours"
        assert [ask(server, path).status for path in ("/out", "/absolute", "/loop")] == [404, 404, 404]
        page = ask(server, "/").body
        assert b"a&lt;b&gt;&amp;" in page
        assert b'"./a%3Cb%3E%26%0A%FF"' in page
        assert ask(server, "/a%3Cb%3E%26%0A%FF").body == b"odd"


def test_a_medium_that_goes_away_is_unavailable(tmp_path: Path, layout_iso: Callable[[str, str], Path]) -> None:
    image = tmp_path / "x.iso"
    image.write_bytes(layout_iso(LAYOUT, "pycdlib").read_bytes())
    with serving(image) as server:
        assert ask(server, KERNEL).status == 200
        image.unlink()
        assert ask(server, KERNEL).status == 503
        image.write_bytes(b"")
        assert ask(server, KERNEL).status == 503


def test_it_says_where_and_logs_on_stderr_and_ends_well(layout_tree: Callable[[str], Path]) -> None:
    with serving(layout_tree(NEVADA)) as server:
        assert server.url.startswith("http://127.0.0.1:")
        assert ask(server, "/boot/x.y", Range="bytes=0-1").status == 404
        server.process.send_signal(signal.SIGTERM)
        out, err = server.process.communicate(timeout=20)
    assert (server.process.returncode, out) == (0, "")
    assert err == "GET /boot/x.y bytes=0-1 404\n"


def test_only_this_host_can_connect(layout_tree: Callable[[str], Path]) -> None:
    with serving(layout_tree(NEVADA)) as server:
        listening = subprocess.run(["cat", "/proc/net/tcp"], check=True, capture_output=True, text=True).stdout
    (line,) = [line for line in listening.splitlines() if f":{server.port:04X} 00000000:0000 0A" in line]
    assert line.split()[1] == f"0100007F:{server.port:04X}"


def test_a_client_that_leaves_in_the_middle_ends_nothing(tmp_path: Path) -> None:
    with (tmp_path / "big").open("wb") as file:
        file.truncate(256 << 20)
    with serving(tmp_path) as server:

        def leave() -> None:
            with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
                connection.sendall(b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n")
                connection.recv(1000)

        threads = [threading.Thread(target=leave) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert ask(server, "/big", Range="bytes=-1").body == b"\0"
        with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
            peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
        assert peak < 160 << 10, "KiB: less than one file; up to 16 MiB of an answer wait in each thread"
