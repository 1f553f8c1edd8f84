"""XVM-PV: what lies at the documented paths can be booted as a paravirtual guest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.conformance.finding import Finding, failed, not_applicable, passed
from xvmgate.engine.bootfile import kernel_problem, ramdisk_problem
from xvmgate.fixtures.rule import FAMILIES, boot_files

from .hvm import bios_problem

if TYPE_CHECKING:
    from xvmgate.conformance.survey import Survey

EXPECTED = "a Xen kernel of the right width and a ramdisk, neither empty"
NO_FAMILY = "a documented kernel, with a ramdisk"
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
        if pair.kernel and survey.present(pair.kernel):
            seen.append(pair.kernel)
            problems.append(kernel_problem(survey.medium, survey.lookup(pair.kernel), bits))
        if pair.ramdisk and survey.present(pair.ramdisk):
            seen.append(pair.ramdisk)
            problems.append(ramdisk_problem(survey.lookup(pair.ramdisk)))
    if found := dict.fromkeys(filter(None, problems)):
        return failed(EXPECTED, "; ".join(found))
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
