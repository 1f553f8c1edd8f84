"""HVM guests (XVM-HVM, XVM-PXE-02, XVM-JS-05): a machine that boots by itself, from CD or network."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xvmgate.media.location import shown

from .console import hvm_graphics
from .part import Part, acts
from .refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .facts import HostFacts
    from .request import InstallRequest, Source

REMOTE = re.compile(r"(nfs:|https?://)", re.IGNORECASE)
"""How a place that is no file of the host begins."""


def parts(request: InstallRequest, source: Source, facts: HostFacts) -> Iterator[Part]:
    """Yield what makes up an HVM guest.

    Raises Refused by XVM-HVM-02 for arguments, by XVM-HVM-01 for a location, by XVM-JS-05 for a floppy that is none.
    """
    if (request.extra_args or "").strip():
        raise Refused("XVM-HVM-02", f"-x {request.extra_args!r}: an HVM guest boots its own menu; edit that instead")
    if request.location is not None:
        raise Refused(
            "XVM-HVM-01",
            f"-l {shown(request.location)}: an HVM guest takes nothing out of a location; "
            "give an ISO as --cdrom, or --pxe",
        )
    if source.scheme == "pxe":
        yield acts("XVM-PXE-02", "boot from the network")
        yield acts("XVM-AI-01")
    else:
        yield Part("XVM-HVM-01", drive=("cdrom", source.text), stands=True, adds=f"boot from CD {source.text}")
    if request.autocf is not None:
        floppy = _floppy(request.autocf, facts)
        yield Part("XVM-JS-05", drive=("floppy", floppy), stands=True, adds=f"floppy {floppy}")
    yield acts("XVM-CON-01", " and ".join(["serial port", *(name.upper() for name in hvm_graphics(request))]))


def _floppy(autocf: str, facts: HostFacts) -> str:
    """Return the floppy image that `--autocf` names. Raises Refused by XVM-JS-05."""
    if not autocf.strip() or REMOTE.match(autocf):
        raise Refused(
            "XVM-JS-05", f"--autocf {autocf!r} names no floppy image, which an HVM guest needs; give its path"
        )
    if not facts.has_file(autocf):
        raise Refused("XVM-JS-05", f"--autocf {autocf!r}: no floppy image is there; give the path of one")
    return autocf
