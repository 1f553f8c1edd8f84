"""XVM-FS: the file system of the medium.

A medium that cannot be read has no checks at all: it is `unreadable`, and its error names XVM-FS-01. So what reaches a
check here has been read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.conformance.finding import Finding, not_applicable, passed

if TYPE_CHECKING:
    from xvmgate.conformance.survey import Survey


def readable(survey: Survey) -> Finding:
    """XVM-FS-01: say what file system was read."""
    return passed("a file system that can be read", survey.medium.filesystem)


def pool_version(survey: Survey) -> Finding:
    """XVM-FS-02: speaks of ZFS pools only."""
    return not_applicable(f"no ZFS pool but {survey.medium.filesystem}")
