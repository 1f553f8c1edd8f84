"""Other people's readers take kernel and ramdisk off every layout's ISO, with the right bytes."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from xvmgate.builders.recipe import recipe
from xvmgate.fixtures.layout import every_layout, get

Real = Callable[[str], str]
LAYOUTS = [layout.id for layout in every_layout()]
PV = [layout.id for layout in every_layout() if layout.pairs]
XEN_PYTHON = "/usr/lib/xen-4.17/lib/python"


def output(*words: object) -> bytes:
    return subprocess.run(list(map(str, words)), check=True, capture_output=True).stdout


def by_isoinfo(real: Real, iso: Path, path: str, _: Path) -> bytes:
    return output(real("isoinfo"), "-i", iso, "-R", "-x", path)


def by_bsdtar(real: Real, iso: Path, path: str, _: Path) -> bytes:
    return output(real("bsdtar"), "-xOf", iso, path[1:])


def by_grub(real: Real, iso: Path, path: str, _: Path) -> bytes:
    return output(real("grub-fstest"), iso, "cat", f"(loop0){path}")


def by_xorriso(real: Real, iso: Path, path: str, folder: Path) -> bytes:
    out = folder / "extracted"
    output(real("xorriso"), "-osirrox", "on", "-indev", iso, "-extract", path, out)
    data = out.read_bytes()
    out.unlink()
    return data


READERS = {"isoinfo": by_isoinfo, "bsdtar": by_bsdtar, "grub-fstest": by_grub, "xorriso": by_xorriso}


def boot_files(name: str, tree: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the path of each kernel and ramdisk, behind links, and its bytes in the tree; Solaris 10 has a miniroot."""
    made = recipe(get(name))
    for path in get(name).boot_paths() or ["/boot/x86.miniroot"]:
        yield made.real(path), (tree / path[1:]).read_bytes()


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", LAYOUTS)
def test_the_bytes_are_the_tree_s(
    name: str,
    reader: str,
    real: Real,
    layout_iso: Callable[[str, str], Path],
    layout_tree: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    for path, data in boot_files(name, layout_tree(name)):
        assert len(data) > 4096
        assert READERS[reader](real, layout_iso(name, "pycdlib"), path, tmp_path) == data


@pytest.mark.parametrize("name", PV)
def test_pygrub_takes_them_out(
    name: str,
    real: Real,
    layout_iso: Callable[[str, str], Path],
    layout_tree: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    """Xen's own boot loader, told the paths: it copies what the domain would be started with."""
    made, layout = recipe(get(name)), get(name)
    for pair in layout.pairs.values():
        words = [f"--kernel={made.real(pair.kernel)}", f"--ramdisk={made.real(pair.ramdisk)}", "--args=-B a=b"]
        words += ["--output-format=simple", f"--output-directory={tmp_path}"]
        printed = output(real("pygrub"), "-q", *words, layout_iso(name, "pycdlib")).decode()
        taken = dict(line.split(" ", 1) for line in printed.splitlines() if line)
        for role, path in (("kernel", pair.kernel), ("ramdisk", pair.ramdisk)):
            assert Path(taken[role]).read_bytes() == (layout_tree(name) / path[1:]).read_bytes()


@pytest.mark.parametrize("name", LAYOUTS)
def test_isoinfo_sees_the_boot_record_and_the_volume_id(
    name: str, real: Real, layout_iso: Callable[[str, str], Path]
) -> None:
    printed = output(real("isoinfo"), "-d", "-i", layout_iso(name, "pycdlib")).decode()
    for line in ("Rock Ridge signatures version 1 found", "Boot media 0 (No Emulation Boot)", "Nsect 4"):
        assert line in printed
    ids = get(name).volume_ids
    assert f"Volume id: {ids[0] if ids else ''}\n" in printed


@pytest.mark.parametrize("name", ["nevada-snv121-dvd", "opensolaris-b128-ai"])
def test_links_and_names_are_as_the_layout_says(
    name: str, real: Real, layout_iso: Callable[[str, str], Path], layout_tree: Callable[[str], Path]
) -> None:
    listed = output(real("bsdtar"), "-tvf", layout_iso(name, "pycdlib")).decode()
    for path, target in get(name).links.items():
        assert f" {path[1:]} -> {target}\n" in listed
    names = set(output(real("bsdtar"), "-tf", layout_iso(name, "pycdlib")).decode().split())
    tree = layout_tree(name)
    assert names - {".", ".catalog"} == {str(path.relative_to(tree)) for path in tree.rglob("*")}


def test_the_boot_info_table_is_filled_in(real: Real, layout_iso: Callable[[str, str], Path]) -> None:
    """Bytes 8 to 63 of the boot image: sector of the descriptor, of the image, its length, its checksum."""
    iso = layout_iso("nevada-snv121-dvd", "pycdlib")
    data = by_isoinfo(real, iso, "/boot/grub/stage2_eltorito", iso)
    numbers = [int.from_bytes(data[at : at + 4], "little") for at in (8, 12, 16, 20)]
    assert numbers[0] == 16
    assert iso.read_bytes()[numbers[1] * 2048 :][:2048] == data
    assert numbers[2:] == [2048, sum(int.from_bytes(data[at : at + 4], "little") for at in range(64, 2048, 4))]
