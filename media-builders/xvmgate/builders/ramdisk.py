"""A stand-in for a ramdisk: as much of a UFS1 image as tells its kind, gzip'ed without a clock in it."""

from __future__ import annotations

import gzip
import hashlib

UFS1_MAGIC_AT, UFS1_MAGIC = 8192 + 1372, b"\x54\x19\x01\x00"
"""The superblock's magic number, little-endian."""
SIZE = 256 << 10
"""Bytes of the image before compression."""


def ramdisk(seed: str) -> bytes:
    """Return a gzip'ed image; `seed` makes two ramdisks differ. Its superblock holds the magic and nothing else."""
    image = bytearray(SIZE)
    image[UFS1_MAGIC_AT : UFS1_MAGIC_AT + 4] = UFS1_MAGIC
    image[SIZE // 2 :] = hashlib.shake_256(seed.encode()).digest(SIZE // 2)
    return gzip.compress(bytes(image), mtime=0)
