"""Servers for media that are not here: nginx as it is, and one of our own that does all wrong."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from xvmgate.conformance import check
from xvmgate.reports.events import MediumResult

NGINX = """
{user} daemon off; pid {folder}/pid; error_log {folder}/errors; worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log {folder}/log; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder}; types {{ text/html html; }} default_type application/octet-stream;
  server {{
    listen 127.0.0.1:{port}; root {root};
    location / {{ autoindex on; }}
    location /bare/ {{ alias {root}/; }}
    location /single/ {{ alias {root}/; max_ranges 1; }}
    location /whole/ {{ alias {root}/; autoindex on; max_ranges 0; }}
    location /moved/ {{ rewrite ^/moved/(.*)$ /$1 redirect; }}
    location /busy/ {{ return 503; }}
    location /pages/ {{ alias {root}/; error_page 404 =200 /sorry.html; }}
    location /login/ {{ alias {root}/; auth_basic "media"; auth_basic_user_file {folder}/users; }}
  }}
}}
"""
PATIENCE = 20.0
"""Seconds that a server has to come up."""

Real = Callable[[str], str]


class Site(NamedTuple):
    """A server that runs: the URL of its top, and the directory that it serves."""

    url: str
    root: Path
    folder: Path


class Ran(NamedTuple):
    """How a run of the command ended."""

    status: int
    out: str
    err: str
    seconds: float

    @property
    def document(self) -> dict[str, object]:
        """What it printed, as JSON."""
        found: dict[str, object] = json.loads(self.out)
        return found


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """`free_port()`: a port that nothing listens on."""
    return _free_port


def _free_port() -> int:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        port: int = holder.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def wait_for() -> Callable[..., None]:
    """`wait_for(ready, child, "nginx")`: wait until a server is ready."""
    return _wait_for


def _wait_for(ready: Callable[[], bool], child: subprocess.Popen[bytes], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not ready():
        assert child.poll() is None, f"{what} ended with {child.returncode}"
        assert time.monotonic() < end, f"{what} is not ready"
        time.sleep(0.02)


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@pytest.fixture(scope="session")
def site(real: Real, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve a directory by nginx, in several ways (see NGINX); tests put media below `site.root`."""
    nginx = real("nginx")
    folder = tmp_path_factory.mktemp("nginx")
    root, port = folder / "root", _free_port()
    root.mkdir()
    (root / "sorry.html").write_text("<html>sorry</html>")
    (folder / "users").write_text("reader:{PLAIN}s3cret\n")
    (folder / "conf").write_text(
        NGINX.format(user="user root;" if os.geteuid() == 0 else "", folder=folder, root=root, port=port)
    )
    child = subprocess.Popen([nginx, "-c", folder / "conf"], stderr=subprocess.DEVNULL)
    try:
        _wait_for(lambda: _listens(port), child, "nginx")
        yield Site(f"http://127.0.0.1:{port}", root, folder)
    finally:
        child.terminate()
        child.wait(10)


@pytest.fixture(scope="session")
def put() -> Callable[[Site, Path, str], str]:
    """`put(site, path, name)`: copy a file or a tree below a site's root, once; return its URL."""

    def place(site: Site, path: Path, name: str) -> str:
        target = site.root / name
        if not target.exists():
            if path.is_dir():
                shutil.copytree(path, target, symlinks=True)
            else:
                shutil.copyfile(path, target)
        return f"{site.url}/{name}"

    return place


Handler = Callable[[socket.socket, bytes], object]


class FaultServer:
    """A web server on a real socket that answers each request as a function says; counts them."""

    def __init__(self, handler: Handler) -> None:
        self.requests: list[bytes] = []
        self._handler = handler
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._over = threading.Event()
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._over.set()
        self._socket.close()

    def hang(self) -> None:
        """Wait until the test is over."""
        self._over.wait(60)

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while request := self._request(connection):
                self.requests.append(request)
                if self._handler(connection, request) is False:
                    return

    @staticmethod
    def _request(connection: socket.socket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data and (more := connection.recv(65536)):
            data += more
        return data


@pytest.fixture
def fault_server() -> Iterator[Callable[[Handler], FaultServer]]:
    """`fault_server(handler)`: a server whose `handler(connection, request)` sends the answer; False ends it."""
    servers: list[FaultServer] = []

    def start(handler: Handler) -> FaultServer:
        servers.append(FaultServer(handler))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def gate() -> Callable[..., Ran]:
    """`gate("check", url)`: run the command in a process of its own."""

    def run(*words: object, cwd: Path | None = None, env: dict[str, str] | None = None) -> Ran:
        start = time.monotonic()
        command = [sys.executable, "-m", "xvmgate.cli", *map(str, words)]
        ran = subprocess.run(
            command, check=False, capture_output=True, text=True, cwd=cwd, env={**os.environ, **(env or {})}, timeout=90
        )
        return Ran(ran.returncode, ran.stdout, ran.stderr, time.monotonic() - start)

    return run


@pytest.fixture
def judged() -> Callable[..., MediumResult]:
    """`judged(url, ...)`: what a check of it says."""
    return check


@pytest.fixture
def unreadable() -> Callable[..., str]:
    """`unreadable(url, ...)`: the error, in one line, of a medium that cannot be read."""

    def error(location: str, **options: object) -> str:
        result = check(location, **options)  # type: ignore[arg-type]
        assert (result.verdict, result.kind, result.checks) == ("unreadable", None, ()), result
        assert result.error is not None
        assert len(result.error.splitlines()) == 1
        assert "Traceback" not in result.error
        return result.error

    return error
