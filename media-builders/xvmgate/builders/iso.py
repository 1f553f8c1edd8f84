"""An ISO9660 image of a layout, written by pycdlib: Rock Ridge, and El Torito as the releases have it."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

import pycdlib

from xvmgate.fixtures.layout import BOOT_CATALOG, BOOT_IMAGE

from .tree import contents

if TYPE_CHECKING:
    from xvmgate.fixtures.layout import Layout

LOAD_SIZE = 4
"""Units of 512 bytes that the BIOS loads of the boot image."""


def build_iso(layout: Layout, path: str) -> None:
    """Write a layout's ISO under a temporary name, then give it its own.

    Raises OSError when it cannot be written.
    """
    temporary = f"{path}.part"
    try:
        _write(layout, temporary)
        os.replace(temporary, path)
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)


def _write(layout: Layout, path: str) -> None:
    iso = pycdlib.PyCdlib()
    iso.new(interchange_level=3, rock_ridge="1.12", vol_ident=layout.volume_ids[0] if layout.volume_ids else "")
    names = _Names()
    for name, data in contents(layout).items():
        _directories(iso, names, name if data is None else os.path.dirname(name))
        if data is not None:
            iso.add_fp(io.BytesIO(data), len(data), names.iso(name) + ".;1", rr_name=os.path.basename(name))
    for link, target in layout.links.items():
        _directories(iso, names, os.path.dirname(link))
        iso.add_symlink(names.iso(link) + ".;1", rr_symlink_name=os.path.basename(link), rr_path=target)
    if BOOT_IMAGE in layout.contents:
        iso.add_eltorito(
            names.iso(BOOT_IMAGE) + ".;1",
            names.iso(BOOT_CATALOG) + ".;1",
            rr_bootcatname=os.path.basename(BOOT_CATALOG),
            boot_load_size=LOAD_SIZE,
            boot_info_table=True,
        )
    iso.write(path)
    iso.close()


def _directories(iso: pycdlib.PyCdlib, names: _Names, path: str) -> None:
    """Add a directory and those above it that are not there yet."""
    parts = path.strip("/").split("/")
    for depth in range(1, len(parts) + 1):
        above = "/" + "/".join(parts[:depth])
        if parts[0] and above not in names:
            iso.add_directory(names.iso(above), rr_name=parts[depth - 1])


class _Names:
    """Plain ISO names for Rock Ridge paths: D0, F1 and so on, unique in the whole image, below their parents' names."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def __contains__(self, path: str) -> bool:
        return path in self._names

    def iso(self, path: str) -> str:
        """Return the plain path of a Rock Ridge path."""
        if path in ("", "/"):
            return ""
        if path not in self._names:
            self._names[path] = f"{self.iso(os.path.dirname(path))}/N{len(self._names):06}"
        return self._names[path]
