"""A medium over HTTP, as an AI server has its image root: GET and HEAD, one range a request, links inside only.

The medium is read by its own reader, opened anew for each request, so an ISO needs no unpacking. Werkzeug knows what a
range and a condition mean; waitress speaks HTTP.
"""

from __future__ import annotations

import os
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, ServiceUnavailable
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response
from werkzeug.wsgi import wrap_file

from xvmgate.media import MediumError, open_medium

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import BinaryIO

    from xvmgate.media import Lookup, Medium

PIECE = 1 << 18
"""Bytes sent at a time."""
MAX_LISTED = 100_000
"""Names in one listing."""
_BYTES = "surrogateescape"
"""How names that are no UTF-8 are carried, as everywhere."""
TEXT = ("menu.lst", ".image_info")
"""Names of files that a browser may show; the rest is bytes."""


class MediumSite:
    """The WSGI application: the medium's files at their paths and, for an image, the image itself at its own name."""

    def __init__(self, location: str, log: Callable[[str], None] = lambda _: None) -> None:
        """See that the medium can be read. Raises MediumError when it cannot."""
        self._location = location
        self._log = log
        self._image = "" if os.path.isdir(location) else os.path.basename(location)
        open_medium(location).close()

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        try:
            response: Any = self._answer(request)
        except HTTPException as error:
            response = error.get_response(environ)
        except (MediumError, OSError) as error:
            self._log(f"error {error}")
            response = ServiceUnavailable("the medium cannot be read").get_response(environ)
        wanted = request.headers.get("Range")
        self._log(f"{request.method} {request.path}{f' {wanted}' if wanted else ''} {response.status_code}")
        answer: Iterable[bytes] = response(environ, start)
        return answer

    def _answer(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            raise MethodNotAllowed(["GET", "HEAD"])
        path = request.environ["PATH_INFO"].encode("latin-1").decode("utf-8", "surrogateescape")
        medium = open_medium(self._location)
        try:
            response = self._at(request, medium, path)
        except BaseException:
            medium.close()
            raise
        response.call_on_close(medium.close)
        return response

    def _at(self, request: Request, medium: Medium, path: str) -> Response:
        found = medium.lookup(path)
        if found.status == "file" and found.entry and not path.endswith("/"):
            return _send(request, medium.open_entry(found.entry), found.entry.size, path)
        if found.status == "directory":
            return _listing(medium, found) if path.endswith("/") else redirect(_link(path), 301)
        if self._image and path == f"/{self._image}":
            image = open(self._location, "rb", buffering=0)  # noqa: SIM115  # the response closes it
            return _send(request, image, image.seek(0, os.SEEK_END), path)
        raise NotFound


def _link(path: str) -> str:
    """Return a directory's address; one slash in front, for two would name another host."""
    return f"/{quote(path.strip('/').encode(errors=_BYTES))}/"


def _send(request: Request, stream: BinaryIO, size: int, path: str) -> Response:
    """Return a file, or the part of it that a range asks for."""
    stream.seek(0)
    kind = "text/plain" if path.endswith(TEXT) else "application/octet-stream"
    response = Response(wrap_file(request.environ, stream, PIECE), mimetype=kind, direct_passthrough=True)
    response.content_length = size
    response.call_on_close(stream.close)
    try:
        return response.make_conditional(request, accept_ranges=True, complete_length=size)
    except BaseException:
        stream.close()
        raise


def _listing(medium: Medium, found: Lookup) -> Response:
    """Return a directory's names as a page of links."""
    assert found.entry is not None  # noqa: S101  # it is a directory
    rows = []
    for entry, _ in zip(medium.children(found.entry), range(MAX_LISTED), strict=False):
        slash = "/" if entry.kind == "directory" else ""
        link = quote(entry.name.encode(errors=_BYTES), safe="") + slash
        rows.append(f'<li><a href="./{link}">{escape(entry.name.encode(errors="replace").decode())}{slash}</a></li>')
    title = escape(found.real.encode(errors="replace").decode())
    page = f'<!doctype html><meta charset="utf-8"><title>{title}</title><ul>\n' + "\n".join(sorted(rows)) + "\n</ul>\n"
    return Response(page, mimetype="text/html")
