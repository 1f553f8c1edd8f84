"""Kernel and ramdisk of a plan, taken off their medium for whoever starts the guest."""

from __future__ import annotations

import os
from contextlib import nullcontext
from typing import TYPE_CHECKING

from xvmgate.media import MediumError
from xvmgate.media.copying import copy

from .domain import BootFiles

if TYPE_CHECKING:
    from collections.abc import Callable

    from xvmgate.engine.plan import BootPlan
    from xvmgate.media import Medium
    from xvmgate.media.remote import Progress

MAX_KERNEL = 256 << 20
"""Bytes of a kernel that are taken; real ones have a few million."""
MAX_RAMDISK = 4 << 30
"""Bytes of a ramdisk that are taken; it has to fit into the guest's memory."""


def take(
    medium: Medium, plan: BootPlan, folder: str, progress: Progress | None = None, max_ramdisk: int = MAX_RAMDISK
) -> BootFiles:
    """Copy what a PV plan boots to `folder`, as `kernel` and `ramdisk`.

    Raises MediumError when they cannot be read or are too large, OSError when they cannot be written.
    """
    kernel = _take(medium, plan.kernel or "", os.path.join(folder, "kernel"), MAX_KERNEL, progress)
    ramdisk = _take(medium, plan.ramdisk or "", os.path.join(folder, "ramdisk"), max_ramdisk, progress)
    return BootFiles(kernel, ramdisk)


def _take(medium: Medium, path: str, target: str, limit: int, progress: Progress | None) -> str:
    entry = medium.lookup(path).entry
    if entry is None:
        raise MediumError(medium.location, f"{path} is gone since the plan was made", "leave the medium alone")
    if entry.size > limit:
        raise MediumError(medium.location, f"{path} has {entry.size} bytes, and at most {limit} are taken", "shrink it")
    quiet: Callable[[int], None] = lambda _: None  # noqa: E731  # a bar that shows nothing
    descriptor = os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with progress(f"taking {path}", entry.size) if progress else nullcontext(quiet) as advance:
            copy(medium, entry, descriptor, advance)
    finally:
        os.close(descriptor)
    return target
