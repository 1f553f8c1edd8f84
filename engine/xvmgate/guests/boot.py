"""A plan started for real, in an emulator: a PV guest by Xen, an HVM guest by a BIOS; what is said there decides."""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING, NamedTuple

from . import machines
from .emulator import Watch, find_qemu, run
from .guest_report import Report, differences, expected, read_report

if TYPE_CHECKING:
    from collections.abc import Callable

    from xvmgate.engine.plan import BootPlan

    from .domain import BootFiles

AS_PLANNED, DIFFERS, REACHED, SPOKE = "as-planned", "differs", "reached", "spoke"
REFUSED, CRASHED, SILENT, NOT_REACHED, NOTHING = "refused", "crashed", "silent", "not-reached", "nothing"
GOOD = (AS_PLANNED, REACHED, SPOKE)
"""Verdicts of a guest that booted; NOTHING says that the machine did not come so far as to start it."""
PANIC = re.compile(
    r"^\(XEN\) (?P<why>[^\n]+)\n(?:\(XEN\) *\n){0,4}\(XEN\) \*+\n"
    r"\(XEN\) Panic on CPU \d+:\n\(XEN\) (?P<panic>[^\n]*)\n",
    re.MULTILINE,
)
"""Xen's end by itself: its last words before, and what it could not do."""
HANDED_OVER = "(XEN) *** Serial input to DOM0"
"""What Xen says when the guest is about to run."""
CRASH = re.compile(r"^\(XEN\) (Domain 0 [^\n]*crashed[^\n:]*)", re.MULTILINE)
CRASH_ENDS = "(XEN) Hardware Dom0 crashed"
"""What Xen says behind its dump of a guest that crashed."""
GUESTS_OWN = re.compile(r"^(?!\(XEN\))[^\n]*\S", re.MULTILINE)
GRUB = "GNU GRUB"
"""What GRUB, legacy and 2, says above its menu."""
BIOS_STARTED = "Booting from"
BIOS_GAVE_UP = "No bootable device"
BIOS_FAILED = re.compile(r"^Boot failed: ([^\n]*)\n", re.MULTILINE)
SETTLED = 2.0
"""Seconds in which GRUB draws its menu."""


class Wanted(NamedTuple):
    """How a guest is booted: `until` is a text that it has to say, `limit` is in seconds, `told` hears each line."""

    until: str | None = None
    limit: float = 120.0
    told: Callable[[str], None] = lambda _: None
    qemu: str | None = None
    xen: str | None = None


class Booted(NamedTuple):
    """How it went; `why` is in the machine's own words or says what differs, `report` is the guest's."""

    verdict: str
    log: str
    why: str = ""
    report: Report | None = None


def boot_pv(files: BootFiles, cmdline: str, ram: int, folder: str, wanted: Wanted) -> Booted:
    """Start a kernel with its ramdisk and command line, as 64-bit PV guest of Xen with `ram` megabytes.

    `folder` is where the files lie; more are made there. Raises EmulatorError, OSError.
    """
    qemu, xen = find_qemu(wanted.qemu), machines.find_xen(wanted.xen)
    machines.unpack_xen(xen, os.path.join(folder, "xen"))
    command = machines.xen_machine(qemu, "xen", files, cmdline, ram)

    def enough(log: str) -> bool:
        if wanted.until is not None and wanted.until in _behind(log):
            return True
        return CRASH_ENDS in log or PANIC.search(log) is not None  # it ends by itself when the guest does

    log = run(command, folder, Watch(wanted.limit, enough, wanted.told))
    report = read_report(_behind(log))
    differing = differences(report, expected(cmdline, files.ramdisk)) if report else ()
    verdict, why = (DIFFERS, "; ".join(differing)) if differing else _xen_verdict(log, wanted.until, report)
    return Booted(verdict, log, why, report)


def boot_hvm(plan: BootPlan, ram: int, folder: str, wanted: Wanted) -> Booted:
    """Let a BIOS boot the CD of an HVM plan, up to GRUB or what is waited for. Raises EmulatorError, OSError."""
    command = machines.bios_machine(find_qemu(wanted.qemu), plan.devices, ram)

    enough = _Settling(wanted.until)
    log = run(command, folder, Watch(wanted.limit, enough, wanted.told))
    return Booted(*_bios_verdict(log, wanted.until or GRUB))


class _Settling:
    """Says when a machine with a BIOS has said enough: GRUB draws its menu behind its name, and counts down in it."""

    def __init__(self, until: str | None) -> None:
        self._until = until
        self._seen: float | None = None

    def __call__(self, log: str) -> bool:
        if BIOS_GAVE_UP in log:
            return True
        if (self._until or GRUB) not in log:
            return False
        self._seen = self._seen or time.monotonic()
        return self._until is not None or time.monotonic() - self._seen > SETTLED


def _behind(log: str) -> str:
    """Return what was said behind Xen's handing over, empty where it did not come to that."""
    return log.partition(HANDED_OVER)[2].partition("\n")[2]


def _xen_verdict(log: str, until: str | None, report: Report | None) -> tuple[str, str]:
    said = _behind(log)
    if until is not None and until in said:
        return REACHED, until
    if CRASH_ENDS in log:
        crash = CRASH.search(log)
        return CRASHED, crash[1] if crash else CRASH_ENDS
    if panic := PANIC.search(log):
        return REFUSED, f"{panic['why'].strip()}; {panic['panic'].strip()}"
    if HANDED_OVER not in log:
        return NOTHING, ""
    return _guest_verdict(said, report) if until is None else (NOT_REACHED, until)


def _guest_verdict(said: str, report: Report | None) -> tuple[str, str]:
    if report:
        return AS_PLANNED, ""
    own = GUESTS_OWN.findall(said)
    return (SPOKE, own[-1]) if own else (SILENT, "")


def _bios_verdict(log: str, until: str) -> tuple[str, str, str]:
    if until in log:
        return REACHED, log, until
    if BIOS_GAVE_UP in log:
        found = BIOS_FAILED.search(log)
        return REFUSED, log, found[1] if found else BIOS_GAVE_UP
    return (NOT_REACHED if BIOS_STARTED in log else NOTHING), log, until
