"""Hostile variants of media: what a reader must survive and a check must name, beside the faults of single rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .bomb import bomb
from .fault import UNREADABLE, WARN, Fault, is_good, last_pair, only, placing
from .kernel import kernel

if TYPE_CHECKING:
    from xvmgate.fixtures.layout import Layout

    from .recipe import Recipe

BOMB_MIB = 1024
"""MiB of zeros that the bomb unpacks to."""
LOST = 300 << 10
"""Bytes that a truncated image lacks at its end."""


def _has_spare(layout: Layout) -> bool:
    """Say whether the medium has a family without its wider kernel too."""
    return is_good(layout) and len(layout.pairs) > 1


def _of_kernel(layout: Layout) -> frozenset[str]:
    return placing(layout, last_pair(layout).kernel)


def _kernel_link(made: Recipe, layout: Layout, target: str) -> Recipe:
    return made.with_link(made.real(last_pair(layout).kernel), target)


def _loop(made: Recipe, layout: Layout) -> Recipe:
    return _kernel_link(made, layout, "unix")


def _dangling(made: Recipe, layout: Layout) -> Recipe:
    return _kernel_link(made, layout, "nowhere")


def _escape(made: Recipe, layout: Layout) -> Recipe:
    return _kernel_link(made, layout, "../" * 20 + "etc/passwd")


def _absolute(made: Recipe, layout: Layout) -> Recipe:
    return _kernel_link(made, layout, "/etc/passwd")


def _directory(made: Recipe, layout: Layout) -> Recipe:
    return made.with_directory(made.real(last_pair(layout).kernel))


def _kernel_of(made: Recipe, layout: Layout, data: bytes) -> Recipe:
    return made.with_file(made.real(last_pair(layout).kernel), data)


def _wrong_class(made: Recipe, layout: Layout) -> Recipe:
    return _kernel_of(made, layout, kernel(32 if max(layout.pairs) == 64 else 64))


def _no_elf(made: Recipe, layout: Layout) -> Recipe:
    return _kernel_of(made, layout, b"#!/bin/sh\nexit 0\n")


def _empty_kernel(made: Recipe, layout: Layout) -> Recipe:
    return _kernel_of(made, layout, b"")


def _empty_ramdisk(made: Recipe, layout: Layout) -> Recipe:
    return made.with_file(made.real(last_pair(layout).ramdisk), b"")


def _bomb(made: Recipe, layout: Layout) -> Recipe:
    return made.with_file(made.real(last_pair(layout).ramdisk), bomb(BOMB_MIB))


def _truncated(made: Recipe, _: Layout) -> Recipe:
    return made._replace(lost=LOST)


HOSTILE = (
    Fault("loop", "the kernel is a link to itself", _loop, _has_spare, _of_kernel),
    Fault("dangling", "the kernel is a link to nothing", _dangling, _has_spare, _of_kernel),
    Fault("escape", "the kernel is a link that climbs out of the medium", _escape, _has_spare, _of_kernel),
    Fault("absolute", "the kernel is a link to a path of the host", _absolute, _has_spare, _of_kernel),
    Fault("directory", "the kernel is a directory", _directory, _has_spare, _of_kernel),
    Fault("wrong-class", "the kernel is of the other width", _wrong_class, is_good, only("XVM-PV-01")),
    Fault("no-elf", "the kernel is a script", _no_elf, is_good, only("XVM-PV-01")),
    Fault("empty-kernel", "the kernel has no bytes", _empty_kernel, is_good, only("XVM-PV-01")),
    Fault("empty-ramdisk", "the ramdisk has no bytes", _empty_ramdisk, is_good, only("XVM-PV-01")),
    Fault("bomb", f"the ramdisk unpacks to {BOMB_MIB} MiB of zeros", _bomb, is_good, only("XVM-EV-01"), verdict=WARN),
    Fault(
        "truncated",
        "the image lacks its end",
        _truncated,
        lambda _: True,
        only("XVM-FS-01"),
        verdict=UNREADABLE,
        forms=("iso",),
    ),
)
"""Every variant; `no-notes` is the fault of XVM-PV-01."""
