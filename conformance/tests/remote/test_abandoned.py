"""A transfer given up while the next bytes are on their way: nobody waits, and the server can be asked again."""

from __future__ import annotations

import socket
import threading
import time
from typing import Any

from xvmgate.media.http.client import Client
from xvmgate.media.http.reply import TURN
from xvmgate.media.http.source import RangeSource
from xvmgate.media.remote import Remote

SIZE = TURN + (2 << 20)
SENT = TURN + (1 << 20)
"""Where the server stops sending: behind what is passed on first."""


def test_the_reader_gives_up(fault_server: Any) -> None:
    waiting, over = threading.Event(), threading.Event()

    def stall(connection: socket.socket, request: bytes) -> bool:
        first, last = request.partition(b"bytes=")[2].split(b"\r\n")[0].split(b"-")
        start, end = int(first), int(last) + 1
        head = f"HTTP/1.1 206 Partial Content\r\nContent-Length: {end - start}\r\n"
        connection.sendall(f"{head}Content-Range: bytes {start}-{end - 1}/{SIZE}\r\n\r\n".encode())
        connection.sendall(bytes(min(end - start, SENT)))
        if end - start > SENT:
            waiting.set()
            over.wait(20)
            return False
        return True

    url = f"{fault_server(stall).url}/x.iso"
    client = Client(url, Remote())
    source = RangeSource(client, url, SIZE, None)
    chunks = source.chunks(0, SIZE)
    came = len(next(chunks))
    while came < TURN:
        came += len(next(chunks))
    assert waiting.wait(10)
    begun = time.monotonic()
    chunks.close()  # type: ignore[attr-defined]  # it is a generator
    assert time.monotonic() - begun < 1
    assert source.fetch(4, 14) == bytes(10)
    source.close()
    over.set()
