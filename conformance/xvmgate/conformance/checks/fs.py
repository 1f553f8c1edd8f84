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
    """XVM-FS-02: say a pool's version, and which Xen releases boot it by their own readers.

    A version that is not known never comes here: its error names the rule.
    """
    pool = survey.medium.zfs
    if pool is None:
        return not_applicable(f"no ZFS pool but {survey.medium.filesystem}")
    from xvmgate.fixtures.xen_reader import every_reader, first_reader  # noqa: PLC0415  # only pools need it

    reader = first_reader(pool.version)
    if reader:
        booted = f"Xen {reader.xen} and later boot it by their own reader"
    else:
        booted = f"no Xen release boots it by its own reader, which stops at version {every_reader()[-1].pool}"
    return passed("a ZFS pool version that is known", f"ZFS pool version {pool.version}; {booted}")
