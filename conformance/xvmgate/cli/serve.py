"""`xvmgate serve`: a medium over HTTP, as an AI server has its image root."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from xvmgate.media import MediumError
from xvmgate.reports.text import printable
from xvmgate.reports.verdict import USAGE

from . import options

if TYPE_CHECKING:
    from collections.abc import Callable

PORT = 5555
"""The port of AI servers (the document's line 159)."""
THREADS = 8
"""Requests that are answered at once."""


@click.command(short_help="Serve a medium over HTTP, as an AI server does.")
@click.argument("path", metavar="PATH")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="The port; 0: a free one.")
@options.as_json
@options.quiet
@options.debug
@click.pass_obj
def verb(state: options.State, path: str, host: str, port: int) -> int:
    """Serve the tree or the ISO at PATH until it is interrupted, which ends it well.

    The medium's files lie at their own paths, so `-l http://HOST:PORT` is its image root; an ISO itself lies at its own
    name too. Ranges are served. Links never lead out of the medium. Only this host can connect, unless --host says so.
    """
    log = _log if not state.quiet else lambda _: None
    application = _application(path, log)
    logging.getLogger("waitress").addHandler(_OneLine(log))
    logging.getLogger("waitress").propagate = False
    listener = _listen(host, port)
    with listener:
        _run(application, listener, lambda: _announce(state, path, listener))
    return 0


class _OneLine(logging.Handler):
    """What the server itself complains of, in a line each; that requests wait for their turn is no complaint."""

    def __init__(self, log: Callable[[str], None]) -> None:
        super().__init__(logging.ERROR)
        self._say = log

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self._say(f"error {record.getMessage()}" + (f": {type(error).__name__}: {error}" if error else ""))


def _application(path: str, log: Callable[[str], None]) -> object:
    try:
        from xvmgate.builders.serve import MediumSite  # noqa: PLC0415  # an extra: it may be missing
    except ImportError as error:
        raise options.Stop(
            f"serving needs the package {error.name}, which is not installed; say pip install 'xvmgate[serve]'", USAGE
        ) from error
    try:
        return MediumSite(path, log)
    except MediumError as error:
        raise options.Stop(str(error), USAGE) from error


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(address[:2], family=family, backlog=128)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise options.Stop(
            f"{host} port {port}: cannot be listened on: {reason}; give --host or --port", USAGE
        ) from error


def _run(application: object, listener: socket.socket, announce: Callable[[], None]) -> None:
    from waitress import create_server  # type: ignore[import-untyped]  # noqa: PLC0415  # an extra

    server = create_server(application, sockets=[listener], threads=THREADS, ident="xvmgate")
    with suppress(KeyboardInterrupt):  # how a server ends
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        announce()
        server.run()
    server.close()


def _announce(state: options.State, path: str, listener: socket.socket) -> None:
    address, port = listener.getsockname()[:2]
    url = f"http://[{address}]:{port}/" if ":" in address else f"http://{address}:{port}/"
    if state.json:
        state.say(json.dumps({"schema": "xvmgate.serve/1", "path": path, "url": url}), always=True)
    else:
        state.say(f"serving {printable(path)} at {url}")


def _log(line: str) -> None:
    click.echo(printable(line), err=True)
