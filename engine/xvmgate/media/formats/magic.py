"""Names of images and files that are no ISO9660 medium, by their magic bytes; for error messages only."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (37649, b"CD001", "a raw CD image with 2352-byte sectors"),
    (37657, b"CD001", "a raw CD image with 2352-byte sectors"),
    (32777, b"CDROM", "High Sierra"),
    (32769, b"BEA01", "UDF"),
    (34817, b"NSR0", "UDF"),
    (0, b"\x1f\x8b", "gzip'ed"),
    (0, b"\xfd7zXZ\0", "xz-compressed"),
    (0, b"BZh", "bzip2-compressed"),
    (0, b"\x28\xb5\x2f\xfd", "zstd-compressed"),
    (0, b"PK\x03\x04", "a zip archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (0, b"hsqs", "squashfs"),
    (0, b"sqsh", "squashfs (big-endian)"),
    (0, b"XFSB", "XFS"),
    (0, b"QFI\xfb", "a qcow2 disk image"),
    (0, b"KDMV", "a VMDK disk image"),
    (64, b"\x7f\x10\xda\xbe", "a VDI disk image"),
    (0, b"\x7fELF", "an ELF file"),
    (0, b"070701", "a cpio archive"),
    (0, b"070707", "a cpio archive"),
    (0, b"%PDF", "a PDF file"),
    (0, b"zfs-enc\0", "a ZFS stream"),
    (257, b"ustar", "a tar archive"),
    (65600, b"_BHRfS_M", "btrfs"),
    (9564, b"\x54\x19\x01\x00", "UFS1"),
    (9564, b"\x00\x01\x19\x54", "UFS1 (big-endian, SPARC)"),
    (9564, b"\xde\xca\xde\x00", "UFS1 of Solaris's multi-terabyte variant"),
    (66908, b"\x19\x01\x54\x19", "UFS2"),
    (9564, b"\x19\x01\x54\x19", "UFS2"),
    (1024, b"H+", "HFS+"),
    (3, b"NTFS    ", "NTFS"),
    (82, b"FAT32", "FAT"),
    (54, b"FAT1", "FAT"),
    (0, b"\xda\xbe", "a SPARC disk with a VTOC label"),
    (508, b"\xda\xbe", "a SPARC disk with a VTOC label"),
    (512, b"EFI PART", "a disk with a GPT partition table"),
)
"""Offset, bytes, name; the first that fits names the image."""

UBERBLOCK = (b"\x0c\xb1\xba\x00\x00\x00\x00\x00", b"\x00\x00\x00\x00\x00\xba\xb1\x0c")
"""ZFS uberblock magic in both byte orders; uberblocks fill the second half of a label."""
EXT_MAGIC, EXT_AT = b"\x53\xef", 1080
EXT_FEATURES, EXT_EXTENTS, EXT_JOURNAL = 1024 + 92, 0x40, 0x04
TEXT_SAMPLE = 4096


def name(peek: Callable[[int, int], bytes]) -> str:
    """Name what `peek(offset, length)` reads: `UDF`, `ext4`, `text`, or `of no kind that is known here`."""
    for offset, magic, called in SIGNATURES:
        if peek(offset, len(magic)) == magic:
            return called
    return _ext(peek) or _zfs(peek) or _rest(peek)


def _ext(peek: Callable[[int, int], bytes]) -> str | None:
    if peek(EXT_AT, 2) != EXT_MAGIC:
        return None
    features = peek(EXT_FEATURES, 5).ljust(5, b"\0")  # an image may end before them
    if features[4] & EXT_EXTENTS:
        return "ext4"
    return "ext3" if features[0] & EXT_JOURNAL else "ext2"


def _zfs(peek: Callable[[int, int], bytes]) -> str | None:
    label = peek(128 << 10, 128 << 10)
    heads = {label[at : at + 8] for at in range(0, len(label), 1024)}
    return "a ZFS pool" if heads & set(UBERBLOCK) else None


def _rest(peek: Callable[[int, int], bytes]) -> str:
    head = peek(0, TEXT_SAMPLE)
    if head and not head.strip(b"\0"):
        return "of no known kind, and it begins with zeros"
    if b"\0" not in head and _is_text(head):
        return "text"
    return "a disk with an MBR" if head[510:512] == b"\x55\xaa" else "of no known kind"


def _is_text(head: bytes) -> bool:
    printable = sum(byte >= 32 or byte in b"\t\n\r\f\x1b" for byte in head)
    return printable == len(head)
