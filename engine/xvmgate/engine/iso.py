"""Installs from an ISO: the guest is told of its CD, and has one (XVM-ISO-01); the bootable AI's defaults (XVM-BAI)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .part import Part, acts, put, say
from .refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .case import Case
    from .readings import Readings
    from .request import Source

DEFAULTS = (
    ("XVM-BAI-01", "media_boot", "true"),
    ("XVM-BAI-02", "auto-shutdown", "enable"),
    ("XVM-BAI-03", "aimanifest", "default"),
)
"""What an OpenSolaris guest from an ISO gets (document, line 198)."""


def is_iso_install(kind: str, source: Source, readings: Readings) -> bool:
    """Say whether the rules for ISOs hold; for an ISO elsewhere the reading `remote-iso` decides.

    Raises Refused by XVM-ISO-01 for a CD that is no ISO.
    """
    if source.scheme == "cdrom" and kind != "iso":
        raise Refused("XVM-ISO-01", f"{source.text} is no ISO; give an ISO as --cdrom, or the medium as --location")
    if kind != "iso" or source.scheme in ("cdrom", "local"):
        return kind == "iso"
    return not readings.alternative("remote-iso")


def parts(case: Case) -> Iterator[Part]:
    """Yield what an install from an ISO adds."""
    if case.free("install_media") and not (case.family == "opensolaris" and case.readings.alternative("iso-scope")):
        yield put("XVM-ISO-01", "install_media", "cdrom")
    if case.source.scheme in ("cdrom", "local"):
        yield Part("XVM-ISO-01", drive=("cdrom", case.source.text), stands=True, adds=f"CD {case.source.text}")
    else:
        yield say(
            "XVM-ISO-01",
            f"{case.source.text} is not on this host, so the guest gets no CD; copy the ISO here and give its path",
        )


def bootable_ai(case: Case) -> Iterator[Part]:
    """Yield the defaults of the bootable AI, for OpenSolaris from an ISO; the live ISO gets them too (XVM-BAI-04)."""
    if case.family != "opensolaris" or not case.as_iso:
        return
    if any(case.free(name) for _, name, _ in DEFAULTS) and case.readings.alternative("bootable-ai"):
        return
    yield acts("XVM-BAI-04")
    for rule, name, value in DEFAULTS:
        yield put(rule, name, value)
