"""Servers that do all wrong, on real sockets: each ends in one sentence, status 4, within its limit."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

NEVADA = "nevada-snv121-dvd"
LIMIT = 1.5
"""Seconds that a server gets in these tests."""
SLACK = 2.5
"""Seconds that the rest of a run may take."""

Send = Callable[[socket.socket, bytes], object]
SIZE = 1 << 20


def answer(status: str, body: bytes = b"", **headers: object) -> bytes:
    """Return an answer."""
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    if "Content_Length" not in headers:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def asked(request: bytes) -> tuple[int, int]:
    """Return the first range that was asked for, its end included."""
    head = request.lower().partition(b"range: bytes=")[2]
    first, last = head.split(b"\r\n")[0].split(b",")[0].split(b"-")
    return int(first), int(last)


def part(request: bytes, body: bytes, total: int = SIZE, **headers: object) -> bytes:
    """Return a good 206 for what was asked."""
    first, last = asked(request)
    shown = f"bytes {first}-{min(last, total - 1)}/{total}"
    return answer("206 Partial Content", body, Content_Range=shown, **headers)


def trickle(connection: socket.socket, request: bytes) -> None:
    """Send a byte at a time, as fast as any limit on silence lets it."""
    for byte in part(request, bytes(65536)):
        connection.sendall(bytes([byte]))
        time.sleep(0.05)


def trickle_body(connection: socket.socket, request: bytes) -> None:
    """Send good headers, then a byte at a time."""
    connection.sendall(part(request, b"", Content_Length=65536))
    for _ in range(1000):
        connection.sendall(b"x")
        time.sleep(0.05)


def reset(connection: socket.socket, request: bytes) -> bool:  # noqa: ARG001
    """Reset the connection."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
    return False


def short(connection: socket.socket, request: bytes) -> bool:
    """Say more than is sent, and close."""
    connection.sendall(part(request, b"x" * 100, Content_Length=65536))
    return False


def endless_headers(connection: socket.socket, request: bytes) -> bool:  # noqa: ARG001
    """Send headers without end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for number in range(100_000):
        connection.sendall(b"X-%d: y\r\n" % number)
    return False


def says(data: Callable[[bytes], bytes]) -> Send:
    """Answer every request by a function of it, and close."""

    def send(connection: socket.socket, request: bytes) -> bool:
        connection.sendall(data(request))
        return False

    return send


FAULTS: dict[str, tuple[Send, str]] = {
    "trickles its headers": (trickle, "not done within 1.5 s"),
    "trickles its body": (trickle_body, "not done within 1.5 s"),
    "resets": (reset, "the connection was reset, 3 times"),
    "closes without an answer": (lambda *_: False, "the connection was cut, 3 times"),
    "sends a short body": (short, "shorter than it says"),
    "sends no HTTP": (says(lambda _: b"hello\r\n\r\n"), "no HTTP"),
    "sends endless headers": (endless_headers, "too many headers"),
    "sends a huge header": (
        says(lambda _: b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000 + b"\r\n\r\n"),
        "headers are too long",
    ),
    "redirects for ever": (
        says(lambda request: answer("302 Found", Location=request.split()[1].decode() + "x")),
        "redirects more than 5 times",
    ),
    "redirects to a file": (says(lambda _: answer("302 Found", Location="file:///etc/passwd")), "no web address"),
    "sends another range": (
        says(lambda _: answer("206 Partial Content", b"x" * 10, Content_Range="bytes 10-19/99999")),
        "bytes 10 to 20 for 0 to 65536",
    ),
    "sends a range that contradicts itself": (
        says(lambda _: answer("206 Partial Content", b"x", Content_Range="bytes 5-1/3")),
        "contradicts itself",
    ),
    "sends a range in words": (
        says(lambda _: answer("206 Partial Content", b"x", Content_Range="some of it")),
        "cannot be read",
    ),
    "sends a part without Content-Range": (
        says(lambda _: answer("206 Partial Content", b"x")),
        "without Content-Range",
    ),
    "packs its content": (
        says(lambda request: part(request, b"x" * 65536, Content_Encoding="gzip")),
        "content encoded ('gzip'), unasked",
    ),
    "ignores ranges": (says(lambda _: answer("200 OK", bytes(100_000))), "cannot send parts of it"),
    "fails": (says(lambda _: answer("500 Oops")), "the server answers 500, 3 times"),
    "wants a login": (says(lambda _: answer("401 Unauthorized")), "wants a login (401)"),
    "is a teapot": (says(lambda _: answer("418 I am a teapot")), "the server answers 418"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_ends_in_one_sentence(fault: str, fault_server: Any, unreadable: Callable[..., str]) -> None:
    send, expected = FAULTS[fault]
    server = fault_server(send)
    start = time.monotonic()
    error = unreadable(f"{server.url}/x.iso", timeout=LIMIT)
    assert time.monotonic() - start < LIMIT + SLACK
    assert expected in error
    assert error.startswith(f"{server.url}/x.iso: ")


def test_a_server_that_hangs_does_not_lose_the_other_media(
    fault_server: Any, gate: Any, layout_tree: Callable[[str], Path]
) -> None:
    server: Any = fault_server(lambda *_: server.hang())
    here = str(layout_tree(NEVADA))
    ran = gate("check", "--json", "--timeout", LIMIT, here, f"{server.url}/x.iso", here)
    assert (ran.status, [medium["verdict"] for medium in ran.document["media"]]) == (
        4,
        ["conformant", "unreadable", "conformant"],
    )
    assert ran.seconds < LIMIT + SLACK
    assert len(ran.err.splitlines()) == 1
    assert "within 1.5 s" in ran.err or "no answer within" in ran.err


def test_no_host_and_no_server(unreadable: Callable[..., str]) -> None:
    assert "the connection was refused" in unreadable("http://127.0.0.1:1/x.iso")
    assert "name is not known" in unreadable("http://no-such-host.invalid/x.iso", timeout=10)
    for location in ("http://", "http://[::1/x", "https:///x", "http://host:port/x"):
        assert "no usable web address" in unreadable(location)


def test_a_tree_that_says_too_little_or_too_much(fault_server: Any, unreadable: Callable[..., str]) -> None:
    def tree(kernel: Callable[[bytes], bytes]) -> str:
        def send(connection: socket.socket, request: bytes) -> bool:
            path = request.split()[1]
            if path.endswith(b"/unix"):
                connection.sendall(kernel(request))
            else:
                connection.sendall(answer("403 Forbidden") if path == b"/t/" else answer("404 Not Found"))
            return False

        return str(fault_server(send).url) + "/t/"

    assert "does not say how long" in unreadable(
        tree(lambda _: b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nx"), timeout=5
    )
    assert "and says that it has 500" in unreadable(
        tree(lambda _: answer("206 Partial Content", b"x" * 5, Content_Range="bytes 0-499/500")), timeout=5
    )
    assert "answers 403 for /platform" in unreadable(tree(lambda _: answer("403 Forbidden")), timeout=5)


def test_an_image_that_changes_while_it_is_read(
    fault_server: Any, unreadable: Callable[..., str], layout_iso: Callable[[str, str], Path]
) -> None:
    data = layout_iso(NEVADA, "genisoimage").read_bytes()
    tags = iter(range(1000))

    def send(connection: socket.socket, request: bytes) -> None:
        first, last = asked(request)
        connection.sendall(part(request, data[first : last + 1], len(data), ETag=f'"{next(tags)}"'))

    assert "it was changed while it was read" in unreadable(f"{fault_server(send).url}/x.iso")


def test_a_connection_that_breaks_once_is_tried_again(
    fault_server: Any, judged: Any, layout_iso: Callable[[str, str], Path]
) -> None:
    data = layout_iso(NEVADA, "genisoimage").read_bytes()

    def send(connection: socket.socket, request: bytes) -> object:
        first, last = asked(request)
        whole = part(request, data[first : last + 1], len(data))
        turn = len(server.requests) % 3
        if turn == 1:
            return reset(connection, request)
        connection.sendall(whole[: len(whole) // 2] if turn == 2 else whole)
        return False

    server: Any = fault_server(send)
    result = judged(f"{server.url}/x.iso")
    assert result.verdict == "conformant"
    assert result.requests >= len(server.requests) > 3  # some are sent just as the connection is closed


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["trickles its headers", "hangs", "is busy for long"])
def test_the_usual_limit(fault: str, fault_server: Any, gate: Any) -> None:
    """Without --timeout, 40 s in all, further tries included."""

    def busy(connection: socket.socket, _: bytes) -> bool:
        time.sleep(15)
        connection.sendall(answer("503 Busy"))
        return False

    handlers: dict[str, Send] = {"trickles its headers": trickle, "is busy for long": busy}
    server: Any = fault_server(handlers.get(fault, lambda *_: server.hang()))
    ran = gate("check", f"{server.url}/x.iso")
    assert ran.status == 4
    assert len(ran.err.splitlines()) == 1
    assert 15 < ran.seconds < 40 + SLACK


def test_tls_where_there_is_none(site: Any, unreadable: Callable[..., str]) -> None:
    location = f"{site.url}/x.iso".replace("http:", "https:")
    assert "its certificate is not trusted, or it speaks no TLS" in unreadable(location, timeout=5)
