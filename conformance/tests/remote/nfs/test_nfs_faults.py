"""NFS servers that do wrong: each ends in one sentence, status 4, within its limit."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from xvmgate.media import MediumError, open_medium
from xvmgate.media.remote import Remote

LIMIT = 1.5
"""Seconds that a server gets in tests of servers that do wrong."""
SLACK = 2.5
"""Seconds that the rest of a run may take."""


pytest.importorskip("nfs_rs", reason="nfs-rs has no wheel here")


def hang(connection: socket.socket) -> None:
    """Take what comes and answer nothing."""
    while connection.recv(65536):
        pass


def nonsense(connection: socket.socket) -> None:
    """Answer with something that is no RPC."""
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 100)


def endless(connection: socket.socket) -> None:
    """Announce a record of 2 GiB and send it for ever."""
    connection.recv(65536)
    while True:
        connection.sendall(b"\x7f\xff\xff\xff" + bytes(4096))


@pytest.mark.parametrize("fault", [hang, nonsense, endless, lambda connection: connection.close()])
def test_a_server_that_does_wrong(
    fault: Callable[[socket.socket], None], raw_server: Callable[..., int], gate: Any
) -> None:
    location = f"nfs://127.0.0.1:{raw_server(fault)}/x"
    ran = gate("check", "--timeout", LIMIT, location)
    assert ran.status == 4
    assert ran.seconds < LIMIT + SLACK
    assert len(ran.err.splitlines()) == 1, ran.err
    assert ran.err.startswith(f"xvmgate: {location}: ")
    assert "not done within 1.5 s" in ran.err or "no connection" in ran.err


class Forwarder:
    """Passes on what comes to a port of the host until it is told to hold it back."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._flowing = threading.Event()
        self._flowing.set()

    def __call__(self, connection: socket.socket) -> None:
        """Serve one connection."""
        with socket.create_connection(("127.0.0.1", self._port)) as server:
            threading.Thread(target=self._pass, args=[server, connection], daemon=True).start()
            self._pass(connection, server)

    def hold(self) -> None:
        """Pass on nothing more."""
        self._flowing.clear()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while (data := source.recv(65536)) and self._flowing.wait(60):
                target.sendall(data)


def test_a_server_that_falls_silent(export: Any, raw_server: Callable[..., int]) -> None:
    (export.root / "silent").mkdir()
    (export.root / "silent/file").write_bytes(bytes(5 << 20))
    between = Forwarder(int(export.url.split(":")[2].partition("/")[0]))
    start = time.monotonic()
    location = f"nfs://127.0.0.1:{raw_server(between)}/export/silent"
    with open_medium(location, Remote(timeout=LIMIT)) as medium:
        entry = medium.stat("/file")
        between.hold()
        with pytest.raises(MediumError, match=r"silent: (not done within 1.5 s|no answer within)"):
            list(medium.chunks(entry))
    assert time.monotonic() - start < LIMIT + SLACK
