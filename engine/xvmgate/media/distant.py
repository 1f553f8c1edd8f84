"""Media that are read over a network, by the scheme of their location."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .base import Medium, MediumError
from .location import is_remote, shown
from .remote import DEFAULT

if TYPE_CHECKING:
    from .remote import Remote


def open_distant(location: str, remote: Remote | None) -> Medium:
    """Open what lies at a URL or at `nfs:host:/path`. Raises MediumError for what cannot be read, or is no medium."""
    allowed = remote or DEFAULT
    if not is_remote(location):
        scheme = location.partition(":")[0]
        advice = "give a path, or an http:, https: or nfs: location"
        raise MediumError(shown(location), f"{scheme}: is no way to a medium", advice, rule=None)
    if location[:4].lower() == "nfs:":
        from .nfs.opening import open_nfs  # noqa: PLC0415  # only the kind that is needed is loaded

        return open_nfs(location, allowed)
    from .http.opening import open_http  # noqa: PLC0415  # as above

    return open_http(location, allowed)
