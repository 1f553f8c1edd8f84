"""What the user sees of a guest (XVM-CON): PV guests have a console only, HVM guests a serial port or a display."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .part import Part, acts, say, word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .case import Case
    from .request import InstallRequest


def parts(case: Case) -> Iterator[Part]:
    """Yield what a PV guest gets."""
    yield acts("XVM-CON-02")
    if case.request.vnc:
        yield say("XVM-CON-02", "--vnc has no effect on a PV guest, which has no display; use its console")
    if case.family == "nevada" and case.request.nographics:
        yield word("XVM-CON-03", "nowin")


def hvm_graphics(request: InstallRequest) -> tuple[str, ...]:
    """Return the displays of an HVM guest, beside its serial port: VNC, unless the user wants none (XVM-CON-01)."""
    return ("vnc",) if request.vnc or not request.nographics else ()
