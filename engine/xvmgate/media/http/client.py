"""Asking a web server, with limits: on time, on tries, on redirects; counts requests and bytes, and knows the login."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urljoin

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_auth_from_url

from xvmgate.media.base import MediumError
from xvmgate.media.deadline import Deadline
from xvmgate.media.location import shown

from . import problems, ranges
from .reply import Cut, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xvmgate.media.remote import Remote

T = TypeVar("T")
MAX_TRIES = 3
"""Times that one request is sent, where the server is busy or the connection is cut."""
PAUSE = 0.25
"""Seconds before the second try; twice that before the third."""
MAX_REDIRECTS = 5
"""Redirects followed for one request."""
CONNECT, READ = 10.0, 20.0
"""Seconds that a connection, and a silence of the server, may last."""
BUSY = (500, 502, 503, 504)
"""Statuses after which another try may help."""
AGENT = "xvmgate"


class Client:
    """One location's server. A location's login is kept apart from its URL, so that no message can show it."""

    def __init__(self, location: str, remote: Remote) -> None:
        """Take the location apart. Raises MediumError when it is no web address."""
        self.location = shown(location)
        self.url = self.location.partition("#")[0]
        self.deadline = Deadline(self.location, remote.timeout)
        self.bytes_read = 0
        self.requests = 0
        try:
            self._login = get_auth_from_url(location)
        except ValueError as error:
            raise self.error("no usable web address", "write http://host/path") from error
        self._session = requests.Session()
        self._session.headers.update({"Accept-Encoding": "identity", "User-Agent": AGENT, "Accept": "*/*"})
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(pool_connections=2, pool_maxsize=2))

    def get(self, url: str, runs: Sequence[tuple[int, int]] = (), validator: str | None = None) -> Reply:
        """Ask for a file, or for runs (start, end) of it; with a validator, for those only while it is the same file.

        Redirects are followed. Raises MediumError when no answer comes; every status is an answer but those of BUSY.
        """
        headers = {"Range": ranges.header(runs)} if runs else {}
        headers |= {"If-Range": validator} if validator else {}
        for attempt in range(1, MAX_TRIES + 1):
            answer = self._try(url, headers)
            if isinstance(answer, Reply):
                if answer.status not in BUSY:
                    return answer
                answer.close()
                answer = f"the server answers {answer.status}", problems.AGAIN
            problem, again = answer
            if not again or attempt == MAX_TRIES:
                break
            self.deadline.wait(PAUSE * attempt)
        tries = f", {attempt} times" if attempt > 1 else ""
        raise self.error(f"{problem}{tries}")

    def persist(self, work: Callable[[], T]) -> T:
        """Return what `work` returns, trying again where an answer breaks off. Raises MediumError."""
        for attempt in range(1, MAX_TRIES):
            with suppress(Cut):
                return work()
            self.deadline.wait(PAUSE * attempt)
        return work()

    def error(self, problem: str, advice: str = "look at the server, or try again") -> MediumError:
        """Return the error for a server that does not do its part; the caller raises it."""
        return MediumError(self.location, problem, advice, rule=None)

    def close(self) -> None:
        """Close the connections."""
        self.deadline.close()
        self._session.close()

    def _try(self, url: str, headers: dict[str, str]) -> Reply | tuple[str, bool]:
        limit = min(READ, self.deadline.left())
        try:
            return self._follow(url, headers)
        except problems.FAILURES as error:
            self.deadline.left()
            return problems.describe(error, limit)

    def _follow(self, url: str, headers: dict[str, str]) -> Reply:
        login = self._login if any(self._login) else None
        for _ in range(MAX_REDIRECTS + 1):
            response = self._send(url, headers, login)
            target = self._session.get_redirect_target(response)
            if target is None:
                return Reply(self, response)
            response.close()
            following = urljoin(response.url, target)
            if self._session.should_strip_auth(url, following):  # type: ignore[no-untyped-call]
                login = None
            url = following
        raise self.error(f"it redirects more than {MAX_REDIRECTS} times", "give the address that it ends at")

    def _send(self, url: str, headers: dict[str, str], login: tuple[str, str] | None) -> requests.Response:
        left = self.deadline.left()
        limits = min(CONNECT, left), min(READ, left)
        self.requests += 1
        return self.deadline.run(
            lambda: self._session.get(
                url, headers=headers, auth=login, timeout=limits, stream=True, allow_redirects=False
            )
        )
