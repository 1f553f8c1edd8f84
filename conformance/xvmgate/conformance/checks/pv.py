"""XVM-PV: what lies at the documented paths can be booted as a paravirtual guest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.conformance.finding import Finding, failed, not_applicable, passed
from xvmgate.fixtures.rule import FAMILIES, boot_files

from .hvm import bios_problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xvmgate.conformance.survey import Survey

EXPECTED = "a Xen kernel of the right width and a ramdisk, neither empty"
NO_FAMILY = "a documented kernel, with a ramdisk"
MACHINES = {32: "386", 64: "x86-64"}
SPARC = ("/boot/sparc.miniroot", "/platform/sun4u/boot_archive", "/platform/sun4v/boot_archive",
         "/platform/sun4u/kernel/sparcv9/unix", "/platform/sun4v/kernel/sparcv9/unix")  # fmt: skip
"""Files of which a SPARC medium has one: ramdisks of Nevada and OpenSolaris, kernels of an installed root."""


def bootable(survey: Survey) -> Finding:
    """XVM-PV-01: the medium has a PV family, and each kernel and ramdisk of it is what it should be."""
    if survey.question.mode != "pv":
        return not_applicable("asked for hvm, which takes no kernel and no ramdisk from the medium")
    if mismatch := _mismatch(survey):
        return mismatch
    problems, seen = [], []
    for bits in survey.question.widths:
        pair = survey.pair(bits)
        seen += [path for path in (pair.kernel, pair.ramdisk) if path and survey.present(path)]
        problems += list(_kernel_problems(survey, pair.kernel, bits)) + list(_ramdisk_problems(survey, pair.ramdisk))
    if problems:
        return failed(EXPECTED, "; ".join(dict.fromkeys(problems)))
    if not seen:
        return not_applicable("neither kernel nor ramdisk is at its path")
    return passed(EXPECTED, f"{len(dict.fromkeys(seen))} files as they should be")


def _mismatch(survey: Survey) -> Finding | None:
    pool = survey.medium.zfs
    if pool and pool.objset is None:
        return failed(NO_FAMILY, "a pool without bootfs", f"set it: zpool set bootfs={pool.pool}/ROOT/NAME {pool.pool}")
    release, family = survey.question.release, survey.family
    if release and not set(release.pairs) & set(survey.question.widths):
        return failed(
            NO_FAMILY, f"{release.id} has none for {survey.question.bits or 'either'} bits", _hvm_hint(survey)
        )
    if family is None and (sparc := next(filter(survey.present, SPARC), None)):
        return failed(NO_FAMILY, f"a SPARC medium: it has {sparc}", "take the x86 medium: Xen has no SPARC guests")
    if family is None:
        return failed(NO_FAMILY, f"none; nearest: {_nearest(survey)}", _hvm_hint(survey))
    if release and release.family != family:
        return failed(f"a medium of family {release.family}", f"its files make it {family}")
    return None


def _nearest(survey: Survey) -> str:
    from xvmgate.conformance.nearest_path import nearest_path  # noqa: PLC0415  # only failures need it

    found = []
    for role in ("kernel", "ramdisk"):
        for family in FAMILIES:
            for bits in (64, 32):
                found += [nearest_path(survey, file.path, role) for _, file in boot_files(family, bits, role)]
    files = list(dict.fromkeys(path for path in found if path))
    layout = f" (as {survey.layout.id})" if survey.layout else ""
    return f"{', '.join(files[:3])}{layout}" if files else "nothing of the kind"


def _hvm_hint(survey: Survey) -> str:
    if bios_problem(survey.medium) is None:
        return "no PV family, so no PV install; it boots by BIOS, and --mode hvm judges it as an HVM medium"
    return "no PV family, so no PV install; nor does it boot by BIOS"


def _kernel_problems(survey: Survey, path: str | None, bits: int) -> Iterator[str]:
    found = survey.lookup(path) if path else None
    if found is None or found.entry is None or not found.is_file:
        return
    if found.entry.size == 0:
        yield f"{path} is empty"
        return
    from xvmgate.media.formats.elf import ElfError, read_elf  # noqa: PLC0415  # pyelftools is loaded for kernels only

    try:
        with survey.medium.open_entry(found.entry) as stream:
            elf = read_elf(stream, found.entry.size)
    except ElfError as error:
        yield f"{path} is {error}"
        return
    if (elf.bits, elf.machine) != (bits, MACHINES[bits]) or not elf.little_endian:
        yield f"{path} is a {elf.bits}-bit {elf.machine} kernel, not a {bits}-bit {MACHINES[bits]} one"
    elif not elf.xen_notes:
        yield f"{path} has no Xen notes"


def _ramdisk_problems(survey: Survey, path: str | None) -> Iterator[str]:
    found = survey.lookup(path) if path else None
    if found and found.entry and found.is_file and found.entry.size == 0:
        yield f"{path} is empty"
