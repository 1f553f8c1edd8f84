"""What is no medium is named by its magic, and nothing is left open."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from xvmgate.media import MediumError, open_medium

IMAGES: list[tuple[str, dict[int, bytes]]] = [
    ("UFS1 of Solaris's multi-terabyte variant", {9564: b"\xde\xca\xde\x00"}),
    ("UDF", {32769: b"BEA01"}),
    ("squashfs", {0: b"hsqs"}),
    ("ext2", {1080: b"\x53\xef"}),
    ("ext3", {1080: b"\x53\xef", 1116: b"\x04"}),
    ("ext4", {1080: b"\x53\xef", 1116: b"\x04", 1120: b"\x40"}),
    ("a qcow2 disk image", {0: b"QFI\xfb"}),
    ("a raw CD image with 2352-byte sectors", {37657: b"CD001"}),
    ("High Sierra", {32777: b"CDROM"}),
    ("a zip archive", {0: b"PK\x03\x04"}),
    ("a tar archive", {257: b"ustar"}),
    ("an ELF file", {0: b"\x7fELF"}),
    ("btrfs", {65600: b"_BHRfS_M"}),
    ("a disk with a GPT partition table", {512: b"EFI PART"}),
    ("a disk with an MBR", {0: b"\xfa", 510: b"\x55\xaa"}),
    ("it begins with zeros", {}),
]


def error(location: object) -> str:
    """Return why a location cannot be opened; no descriptor may be left behind."""
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(MediumError) as caught:
        open_medium(str(location))
    assert len(os.listdir("/proc/self/fd")) == before
    return str(caught.value)


@pytest.mark.parametrize(("name", "content"), IMAGES)
def test_another_image_is_named(name: str, content: dict[int, bytes], tmp_path: Path) -> None:
    data = bytearray(300 << 10)
    for at, text in content.items():
        data[at : at + len(text)] = text
    (tmp_path / "x").write_bytes(data)
    assert f"{name} (XVM-FS-01); give a directory, an ISO file or the image of a root" in error(tmp_path / "x")


ADVISED: list[tuple[str, dict[int, bytes], str]] = [
    ("gzip'ed", {0: b"\x1f\x8b\x08"}, "unpack it first: gzip -d"),
    ("xz-compressed", {0: b"\xfd7zXZ\0"}, "unpack it first: xz -d"),
    ("bzip2-compressed", {0: b"BZh9"}, "unpack it first: bzip2 -d"),
    ("zstd-compressed", {0: b"\x28\xb5\x2f\xfd"}, "unpack it first: zstd -d"),
    ("UFS1 (big-endian, SPARC)", {9564: b"\x00\x01\x19\x54"}, "take the x86 medium: Xen has no SPARC guests"),
    ("a SPARC disk with a VTOC label", {508: b"\xda\xbe"}, "take the x86 medium: Xen has no SPARC guests"),
]


@pytest.mark.parametrize(("name", "content", "advice"), ADVISED)
def test_what_to_do_with_another_image(name: str, content: dict[int, bytes], advice: str, tmp_path: Path) -> None:
    data = bytearray(300 << 10)
    for at, text in content.items():
        data[at : at + len(text)] = text
    (tmp_path / "x").write_bytes(data)
    assert error(tmp_path / "x").endswith(f": no ISO9660, UFS or ZFS image: {name} (XVM-FS-01); {advice}")


MAGIC_ALONE: list[tuple[dict[int, bytes], str]] = [
    ({9564: b"\x54\x19\x01\x00"}, "no UFS1: its blocks have 0 bytes"),
    ({128 << 10: b"\x0c\xb1\xba\0\0\0\0\0"}, "a ZFS pool that cannot be read: none of its four labels"),
    ({(128 << 10) + 3072: b"\0\0\0\0\0\xba\xb1\x0c"}, "a ZFS pool that cannot be read: none of its four labels"),
]


@pytest.mark.parametrize(("content", "words"), MAGIC_ALONE)
def test_a_magic_number_alone_is_damage(content: dict[int, bytes], words: str, tmp_path: Path) -> None:
    data = bytearray(300 << 10)
    for at, text in content.items():
        data[at : at + len(text)] = text
    (tmp_path / "x").write_bytes(data)
    assert words in error(tmp_path / "x")


@pytest.mark.parametrize(("content", "name"), [(b"some text\n", "text"), (b"\x00\x01\x02", "of no known kind")])
def test_small_files(content: bytes, name: str, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(content)
    assert f"no ISO9660, UFS or ZFS image: {name} (XVM-FS-01)" in error(tmp_path / "x")


def test_a_location_of_another_kind_is_refused() -> None:
    assert error("ftp://user:secret@x/y") == (
        "ftp://x/y: ftp: is no way to a medium; give a path, or an http:, https: or nfs: location"
    )


@pytest.mark.parametrize("location", ["", "none.iso", "x\0y"])
def test_nothing_there(location: str) -> None:
    assert "XVM-FS-01" not in error(location)


def test_special_files_of_a_tree_are_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "device").symlink_to("fifo")
    with open_medium(str(tmp_path)) as medium:
        assert medium.lookup("/fifo").status == "other"
        with pytest.raises(FileNotFoundError):
            medium.open("/device")


def test_a_file_that_became_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with open_medium(str(tmp_path)) as medium:
        found = medium.stat("/file")
        (tmp_path / "file").unlink()
        (tmp_path / "file").symlink_to("/etc/passwd")
        with pytest.raises(MediumError, match="file cannot be read"):
            medium.open_entry(found)


def test_a_tree_that_the_host_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("x")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    with open_medium(str(tmp_path)) as medium:
        found = medium.stat("/file")
        monkeypatch.setattr(os, "open", refuse)
        monkeypatch.setattr(os, "listdir", refuse)
        with pytest.raises(
            MediumError, match="file cannot be read: Permission denied .XVM-FS-01.; mend its permissions"
        ):
            medium.open_entry(found)
        with pytest.raises(MediumError, match="Permission denied"):
            medium.list("/")


def test_a_tree_counts_what_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 1000)
    with open_medium(str(tmp_path)) as medium:
        with medium.open("/file") as stream:
            assert len(stream.read()) == 1000
        assert medium.bytes_read == 1000
        assert medium.requests > 0


def test_names_that_are_no_utf_8(tmp_path: Path) -> None:
    (Path(os.fsencode(tmp_path).decode()) / os.fsdecode(b"\xff\xfe")).write_text("x")
    with open_medium(str(tmp_path)) as medium:
        (found,) = medium.list("/")
        assert os.fsencode(found.name) == b"\xff\xfe"
        assert medium.lookup(f"/{found.name}").is_file
