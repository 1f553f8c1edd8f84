"""The kind of an image, on any source, and the medium that reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .base import Medium, MediumError
from .formats.volume import MAGIC, SECTOR
from .iso9660 import IsoMedium

if TYPE_CHECKING:
    from .source import ByteSource

ADVICE = {
    "gzip'ed": "unpack it first: gzip -d",
    "xz-compressed": "unpack it first: xz -d",
    "bzip2-compressed": "unpack it first: bzip2 -d",
    "zstd-compressed": "unpack it first: zstd -d",
    "UFS1 (big-endian, SPARC)": "take the x86 medium: Xen has no SPARC guests",
    "a SPARC disk with a VTOC label": "take the x86 medium: Xen has no SPARC guests",
}
"""What to do with an image that is no medium, by its name; for all others there is one advice."""


def open_image(source: ByteSource) -> Medium:
    """Open the image that a source holds: ISO9660, UFS1 or a ZFS pool, the latter two also in a slice of a disk.

    The source is the medium's from here on, and closed when there is none. Raises MediumError for damage, and for
    anything else, naming what it is.
    """
    try:
        if source.size == 0:
            raise MediumError(source.location, "empty, 0 bytes", "write or fetch the image again")
        medium = IsoMedium(source) if source.peek(16 * SECTOR + 1, 5) == MAGIC else _installed(source)
    except BaseException:
        source.close()
        raise
    medium.image = source
    return medium


def _installed(source: ByteSource) -> Medium:
    from . import disk  # noqa: PLC0415  # a check of an ISO needs none of it
    from .formats import magic  # noqa: PLC0415  # as above

    medium = disk.open_root(source)
    if medium is None:
        name = magic.name(source.peek)
        raise MediumError(
            source.location,
            f"no ISO9660, UFS or ZFS image: {name}",
            ADVICE.get(name, "give a directory, an ISO file or the image of a root file system"),
        )
    return medium
