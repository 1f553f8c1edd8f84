"""Hands-off installs of Nevada (XVM-JS): the word `install`, and where on NFS the configuration lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .netinstall import server
from .part import Part, acts, put, say, word
from .refusal import Refused
from .request import PlaceError, Source, nfs_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .case import Case

CONFIGS = (("XVM-JS-03", "sysid_config"), ("XVM-JS-04", "install_config"))


def config_place(autocf: str) -> Source:
    """Read `--autocf` as a place on NFS. Raises Refused by XVM-JS-02 for anything else."""
    try:
        place = nfs_place(autocf)
    except PlaceError as error:
        raise Refused("XVM-JS-02", f"--autocf {error}") from error
    if place is None:
        raise Refused("XVM-JS-02", f"--autocf {autocf!r} is no place on NFS; nfs:HOST:/path is expected for Nevada")
    return place


def parts(case: Case) -> Iterator[Part]:
    """Yield what `--autocf` adds for Nevada; for an ISO the reading `js-iso` decides.

    Raises Refused by XVM-JS-03 or XVM-JS-04 for a host without an address.
    """
    place = case.config
    if place is None:
        return
    yield acts("XVM-JS-02")
    if case.as_iso and case.readings.alternative("js-iso"):
        yield say("XVM-JS-01", "JumpStart is left out, for the medium is an ISO")
        return
    yield word("XVM-JS-01", "install")
    for rule, name in CONFIGS:
        if case.free(name):
            yield put(rule, name, f"{server(rule, case, place.host)}:{place.path}")
