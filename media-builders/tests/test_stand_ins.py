"""What the builders put on a medium, as other people's tools and the readers see it."""

from __future__ import annotations

import gzip
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from xvmgate.builders.kernel import kernel
from xvmgate.builders.ramdisk import ramdisk
from xvmgate.builders.tree import contents
from xvmgate.fixtures.layout import every_layout, get

LAYOUTS = [layout.id for layout in every_layout()]


@pytest.mark.parametrize("bits", [32, 64])
def test_readnotes_prints_the_kernel_s_notes(bits: int, tmp_path: Path, real: Callable[[str], str]) -> None:
    path = tmp_path / "unix"
    path.write_bytes(kernel(bits))
    printed = subprocess.run([real("readnotes"), path], check=True, capture_output=True, text=True).stdout
    for line in ("XEN_VERSION: xen-3.0", "GUEST_OS: Solaris", "LOADER: generic", "VIRT_BASE: 0x40000000"):
        assert line in " ".join(printed.split())
    assert ("PAE_MODE: yes,bimodal" in printed) == (bits == 32)


def test_a_hardware_kernel_has_no_notes(tmp_path: Path, real: Callable[[str], str]) -> None:
    path = tmp_path / "unix"
    path.write_bytes(kernel(64, xen=False))
    assert (
        "XEN_VERSION"
        not in subprocess.run([real("readnotes"), path], check=False, capture_output=True, text=True).stdout
    )


def test_a_ramdisk_is_gzip_ed_without_a_clock_and_has_the_magic() -> None:
    data = ramdisk("one")
    assert data == ramdisk("one")
    assert data != ramdisk("two")
    assert data[4:8] == b"\0\0\0\0"
    assert gzip.decompress(data)[8192 + 1372 :][:4] == b"\x54\x19\x01\x00"


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_tree_holds_what_the_layout_says(name: str, layout_tree: Callable[[str], Path]) -> None:
    layout, root = get(name), layout_tree(name)
    for path in layout.boot_paths():
        assert (root / path[1:]).is_file()
    for path, kind in layout.contents.items():
        assert (root / path[1:]).is_dir() == (kind == "directory")
    for path, target in layout.links.items():
        link = root / path[1:]
        assert link.is_symlink()
        assert str(link.readlink()) == target
        assert link.exists()


def test_files_behind_a_link_are_written_once() -> None:
    paths = contents(get("opensolaris-b128-ai"))
    assert "/boot/platform/i86xpv/kernel/unix" in paths
    assert not [path for path in paths if path.startswith("/platform")]


def test_the_two_widths_of_one_combined_ramdisk_are_one_file() -> None:
    assert len(get("opensolaris-2008.11-live").boot_paths()) == 3
