"""One install, as the rules' modules see it: what was asked for, what was found, what the user already said."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .bootargs import BootArgs
    from .facts import HostFacts
    from .readings import Readings
    from .request import InstallRequest, Source


class Case(NamedTuple):
    """A PV install.

    `kind` is the medium's (iso, tree, zfs), `as_iso` whether the install is one from an ISO, `web` whether its location
    counts as an HTTP one; `user` are the arguments of `-x`; `pairs` and `config` are what `--autocf` is, settings for
    OpenSolaris or a place on NFS for Nevada; `taken` are the names that `-x` and the settings have.
    """

    request: InstallRequest
    facts: HostFacts
    readings: Readings
    source: Source
    family: str
    kind: str
    as_iso: bool
    web: bool
    user: BootArgs
    pairs: tuple[tuple[str, str], ...]
    config: Source | None
    taken: frozenset[str]

    def free(self, name: str) -> bool:
        """Say whether a property is the tool's to set: neither `-x` nor `--autocf` has it."""
        return name not in self.taken
