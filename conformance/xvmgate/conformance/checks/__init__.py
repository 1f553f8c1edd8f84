"""The checks of media: a module an area, a function a rule; `CHECKS` is their order and their whole list."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from . import ev, fs, hvm, path, pv

if TYPE_CHECKING:
    from collections.abc import Callable

    from xvmgate.conformance.finding import Finding
    from xvmgate.conformance.survey import Survey

    CheckFunction = Callable[[Survey], Finding]

CHECKS: dict[str, CheckFunction] = {
    "XVM-FS-01": fs.readable,
    "XVM-FS-02": fs.pool_version,
    "XVM-HVM-01": hvm.bios_bootable,
    "XVM-PV-01": pv.bootable,
    **{rule_id: partial(path.in_place, rule_id) for rule_id in path.RULES},
    "XVM-EV-01": ev.ramdisk_format,
    "XVM-EV-02": ev.menu_files,
    "XVM-EV-03": ev.links_inside,
}
"""Every rule about media with the function that checks it, in the order of reports."""
