"""Wrong engines that choose what is booted: width, kernel, ramdisk, machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.engine.layout import family_of
from xvmgate.fixtures.rule import area

from .engine import Wrong, machine, passes_over, places, planned, refuses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xvmgate.fixtures.vector import Vector


def _more_than_1024(vector: Vector) -> Vector:
    return vector._replace(request=vector.request | {"ram": vector.request["ram"] - 1 or 1})


def _any_host(vector: Vector) -> Vector:
    return vector._replace(facts=vector.facts | {"host_bits": 64})


def _is_pxe(vector: Vector) -> bool:
    return _is_hvm(vector) and bool(vector.request.get("pxe"))


def _is_hvm(vector: Vector) -> bool:
    return bool(vector.request["mode"] == "hvm")


def _is_pv(vector: Vector) -> bool:
    return bool(vector.request["mode"] == "pv")


def _is_web(vector: Vector) -> bool:
    opensolaris = family_of(vector.medium.files.__contains__) == "opensolaris" and vector.medium.kind == "tree"
    return opensolaris and (vector.request.get("location") or "").lower().startswith("http")


def _misplaced() -> Iterator[Wrong]:
    """Yield an engine for each PATH rule that looks somewhere else."""
    for rule in area("path"):
        if rule.file:
            path, (bits,) = rule.file.path, rule.applies.bits
            yield Wrong(
                rule.id,
                f"the {bits}-bit {rule.file.role} of {path} is taken from /old{path}",
                after=places(rule.file.role, path, f"/old{path}", bits),
            )


SELECTION = (
    Wrong("XVM-MODE-01", "1024 MB are not yet enough for 64 bits", before=_more_than_1024),
    Wrong("XVM-MODE-02", "the host's width is not looked at", before=_any_host),
    *_misplaced(),
    Wrong("XVM-PV-01", "a medium without kernel or ramdisk is installed all the same", after=passes_over("XVM-PV-01")),
    Wrong(
        "XVM-PV-01",
        "the kernel keeps its /boot in the first word for 64 bits, and loses it for 32: half of a reading",
        after=planned(
            lambda vector, plan: (  # noqa: ARG005  # whatever was asked
                {"cmdline": f"/boot{plan['cmdline']}"} if plan["family"] == "nevada" and plan["bits"] == 64 else {}
            )
        ),
    ),
    Wrong("XVM-HVM-01", "an HVM guest takes a location", after=passes_over("XVM-HVM-01")),
    Wrong(
        "XVM-HVM-01",
        "an HVM guest gets a kernel's command line",
        after=planned(lambda vector, plan: {"cmdline": "/unix -B install_media=cdrom"} if _is_hvm(vector) else {}),  # noqa: ARG005
    ),
    Wrong("XVM-HVM-02", "-x with HVM is passed over", after=passes_over("XVM-HVM-02")),
    Wrong("XVM-PXE-01", "PV with --pxe is planned", after=passes_over("XVM-PXE-01")),
    Wrong("XVM-PXE-02", "HVM with --pxe boots its disk", after=machine('<boot dev="network" />', "", _is_pxe)),
    Wrong("XVM-AI-01", "HVM with --pxe is refused without a location", after=refuses("XVM-AI-01", _is_pxe)),
    Wrong("XVM-AI-02", "nothing is fetched over HTTP", after=refuses("XVM-AI-02", _is_web)),
    Wrong("XVM-CON-01", "an HVM guest has no serial port", after=machine('<serial type="pty" />', "", _is_hvm)),
    Wrong(
        "XVM-CON-02",
        "a PV guest has a display",
        after=machine("</devices>", '<graphics type="vnc" /></devices>', _is_pv),
    ),
    Wrong("XVM-JS-05", "the floppy of an HVM guest is a disk", after=machine('device="floppy"', 'device="disk"')),
    Wrong("XVM-JS-05", "a config on NFS is taken for a floppy", after=passes_over("XVM-JS-05")),
)
"""Mistakes in what is booted."""
