"""Padding: directories like those of packages, so that a medium has as many files as a real one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .content import Content, of_bytes

if TYPE_CHECKING:
    from xvmgate.fixtures.layout import Layout

PER_PACKAGE = 30
"""Files of one package."""
FALLBACK = "/packages"
"""Where packages go on a medium that has no place for them."""
ARCHIVE = of_bytes(b"070701".ljust(512, b"0"))
"""What each archive of a package holds; one value for all, so that 60,000 of them take little memory."""


def packages(layout: Layout, count: int) -> dict[str, Content]:
    """Return `count` files of packages, by path."""
    product = next((path for path in layout.contents if path.endswith("/Product")), FALLBACK)
    files: dict[str, Content] = {}
    for first in range(0, count, PER_PACKAGE):
        name = f"SUNWp{first // PER_PACKAGE:05}"
        folder = f"{product}/{name}"
        files[f"{folder}/pkginfo"] = of_bytes(f"PKG={name}\nNAME=padding\nARCH=i386\nCATEGORY=system\n".encode())
        for number in range(1, min(PER_PACKAGE, count - first)):
            files[f"{folder}/archive/none.{number:03}.cpio"] = ARCHIVE
    return files
