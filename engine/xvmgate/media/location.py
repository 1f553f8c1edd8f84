"""Where a medium is, as a text: which kind of place it names, and how it is shown without a login."""

from __future__ import annotations

import re

REMOTE = ("http://", "https://", "nfs:")
"""How locations begin that are read over a network, in whatever case."""
AUTHORITY = r"([A-Za-z][A-Za-z0-9+.-]*://)([^/?#\s]*)"
PORT = r"(\[[^]]*\]|[^:@]*)(:\d*)?"
"""What may stand before a URL's path: a host, and a port in digits."""


def is_remote(location: str) -> bool:
    """Say whether a location is read over a network."""
    return location[:8].lower().startswith(REMOTE)


def shown(location: str) -> str:
    """Return a location as it may be shown: a URL without its user and password."""
    found = re.match(AUTHORITY, location) if "://" in location else None  # a path costs no pattern
    if found is None:
        return location
    scheme, host, rest = found[1], found[2].rpartition("@")[2], location[found.end() :]
    if not re.fullmatch(PORT, host) and "@" in rest:
        # No host looks like this: a password with a slash in it was cut in two.
        return scheme + rest.rpartition("@")[2]
    return scheme + host + rest


def mask(text: str) -> str:
    """Return a message without the logins of the URLs in it."""
    return re.sub(AUTHORITY, lambda found: found[1] + found[2].rpartition("@")[2], text)
