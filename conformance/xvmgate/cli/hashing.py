"""`--hash`: a medium's sha256, with a progress bar on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.conformance.hashing import hash_medium, total_size
from xvmgate.media import MediumError
from xvmgate.reports import verdict
from xvmgate.reports.events import MediumResult

if TYPE_CHECKING:
    from xvmgate.media.remote import Remote


def with_hash(result: MediumResult, location: str, allowed: Remote) -> MediumResult:
    """Return the result with the medium's hash; a medium that cannot be hashed cannot be read."""
    size = total_size(location)
    try:
        if not allowed.progress:
            return result._replace(sha256=hash_medium(location, remote=allowed))
        with allowed.progress(f"hashing {result.location}", size) as advance:
            return result._replace(sha256=hash_medium(location, advance, allowed))
    except MediumError as error:
        return MediumResult(result.location, verdict.UNREADABLE, error=str(error))
