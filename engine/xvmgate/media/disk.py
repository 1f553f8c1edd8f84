"""A root file system as a raw image, or in a slice of a disk that Solaris partitioned: what of it can be opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .formats.partitions import DiskError, Slice, slices
from .window import Window

if TYPE_CHECKING:
    from .base import Medium
    from .source import ByteSource

UFS_MAGIC_AT, UFS_MAGIC = 8192 + 1372, b"\x54\x19\x01\x00"


def open_root(source: ByteSource) -> Medium | None:
    """Return the medium that a raw image or a disk holds, None where there is neither UFS1 nor a ZFS pool.

    Raises MediumError for damage, and for a disk whose slices hold no file system that can be read.
    """
    if source.peek(UFS_MAGIC_AT, 4) == UFS_MAGIC:
        return _ufs(source)
    try:
        found = slices(source.peek)
    except DiskError as error:
        raise source.broken(str(error)) from error
    for piece in found:
        medium = _open_slice(source, piece)
        if medium:
            return medium
    medium = _zfs(source)
    if medium is None and found:
        names = ", ".join(piece.name for piece in found)
        raise source.broken(f"a disk with neither UFS1 nor a ZFS pool in its slices ({names})")
    return medium


def _open_slice(source: ByteSource, piece: Slice) -> Medium | None:
    if piece.start >= source.size:
        return None
    window = Window(source, piece)
    return _ufs(window) if window.peek(UFS_MAGIC_AT, 4) == UFS_MAGIC else _zfs(window)


def _ufs(source: ByteSource) -> Medium:
    from .ufs.medium import UfsMedium  # noqa: PLC0415  # only the kind that is needed is loaded

    return UfsMedium(source)


def _zfs(source: ByteSource) -> Medium | None:
    from .zfs.label import is_pool  # noqa: PLC0415  # as above

    if not is_pool(source):
        return None
    from .zfs.medium import ZfsMedium  # noqa: PLC0415  # as above

    return ZfsMedium(source)
