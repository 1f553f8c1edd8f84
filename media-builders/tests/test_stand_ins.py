"""What the builders put on a medium, as other people's tools and the readers see it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from xvmgate.builders.kernel import kernel
from xvmgate.builders.recipe import recipe
from xvmgate.fixtures.layout import every_layout, get, load_layout

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
    paths = recipe(get("opensolaris-b128-ai")).files
    assert "/boot/platform/i86xpv/kernel/unix" in paths
    assert not [path for path in paths if path.startswith("/platform")]


def test_the_two_widths_of_one_combined_ramdisk_are_one_file() -> None:
    assert len(get("opensolaris-2008.11-live").boot_paths()) == 3


OWN = """
id = "mine"
title = "Mine"
family = "nevada"
media = "dvd"
order = 1
volume_ids = ["MINE"]
ramdisk_files = [".volumeid", ".livecd"]
[expect]
pv = "conformant"
hvm = "conformant"
because = "it is mine"
[paths.64]
kernel = "/boot/platform/i86xpv/kernel/amd64/unix"
ramdisk = "/boot/amd64/x86.miniroot"
"""


def test_a_layout_of_ones_own_needs_no_code(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(OWN)
    made = recipe(load_layout(str(tmp_path / "mine.toml")))
    assert set(made.files) == {"/boot/platform/i86xpv/kernel/amd64/unix", "/boot/amd64/x86.miniroot"}
    assert (made.volume_id, made.bootable) == ("MINE", False)
