"""nfs-ganesha as it is, and servers that only look like one."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest

GANESHA = """
NFS_CORE_PARAM {{ Protocols = 4; NFS_Port = {port}; Bind_addr = {host}; Enable_NLM = false; Enable_RQUOTA = false;
                  Plugins_Dir = "/usr/lib/x86_64-linux-gnu/ganesha"; }}
NFSV4 {{ Graceless = true; RecoveryBackend = fs; RecoveryRoot = "{folder}/recov"; Minor_Versions = 0,1,2; }}
EXPORT {{ Export_Id = 1; Path = {root}; Pseudo = /export; Protocols = 4; Transports = TCP; Access_Type = RO;
          Squash = No_Root_Squash; SecType = sys, none; FSAL {{ Name = VFS; }} }}
"""

Real = Callable[[str], str]
Start = Callable[[str, int], "Site"]


class Site(NamedTuple):
    """A server that runs: the location of its export, and the directory that it serves."""

    url: str
    root: Path


@pytest.fixture(scope="session")
def export(start: Start, free_port: Callable[[], int]) -> Site:
    """Serve a directory by nfs-ganesha as /export, by NFS version 4 on a port of its own; tests put media there."""
    return start("127.0.0.1", free_port())


@pytest.fixture(scope="session")
def usual(start: Start) -> Site:
    """Serve a directory as `export` does, on the usual port, which `nfs:HOST:/path` means; its URL has that form."""
    # Each process has an address of its own on the loopback interface: workers of one run, and runs side by side.
    host = f"127.20.{os.getpid() >> 8 & 255}.{os.getpid() & 255}"
    try:
        with socket.create_server((host, 2049)):
            pass
    except OSError as error:
        pytest.skip(f"port 2049 cannot be had here: {error.strerror}")
    return start(host, 2049)._replace(url=f"nfs:{host}:/export")


@pytest.fixture(scope="session")
def start(real: Real, tmp_path_factory: pytest.TempPathFactory, wait_for: Any) -> Iterator[Start]:
    """`start(host, port)`: a server that serves an empty directory of its own as /export."""
    pytest.importorskip("nfs_rs", reason="nfs-rs has no wheel here")
    ganesha, look = real("ganesha.nfsd"), real("nfs-ls")
    if os.geteuid() != 0:
        pytest.skip("nfs-ganesha runs as root only")
    children: list[subprocess.Popen[bytes]] = []

    def begin(host: str, port: int) -> Site:
        folder = tmp_path_factory.mktemp("ganesha")
        root = folder / "export"
        for needed in (root, folder / "recov"):
            needed.mkdir()
        (folder / "conf").write_text(GANESHA.format(folder=folder, root=root, host=host, port=port))
        files = ["-f", folder / "conf", "-L", folder / "log", "-p", folder / "pid"]
        command = [ganesha, "-F", *map(str, files), "-N", "NIV_EVENT"]
        children.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        ask = [look, f"nfs://{host}/export?version=4&nfsport={port}"]
        answers = lambda: subprocess.run(ask, check=False, capture_output=True).returncode == 0  # noqa: E731
        wait_for(answers, children[-1], "nfs-ganesha")
        return Site(f"nfs://{host}:{port}/export", root)

    yield begin
    for child in children:
        child.kill()  # it may take ten seconds to end in peace
        child.wait(10)


@pytest.fixture
def raw_server() -> Iterator[Callable[[Callable[[socket.socket], object]], int]]:
    """`raw_server(handler)`: the port of a server that leaves each connection to a function."""
    listening: list[socket.socket] = []

    def start(handler: Callable[[socket.socket], object]) -> int:
        server = socket.create_server(("127.0.0.1", 0))
        listening.append(server)
        threading.Thread(target=_accept, args=[server, handler], daemon=True).start()
        port: int = server.getsockname()[1]
        return port

    yield start
    for server in listening:
        server.close()


def _accept(server: socket.socket, handler: Callable[[socket.socket], object]) -> None:
    with suppress(OSError):
        while True:
            connection, _ = server.accept()
            threading.Thread(target=_handle, args=[connection, handler], daemon=True).start()


def _handle(connection: socket.socket, handler: Callable[[socket.socket], object]) -> None:
    with connection, suppress(OSError):
        handler(connection)
