"""What a synthetic medium is to hold, before it is written as an ISO or as a tree; faults change it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from xvmgate.fixtures.layout import BOOT_IMAGE, MENU

from .clock import default_date
from .content import Content, of_bytes
from .kernel import kernel
from .packages import packages
from .ramdisk import ramdisk

if TYPE_CHECKING:
    from xvmgate.fixtures.layout import Layout

BOOT_SECTOR = b"\xfa\xf4\xeb\xfd".ljust(2048, b"\0")
"""cli; hlt; jmp to it: a boot image that stops the machine and nothing more."""
MAX_FILES = 1_000_000
"""Most files of padding."""


class Wish(NamedTuple):
    """What a user may ask of any medium: padding files, the ramdisks' size in MiB, the date in Unix seconds."""

    files: int = 0
    ramdisk_mib: int | None = None
    date: int | None = None


class Recipe(NamedTuple):
    """A medium to be: contents by path, directories, links with their targets; paths behind links are resolved.

    `bootable` asks for an El Torito record. `image`, where not None, is written instead of an ISO; `lost` bytes are
    missing at the image's end.
    """

    volume_id: str
    date: int
    files: dict[str, Content]
    directories: tuple[str, ...]
    links: dict[str, str]
    bootable: bool
    image: Content | None = None
    lost: int = 0

    def real(self, path: str) -> str:
        """Return where a path leads when a directory on its way is a link at the root."""
        return _behind_links(self.links, path)

    def with_file(self, path: str, data: bytes) -> Recipe:
        """Return the recipe with these bytes at a path, whatever was there."""
        bare = self.without(path)
        return bare._replace(files={**bare.files, path: of_bytes(data)})

    def with_link(self, path: str, target: str) -> Recipe:
        """Return the recipe with a link at a path, whatever was there."""
        bare = self.without(path)
        return bare._replace(links={**bare.links, path: target})

    def with_directory(self, path: str) -> Recipe:
        """Return the recipe with an empty directory at a path, whatever was there."""
        bare = self.without(path)
        return bare._replace(directories=(*bare.directories, path))

    def without(self, path: str) -> Recipe:
        """Return the recipe without the file or link at a path."""
        files = {name: content for name, content in self.files.items() if name != path}
        links = {name: target for name, target in self.links.items() if name != path}
        return self._replace(files=files, links=links)


def recipe(layout: Layout, wish: Wish | None = None) -> Recipe:
    """Return the recipe of a layout's medium.

    Raises UfsError for a size that no ramdisk can have, DateError for a SOURCE_DATE_EPOCH that is none.
    """
    wish = wish or Wish()
    date = default_date() if wish.date is None else wish.date
    files: dict[str, Content] = {}
    for bits, pair in layout.pairs.items():
        files[pair.kernel] = of_bytes(kernel(bits))
        if pair.ramdisk not in files:
            files[pair.ramdisk] = _ramdisk(layout, pair.ramdisk, wish.ramdisk_mib, date)
    files |= {
        path: _ramdisk(layout, path, wish.ramdisk_mib, date) if kind == "ramdisk" else _content(path, kind)
        for path, kind in layout.contents.items()
        if kind != "directory"
    }
    if layout.menu:
        files[MENU] = of_bytes(layout.menu.encode())
    return Recipe(
        volume_id=layout.volume_ids[0] if layout.volume_ids else "",
        date=date,
        files={_behind_links(layout.links, path): content for path, content in files.items()}
        | packages(layout, wish.files),
        directories=tuple(
            _behind_links(layout.links, path) for path, kind in layout.contents.items() if kind == "directory"
        ),
        links=dict(layout.links),
        bootable=BOOT_IMAGE in layout.contents,
    )


def _ramdisk(layout: Layout, path: str, mib: int | None, date: int) -> Content:
    return ramdisk(f"{layout.id} {path}", layout.widths_of(path), layout.ramdisk_files, date, mib)


def _content(path: str, kind: str) -> Content:
    if kind[:-2] in ("kernel", "elf"):
        return of_bytes(kernel(int(kind[-2:]), xen=kind.startswith("kernel")))
    stand_ins = {"boot-image": BOOT_SECTOR, "image-info": b"IMAGE_SIZE=700\n"}
    return of_bytes(stand_ins.get(kind, f"stand-in for {path}\n".encode()))


def _behind_links(links: dict[str, str], path: str) -> str:
    """Return where a path leads when a directory on its way is one of these links."""
    for link, target in links.items():
        if path.startswith(link + "/"):
            return os.path.normpath(os.path.join(os.path.dirname(link), target) + path[len(link) :])
    return path
