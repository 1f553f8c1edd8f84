"""`--hash`: a medium's sha256, with a progress bar on a terminal."""

from __future__ import annotations

import sys

import click

from xvmgate.conformance.hashing import hash_medium, total_size
from xvmgate.media import MediumError
from xvmgate.reports import verdict
from xvmgate.reports.events import MediumResult
from xvmgate.reports.text import printable


def with_hash(result: MediumResult) -> MediumResult:
    """Return the result with the medium's hash; a medium that cannot be hashed cannot be read."""
    size = total_size(result.location)
    try:
        if not (size and sys.stderr.isatty()):
            return result._replace(sha256=hash_medium(result.location))
        with click.progressbar(length=size, label=f"hashing {printable(result.location)}", file=sys.stderr) as bar:
            return result._replace(sha256=hash_medium(result.location, bar.update))
    except MediumError as error:
        return MediumResult(result.location, verdict.UNREADABLE, error=str(error))
