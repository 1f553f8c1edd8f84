"""A ramdisk: a gzip'ed UFS image with the release's marker files, kernels of its widths, and filling to its size."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from . import ufs
from .kernel import kernel
from .stored import gzipped
from .ufs_tables import BLOCK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .content import Content

SMALL = 512 << 10
"""Bytes of an image whose size nobody asked for."""
FILLING = "/xvmgate.filling"
"""A file that takes the room left in an image of a size that was asked for; each of its blocks is another."""
KERNELS = {32: "/platform/i86xpv/kernel/unix", 64: "/platform/i86xpv/kernel/amd64/unix"}
"""Where the guest looks for its own kernel inside the ramdisk."""


def ramdisk(name: str, widths: Iterable[int], markers: Iterable[str], date: int, mib: int | None = None) -> Content:
    """Return a ramdisk; `name` stands in its `.volumeid` and makes two ramdisks differ, `date` is in Unix seconds.

    With `mib`, the image has that many MiB and is full. Raises UfsError for a size that no image has.
    """
    files = {f"/{marker}": ufs.file_of(f"{name}\n".encode() if marker == ".volumeid" else b"") for marker in markers}
    files |= {KERNELS[bits]: ufs.file_of(kernel(bits)) for bits in widths}
    files["/etc/release"] = ufs.file_of(f"{name}\n".encode())
    if mib is None:
        return gzipped(ufs.image(SMALL, files, date))
    size = mib << 20
    files[FILLING] = ufs.UfsFile(ufs.room(size, files, date), _filling(name))
    return gzipped(ufs.image(size, files, date))


def _filling(name: str) -> Callable[[int], bytes]:
    """Return the n-th block of a file without end: a number, and noise made from the name."""
    noise = hashlib.shake_128(name.encode()).digest(BLOCK - 8)
    return lambda number: number.to_bytes(8, "little") + noise
