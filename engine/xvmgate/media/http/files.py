"""One file of an HTTP tree, as bytes by offset: by ranges where the server has them, else from its beginning on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .source import RangeSource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .client import Client

MAX_PREFIX = 64 << 20
"""Bytes of a file that are read and kept from a server without ranges; a kernel takes a twentieth of it."""


class Found(NamedTuple):
    """What a server said of a path: a status of walk.Lookup, and of a file its address, size, head and version.

    `ranged` says that the server sends parts of it; `validator` is its ETag or Last-Modified.
    """

    path: str
    status: str
    url: str = ""
    size: int = 0
    head: bytes = b""
    ranged: bool = False
    validator: str | None = None


def reader(client: Client, found: Found) -> Callable[[int, int], bytes]:
    """Return `read(offset, length)` for a file, which begins with the head that is there already."""
    if not found.ranged:
        return _Prefix(client, found).read
    source = RangeSource(client, found.url, found.size, found.validator)
    source.keep(0, found.head)
    return source.read


def chunks(client: Client, found: Found, start: int) -> Iterator[bytes]:
    """Yield a file's bytes from `start` on, by one request. Raises MediumError when they break off."""
    if start == found.size:
        return
    if found.ranged:
        yield from RangeSource(client, found.url, found.size, found.validator).chunks(start, found.size - start)
        return
    client.deadline.transfer()
    with client.get(found.url) as reply:
        if reply.status != 200 or reply.length != found.size or reply.validator != found.validator:
            raise client.error(f"{found.path} was changed while it was read", "try again")
        skip, left = start, found.size
        while left > 0:
            data = b"".join(reply.some(left))
            if not data:
                raise reply.cut(f"it stops sending {found.path} {left} bytes before the end")
            left -= len(data)
            yield data[skip:]
            skip = max(0, skip - len(data))


class _Prefix:
    """The beginning of a file on a server without ranges: asked for again once, and read as far as is wanted."""

    def __init__(self, client: Client, found: Found) -> None:
        self._client = client
        self._found = found
        self._data = found.head

    def read(self, offset: int, length: int) -> bytes:
        """Read exactly these bytes. Raises MediumError where the answer ends before, or they lie too far on."""
        end = offset + length
        if end > len(self._data):
            self._grow(end)
        return self._data[offset:end]

    def _grow(self, end: int) -> None:
        path = self._found.path
        if end > MAX_PREFIX:
            raise self._client.error(
                f"byte {end} of {path} is wanted, and it cannot send parts of files", "have it served with ranges"
            )
        size = min(max(end, 2 * len(self._data)), self._found.size)
        self._data = self._client.persist(lambda: self._beginning(size))

    def _beginning(self, size: int) -> bytes:
        path = self._found.path
        with self._client.get(self._found.url) as reply:
            if reply.status != 200 or reply.length != self._found.size or reply.validator != self._found.validator:
                raise self._client.error(f"{path} was changed while it was read", "try again")
            data = reply.read(size)
        if len(data) < size:
            raise reply.cut(f"it sends {len(data)} bytes of {path}, and says that it has {self._found.size}")
        return data
