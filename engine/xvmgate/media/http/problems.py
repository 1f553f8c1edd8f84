"""What went wrong on the way to a server, for people; libraries' own texts are not shown: they may hold a login."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING

import requests
import urllib3

if TYPE_CHECKING:
    from collections.abc import Iterator

FAILURES = (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError)
"""What the libraries raise: ValueError comes for URLs that they cannot take."""
AGAIN, GIVE_UP = True, False
SILENT = "no answer within {seconds:.3g} s"
KNOWN: tuple[tuple[type[BaseException], str, bool], ...] = (
    (requests.exceptions.ProxyError, "the proxy does not answer", GIVE_UP),
    (requests.exceptions.SSLError, "its certificate is not trusted, or it speaks no TLS", GIVE_UP),
    (urllib3.exceptions.NameResolutionError, "the host's name is not known", GIVE_UP),
    (ConnectionRefusedError, "the connection was refused", GIVE_UP),
    # To urllib3, a connection that was never made is one of its time limits.
    (urllib3.exceptions.NewConnectionError, "no connection can be made", GIVE_UP),
    (requests.Timeout, SILENT, GIVE_UP),
    (urllib3.exceptions.TimeoutError, SILENT, GIVE_UP),
    (TimeoutError, SILENT, GIVE_UP),
    (requests.exceptions.InvalidURL, "no usable web address", GIVE_UP),
    (requests.exceptions.InvalidSchema, "it redirects to something that is no web address", GIVE_UP),
    (requests.exceptions.InvalidHeader, "its headers contradict themselves", GIVE_UP),
    (urllib3.exceptions.InvalidHeader, "its headers contradict themselves", GIVE_UP),
    (http.client.LineTooLong, "its headers are too long", GIVE_UP),
    (http.client.RemoteDisconnected, "the connection was cut", AGAIN),
    (http.client.BadStatusLine, "it answers with something that is no HTTP", AGAIN),
    (urllib3.exceptions.IncompleteRead, "the answer is shorter than it says", AGAIN),
    (http.client.IncompleteRead, "the answer is shorter than it says", AGAIN),
    (ConnectionResetError, "the connection was reset", AGAIN),
    (requests.exceptions.ConnectionError, "the connection was cut", AGAIN),
    (urllib3.exceptions.ProtocolError, "the connection was cut", AGAIN),
    (OSError, "the connection failed", AGAIN),
    (ValueError, "no usable web address", GIVE_UP),
)
"""Kinds of failure, the first that fits, with whether another try may help."""


def describe(error: BaseException, seconds: float) -> tuple[str, bool]:
    """Return what went wrong, and whether another try may help; `seconds` is the limit that a wait had."""
    chain = list(_chain(error))
    if any(type(link) is http.client.HTTPException for link in chain):  # it has no class of its own
        return "it sends too many headers", GIVE_UP
    for kind, text, again in KNOWN:
        if any(isinstance(link, kind) for link in chain):
            return text.format(seconds=seconds), again
    return "the answer cannot be read", GIVE_UP


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and those that it was made from, by cause, context, or argument."""
    found: list[BaseException] = [error]
    for link in found:
        yield link
        inner = [link.__cause__, link.__context__, getattr(link, "reason", None), *link.args]
        found.extend(item for item in inner if isinstance(item, BaseException) and item not in found)
