"""A tree on a web server as a medium. A server cannot be asked for names, only whether a path is there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, BinaryIO, NoReturn
from urllib.parse import quote, urlsplit, urlunsplit

from xvmgate.media.base import Entry, Lookup, Medium, MediumError
from xvmgate.media.counted import Counted
from xvmgate.media.extents import Extent, open_extents

from .files import Found, chunks, reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .client import Client
    from .reply import Reply

HEAD = 16 << 10
"""Bytes that are read of every file that is there: a boot menu as a whole, the head of a kernel or ramdisk."""
MAX_PATH = 1024
"""Characters of a path that is asked for; PATH_MAX of Solaris."""
IMPOSSIBLE = "/no-such-file.xvmgate"
"""A path that no medium has: a server that sends something for it says nothing about the others either."""
MISSING = (404, 410, 414)
FORBIDDEN = 403
FOUND = (200, 206)


class HttpTree(Counted, Medium):
    """A tree below a URL. Links are the server's business: what it sends for a path lies at that path.

    An entry's handle is a Found. Every path is asked for once.
    """

    kind = "tree"
    filesystem = "a tree on a web server"
    listable = False

    def __init__(self, client: Client) -> None:
        """Take the server's measure. Raises MediumError for one that sends something for every path."""
        self.location = client.location
        self._client = self._counter = client
        self._asked: dict[str, Found] = {}
        self._missing: tuple[int, ...] = MISSING
        self._measure()

    def root(self) -> Entry:
        """Return the top directory."""
        return Entry("", "directory", 0, None, Found("/", "directory"))

    def lookup(self, path: str) -> Lookup:
        """Ask for a path and say what lies there. Raises MediumError when the server does not say."""
        parts: list[str] = []
        for part in path.split("/"):
            if part == ".." and not parts:
                return Lookup(path, "escape", path, None)
            if part == "..":
                parts.pop()
            elif part not in ("", "."):
                parts.append(part)
        real = "/" + "/".join(parts)
        if not parts:
            return Lookup(path, "directory", real, self.root())
        found = self._find(real)
        there = found.status in ("file", "directory")
        return Lookup(path, found.status, real, self._entry(found) if there else None)

    def child(self, directory: Entry, name: str) -> Entry | None:
        """Return the entry of that name, or None. Raises MediumError when the server does not say."""
        return self.lookup(f"{directory.handle.path}/{name}").entry

    def children(self, directory: Entry) -> NoReturn:
        """Raise MediumError: a web server lists nothing that could be relied on."""
        raise self._client.error(f"{directory.handle.path} cannot be listed", "give an ISO, or a local copy")

    def open_entry(self, entry: Entry) -> BinaryIO:
        """Open a file. Raises MediumError when reading fails."""
        found: Found = entry.handle
        return open_extents(reader(self._client, found), [Extent(0, found.size)])

    def version(self, entry: Entry) -> str | None:
        """Return a file's ETag or Last-Modified."""
        found: Found = entry.handle
        return found.validator

    def chunks(self, entry: Entry, start: int = 0) -> Iterator[bytes]:
        """Yield a file's bytes by one request. Raises MediumError when they break off."""
        return chunks(self._client, entry.handle, start)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _measure(self) -> None:
        with self._ask(IMPOSSIBLE) as reply:
            if reply.status in FOUND:
                raise self._client.error(
                    "it sends something for paths that are not there, so nothing can be told of it",
                    "give the address of the tree itself, or an ISO",
                )
            if reply.status == FORBIDDEN:
                self._missing = (*MISSING, FORBIDDEN)

    def _find(self, path: str) -> Found:
        found = self._asked.get(path)
        if found is None:
            found = Found(path, "missing")
            if len(path) <= MAX_PATH:
                found = self._client.persist(lambda: self._answer(path))
            self._asked[path] = found
        return found

    def _answer(self, path: str) -> Found:
        with self._ask(path) as reply:
            if urlsplit(reply.url).path.endswith("/"):
                return Found(path, "missing" if reply.status in MISSING else "directory")
            if reply.status in self._missing:
                return Found(path, "missing")
            if reply.status == 416:
                return Found(path, "file", reply.url, 0, b"", ranged=True, validator=reply.validator)
            if reply.status not in FOUND:
                raise self._refused(path, reply.status)
            return self._file(path, reply)

    def _file(self, path: str, reply: Reply) -> Found:
        ranged = reply.status == 206
        span = reply.span() if ranged else None
        size = span.total if span else reply.length
        if size is None:
            raise self._client.error(f"it does not say how long {path} is", "have it served as a plain file")
        if span and span[:2] != (0, min(HEAD, size)):
            raise reply.cut(f"it sends bytes {span.start} to {span.end} of {path} for 0 to {min(HEAD, size)}")
        head = reply.read(min(HEAD, size))
        if len(head) < min(HEAD, size):
            raise reply.cut(f"it sends {len(head)} bytes of {path}, and says that it has {size}")
        return Found(path, "file", reply.url, size, head, ranged, reply.validator)

    def _ask(self, path: str) -> Reply:
        base = urlsplit(self._client.url)
        there = base.path.rstrip("/") + quote(os.fsencode(path))
        return self._client.get(urlunsplit(base._replace(path=there)), [(0, HEAD)])

    def _entry(self, found: Found) -> Entry:
        return Entry(found.path.rpartition("/")[2], found.status, found.size, None, found)

    def _refused(self, path: str, status: int) -> MediumError:
        advice = "give a login in netrc or in the URL" if status == 401 else "look at the server"
        return self._client.error(f"the server answers {status} for {path}", advice)
