"""A medium as an ISO9660 image, written by pycdlib: Rock Ridge, and El Torito as the releases have it."""

from __future__ import annotations

import gc
import io
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, cast

from xvmgate.fixtures.layout import BOOT_CATALOG, BOOT_IMAGE

from .clock import pycdlib_at
from .image_file import ImageFile
from .output import new_file
from .recipe import Recipe, recipe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pycdlib import PyCdlib

    from xvmgate.fixtures.layout import Layout

    from .content import Content

ROCK_RIDGE = "1.10"
"""As mkisofs wrote it then; with 1.12 pycdlib numbers every file 0, and libarchive takes them all for one."""
LOAD_SIZE = 4
"""Units of 512 bytes that the BIOS loads of the boot image."""
FILE_MODE = 0o100444
"""Mode of every file: a regular one, read-only as all is on a CD."""
PIECE = 1 << 20
"""Bytes copied at a time."""
ADDING = 0.5
"""The part of the work that is done when all names are added, and nothing is written yet."""
STEPS = 256
"""Names that are added between two reports of progress."""
SMALL = 64 << 10
"""Contents up to this size are handed to pycdlib as they are, larger ones as streams."""


class IsoError(Exception):
    """A recipe that no ISO can hold; the text says why."""


def build_iso(layout: Layout, path: str) -> None:
    """Write a layout's medium as an ISO. Raises OSError when it cannot be written."""
    write_iso(recipe(layout), path)


def write_iso(made: Recipe, path: str, progress: Callable[[float], None] | None = None) -> None:
    """Write a recipe as an image, which is there whole or not at all; `progress` gets the part done, 0 to 1.

    Raises OSError when it cannot be written, IsoError for a recipe that no ISO can hold.
    """
    with new_file(path) as temporary:
        with open(temporary, "wb", buffering=0) as raw, ImageFile(raw) as image:
            if made.image:
                for chunk in made.image.chunks():
                    image.write(chunk)
            else:
                _write(made, cast("BinaryIO", image), progress)
        if made.lost:
            os.truncate(temporary, max(0, os.path.getsize(temporary) - made.lost))


def _write(made: Recipe, image: BinaryIO, progress: Callable[[float], None] | None) -> None:
    import pycdlib  # noqa: PLC0415  # nothing but an ISO needs it

    report = progress or (lambda _: None)
    with pycdlib_at(made.date), _no_collector():
        iso = pycdlib.PyCdlib()
        try:
            iso.new(interchange_level=3, rock_ridge=ROCK_RIDGE, vol_ident=made.volume_id, app_ident_str="XVMGATE")
            _add(iso, made, report)
        except pycdlib.pycdlibexception.PyCdlibException as error:
            raise IsoError(f"no ISO can hold this: {error}") from error

        def written(done: int, total: int, _: object) -> None:
            report(ADDING + (1 - ADDING) * done / total)

        iso.write_fp(image, PIECE, progress_cb=written if progress else None)
        iso.close()


@contextmanager
def _no_collector() -> Iterator[None]:
    """Keep the garbage collector out: pycdlib makes a million objects of 60,000 files, and none of them is garbage."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _add(iso: PyCdlib, made: Recipe, report: Callable[[float], None]) -> None:
    names = _Names(iso)
    for path in made.directories:
        names.directory(path)
    streams: dict[int, BinaryIO] = {}  # contents that many files share are one stream
    for number, (path, content, folder) in enumerate(names.in_order(made.files)):
        stream = streams.get(id(content))
        if stream is None:
            stream = streams[id(content)] = _stream(content)
        name = path.rpartition("/")[2]
        iso.add_fp(stream, content.size, names.file(path, folder), rr_name=name, file_mode=FILE_MODE)
        if number % STEPS == 0:
            report(ADDING * number / len(made.files))
    for path, target in made.links.items():
        folder = names.directory(os.path.dirname(path))
        iso.add_symlink(names.file(path, folder), rr_symlink_name=os.path.basename(path), rr_path=target)
    if made.bootable and BOOT_IMAGE in made.files:
        iso.add_eltorito(
            names.boot_image,
            names.file(BOOT_CATALOG, ""),
            rr_bootcatname=os.path.basename(BOOT_CATALOG),
            boot_load_size=LOAD_SIZE,
            boot_info_table=True,
        )


def _stream(content: Content) -> BinaryIO:
    return _Held(content.read()) if content.size <= SMALL else content.open()


class _Held(io.BytesIO):
    """A content at hand; its mode spares pycdlib a slow look at its class."""

    mode = "rb"


class _Names:
    """Plain ISO names for Rock Ridge paths: N000001 and so on, unique in the whole image; makes the directories."""

    def __init__(self, iso: PyCdlib) -> None:
        self._iso = iso
        self._directories = {"": "", "/": ""}
        self._count = 0
        self.boot_image = ""

    def in_order(self, files: dict[str, Content]) -> list[tuple[str, Content, str]]:
        """Make all directories, and list the files as pycdlib lays them out: it then writes them one after another.

        With each file comes its directory's plain path.
        """
        placed = [(path, content, self.directory(path.rpartition("/")[0])) for path, content in files.items()]
        return sorted(placed, key=lambda item: (item[2].count("/"), item[2]))

    def file(self, path: str, folder: str) -> str:
        """Return a plain path for a new file or link in a directory of this plain path."""
        self._count += 1
        name = f"{folder}/N{self._count:06}.;1"
        if path == BOOT_IMAGE:
            self.boot_image = name
        return name

    def directory(self, path: str) -> str:
        """Return a directory's plain path; it is made, with those above it, when it is met first."""
        if path not in self._directories:
            above = self.directory(path.rpartition("/")[0])
            self._count += 1
            name = self._directories[path] = f"{above}/N{self._count:06}"
            self._iso.add_directory(name, rr_name=os.path.basename(path))
        return self._directories[path]
