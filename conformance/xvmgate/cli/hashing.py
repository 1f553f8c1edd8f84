"""`--hash`: a medium's sha256, with a progress bar on a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
from attrs import evolve

from xvmgate.conformance.hashing import hash_medium, total_size
from xvmgate.media import MediumError
from xvmgate.reports import verdict
from xvmgate.reports.text import printable

if TYPE_CHECKING:
    from xvmgate.reports.events import MediumResult


def with_hash(result: MediumResult) -> MediumResult:
    """Return the result with the medium's hash; a medium that cannot be hashed cannot be read."""
    size = total_size(result.location)
    try:
        if not (size and sys.stderr.isatty()):
            return result.with_hash(hash_medium(result.location))
        with click.progressbar(length=size, label=f"hashing {printable(result.location)}", file=sys.stderr) as bar:
            return result.with_hash(hash_medium(result.location, bar.update))
    except MediumError as error:
        return evolve(result, verdict=verdict.UNREADABLE, error=str(error), kind=None, checks=())
