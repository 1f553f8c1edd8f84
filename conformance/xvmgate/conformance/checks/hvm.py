"""XVM-HVM: an emulated BIOS boots the medium by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.conformance.finding import Finding, failed, not_applicable, passed
from xvmgate.media.formats.eltorito import EFI, X86, CatalogError

if TYPE_CHECKING:
    from xvmgate.conformance.survey import Survey
    from xvmgate.media import Medium
    from xvmgate.media.formats.eltorito import BootEntry

EXPECTED = "an El Torito boot image for the x86 BIOS"


def bios_bootable(survey: Survey) -> Finding:
    """XVM-HVM-01: the boot catalog has a bootable entry for x86 whose image is on the medium."""
    if survey.question.mode != "hvm":
        return not_applicable("asked for pv; --mode hvm judges it")
    problem = bios_problem(survey.medium)
    return failed(EXPECTED, problem) if problem else passed(EXPECTED, "one for the x86 BIOS")


def bios_problem(medium: Medium) -> str | None:
    """Say why a BIOS cannot boot the medium, None when it can."""
    try:
        entries = medium.boot_entries()
    except CatalogError as error:
        return str(error)
    if entries is None:
        return f"no El Torito boot record on {medium.filesystem}"
    problems = [_entry_problem(medium, entry) for entry in entries]
    return None if None in problems else problems[0]


def _entry_problem(medium: Medium, entry: BootEntry) -> str | None:
    if entry.platform != X86:
        return "only for EFI" if entry.platform == EFI else f"only for platform {entry.platform:#04x}"
    if not entry.bootable:
        return "its boot entry is marked not bootable"
    if not medium.has_sector(entry.sector):
        return f"its boot image is said to lie at sector {entry.sector}, which the image does not have"
    return None
