"""A layout's files below a directory: the tree that an ISO is made from, or that is exported and served."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from xvmgate.fixtures.layout import MENU

from .kernel import kernel
from .ramdisk import ramdisk

if TYPE_CHECKING:
    from xvmgate.fixtures.layout import Layout

BOOT_IMAGE = b"\xfa\xf4\xeb\xfd".ljust(2048, b"\0")
"""cli; hlt; jmp to it: a boot image that stops the machine and nothing more."""


def contents(layout: Layout) -> dict[str, bytes | None]:
    """Return every path of a layout with its bytes, None for a directory; paths behind links are resolved."""
    files: dict[str, bytes | None] = {}
    for bits, pair in layout.pairs.items():
        files[pair.kernel] = kernel(bits)
        files[pair.ramdisk] = ramdisk(f"{layout.id} {pair.ramdisk}")
    for path, kind in layout.contents.items():
        files[path] = _content(layout, path, kind)
    if layout.menu:
        files[MENU] = layout.menu.encode()
    return {_behind_links(layout, path): data for path, data in files.items()}


def build_tree(layout: Layout, root: str) -> None:
    """Write a layout's files and links below a directory, which is made.

    Raises OSError when something cannot be written.
    """
    os.makedirs(root)
    for path, data in contents(layout).items():
        place = root + path
        os.makedirs(place if data is None else os.path.dirname(place), exist_ok=True)
        if data is not None:
            with open(place, "wb") as file:
                file.write(data)
    for path, target in layout.links.items():
        os.makedirs(os.path.dirname(root + path), exist_ok=True)
        os.symlink(target, root + path)


def _content(layout: Layout, path: str, kind: str) -> bytes | None:
    if kind == "directory":
        return None
    if kind[:-2] in ("kernel", "elf"):
        return kernel(int(kind[-2:]), xen=kind.startswith("kernel"))
    makers = {"ramdisk": ramdisk(f"{layout.id} {path}"), "boot-image": BOOT_IMAGE, "image-info": b"IMAGE_SIZE=700\n"}
    return makers.get(kind, f"stand-in for {path}\n".encode())


def _behind_links(layout: Layout, path: str) -> str:
    """Return where a path leads when a directory on its way is one of the layout's links at the root."""
    for link, target in layout.links.items():
        if path.startswith(link + "/"):
            return os.path.normpath(os.path.join(os.path.dirname(link), target) + path[len(link) :])
    return path
