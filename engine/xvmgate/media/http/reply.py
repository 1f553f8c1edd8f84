"""One answer of a server: its status, what it says of its content, and the content, read as far as it is wanted."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from xvmgate.media.base import MediumError

from . import problems, ranges

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    import requests

    from .client import Client

TURN = 4 << 20
"""Bytes that are read at most before they are passed on; the next turn is read while these are used."""
PIECE = 512 << 10
"""Bytes of a piece at most: fewer take more turns of two threads, more take fresh memory each time."""
SOON = 0.5
"""Seconds after which slow pieces are passed on as far as they came."""
HTML = ("text/html", "application/xhtml+xml")


class Cut(MediumError):  # noqa: N818  # it says what happened
    """An answer that broke off, or did not hold what was asked for: another try may help."""


class Reply:
    """An answer whose content is read by need; closing it before its end closes the connection."""

    def __init__(self, client: Client, response: requests.Response) -> None:
        """Take a response. Raises MediumError where its content is encoded."""
        self._client = client
        self._response = response
        self._failure: Exception | None = None
        self._coming = False
        self.status = response.status_code
        self.url = response.url
        coding = response.headers.get("Content-Encoding", "identity").strip().lower()
        if coding not in ("", "identity") and self.status in (200, 206):
            response.close()
            raise client.error(f"it sends its content encoded ({coding[:20]!r}), unasked", "switch that off there")

    def header(self, name: str) -> str | None:
        """Return a header's value, None where there is none."""
        value: str | None = self._response.headers.get(name)
        return value

    @property
    def length(self) -> int | None:
        """Bytes of the content, None where the server does not say."""
        value = self.header("Content-Length")
        return int(value) if value is not None and value.isascii() and value.isdigit() and len(value) < 20 else None

    @property
    def validator(self) -> str | None:
        """What tells this file from a later one of its name: a strong ETag, else Last-Modified (RFC 9110, 13.1.5)."""
        tag = self.header("ETag")
        return tag if tag and not tag.startswith("W/") else self.header("Last-Modified")

    @property
    def is_page(self) -> bool:
        """Whether it is a page for people, as servers send for a directory."""
        return (self.header("Content-Type") or "").partition(";")[0].strip().lower() in HTML

    def span(self) -> ranges.Span:
        """Return what part of the file this is. Raises Cut for a part that does not say so."""
        try:
            return ranges.read_content_range(self.header("Content-Range"))
        except ranges.RangeError as error:
            raise self.cut(f"it sends {error}") from error

    def read(self, size: int) -> bytes:
        """Read `size` bytes, fewer at the end of the content. Raises MediumError when it breaks off."""
        whole: list[bytes] = []
        while size > 0 and (pieces := self.some(size)):
            whole += pieces
            size -= sum(map(len, pieces))
        return b"".join(whole)

    def some(self, size: int) -> list[bytes]:
        """Read up to `size` bytes of what has come, in pieces, none only at the end.

        Raises MediumError when it breaks off.
        """
        self.ahead(size)
        try:
            pieces: list[bytes] = self._client.deadline.finish()
        except problems.FAILURES as error:
            self._coming = False
            self._client.deadline.left()
            from .client import READ  # noqa: PLC0415  # each needs the other

            raise self.cut(problems.describe(error, READ)[0]) from error
        self._coming = False
        came = sum(map(len, pieces))
        self._client.bytes_read += came
        self._client.deadline.earn(came)
        return pieces

    def ahead(self, size: int) -> None:
        """Let up to `size` bytes come while those before are used: it is these that `some` returns next."""
        if not self._coming:
            self._client.deadline.begin(lambda: self._pieces(min(size, TURN)))
            self._coming = True

    def cut(self, problem: str) -> Cut:
        """Return the error for an answer that cannot be used; the caller raises it."""
        return Cut(self._client.location, problem, "look at the server, or try again", rule=None)

    def close(self) -> None:
        """Give the connection back where the content is at its end, else close it."""
        raw = self._response.raw
        if self._coming and not self._stopped():
            return
        if getattr(raw, "length_remaining", None) == 0 and not raw.closed:
            raw.read1(1)
        self._response.close()

    def _stopped(self) -> bool:
        """Wake who waits for bytes that nobody wants any more; say whether it let go of the connection."""
        with suppress(OSError, ValueError, RuntimeError):
            self._response.raw.shutdown()
        return self._client.deadline.abandon()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _pieces(self, size: int) -> list[bytes]:
        if self._failure:
            raise self._failure
        raw = self._response.raw
        soon = time.monotonic() + SOON
        pieces: list[bytes] = []
        try:
            while size > 0 and (not pieces or time.monotonic() < soon):
                data = raw.read1(min(size, PIECE), decode_content=False)
                if not data:
                    break
                pieces.append(data)
                size -= len(data)
        except problems.FAILURES as error:
            if not pieces:
                raise
            self._failure = error  # what came before it is passed on first
        return pieces
