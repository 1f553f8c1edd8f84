"""Checks of installed roots: ZFS pools and UFS1 images."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from zfs_forge import FEATURES, Pool

from xvmgate.builders.kernel import kernel
from xvmgate.builders.ramdisk import ramdisk
from xvmgate.conformance import check
from xvmgate.media import open_medium
from xvmgate.reports.events import Check, MediumResult

Kept = Callable[[str], Path]


def only(result: MediumResult, rule: str) -> Check:
    (found,) = [check for check in result.checks if check.rule == rule]
    return found


BOOTED = [
    ("v10-fletcher2", "ZFS pool version 10; Xen 3.3 and later boot it by their own reader"),
    ("v14-mirror", "ZFS pool version 14; Xen 3.4 and later boot it by their own reader"),
    ("v15-lzjb-fat", "ZFS pool version 15; Xen 4.0 and later boot it by their own reader"),
    ("v22-second-be", "ZFS pool version 22; Xen 4.1 and later boot it by their own reader"),
]


@pytest.mark.parametrize(("name", "words"), BOOTED)
def test_a_pool_s_version_and_who_boots_it(name: str, words: str, kept_pool: Kept) -> None:
    result = check(str(kept_pool(name)))
    assert (result.verdict, result.kind, result.family, result.volume_id) == (
        "conformant",
        "zfs",
        "opensolaris",
        "rpool",
    )
    assert result.plans[64] == ("/platform/i86xpv/kernel/amd64/unix", "/platform/i86pc/amd64/boot_archive")
    assert (only(result, "XVM-FS-02").verdict, only(result, "XVM-FS-02").actual) == ("pass", words)


def test_a_pool_without_bootfs_has_nothing_to_boot(kept_pool: Kept) -> None:
    result = check(str(kept_pool("v22-no-bootfs")))
    found = only(result, "XVM-PV-01")
    assert (result.verdict, found.verdict, found.actual) == ("nonconformant", "fail", "a pool without bootfs")
    assert found.message == "set it: zpool set bootfs=rpool/ROOT/NAME rpool"
    assert {check.rule for check in result.checks if check.verdict == "fail"} == {"XVM-PV-01"}


@pytest.mark.parametrize("version", [25, 28, FEATURES])
def test_a_pool_that_no_xen_boots(version: int, tmp_path: Path) -> None:
    pool = Pool(version=version)
    found = only(check(pool.save(tmp_path / "pool", {"x": pool.file(b"x")})), "XVM-FS-02")
    assert found.actual
    assert "; no Xen release boots it by its own reader, which stops at version 24" in found.actual


def test_a_newer_pool_is_refused_by_number(tmp_path: Path) -> None:
    pool = Pool(version=34)
    result = check(pool.save(tmp_path / "pool", {"x": pool.file(b"x")}))
    assert result.verdict == "unreadable"
    assert result.error
    assert "ZFS pool version 34, which is not supported" in result.error
    assert "(XVM-FS-02)" in result.error


def test_an_installed_root_is_read_by_the_opensolaris_paths_alone(tmp_path: Path) -> None:
    """A tree with Nevada's kernel and miniroot is of that family; the same on a pool is of none."""
    kept = {"unix": kernel(64), "x86.miniroot": ramdisk("x", [64], [], 0).read()}
    places = {"unix": "boot/platform/i86xpv/kernel/amd64", "x86.miniroot": "boot/amd64"}
    for name, place in places.items():
        (tmp_path / "tree" / place).mkdir(parents=True, exist_ok=True)
        (tmp_path / "tree" / place / name).write_bytes(kept[name])
    assert check(str(tmp_path / "tree")).family == "nevada"
    pool = Pool()
    files = {f"{places[name]}/{name}": pool.file(data, block=4096) for name, data in kept.items()}
    location = pool.save(tmp_path / "pool", files)
    with open_medium(location) as medium:
        assert all(medium.lookup(f"/{path}").is_file for path in files)
    result = check(location)
    assert (result.verdict, result.family) == ("nonconformant", None)


def test_a_ufs_root(real: Callable[[str], str], tmp_path: Path) -> None:
    """`/platform` is a link from the root, as installed systems have them."""
    tree = tmp_path / "tree"
    for path, data in (
        ("platform/i86xpv/kernel/amd64/unix", kernel(64)),
        ("boot/amd64/x86.microroot", ramdisk("x", [64], [], 0).read()),
    ):
        place = tree / "usr" / path if path.startswith("platform") else tree / path
        place.parent.mkdir(parents=True)
        place.write_bytes(data)
    (tree / "platform").symlink_to("/usr/platform")
    words = [real("makefs"), "-t", "ffs", "-B", "le", "-o", "version=1", "-s", "8m", str(tmp_path / "ufs"), str(tree)]
    subprocess.run(words, check=True, capture_output=True)
    result = check(str(tmp_path / "ufs"))
    assert (result.verdict, result.kind, result.family) == ("conformant", "ufs", "opensolaris")
    assert only(result, "XVM-EV-03").verdict == "pass"
    assert only(result, "XVM-FS-02").message == "no ZFS pool but UFS1"


def test_the_command_tells_people_and_programs(kept_pool: Kept) -> None:
    words = [sys.executable, "-m", "xvmgate.cli", "check", str(kept_pool("v15-lzjb-fat"))]
    told = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    assert "conformant; opensolaris" in told
    assert "; ZFS pool version 15; Xen 4.0 and later boot it by their own reader; " in told
    document = json.loads(subprocess.run([*words, "--json"], check=True, capture_output=True, text=True).stdout)
    assert document["media"][0]["kind"] == "zfs"


def test_an_iso_loads_nothing_of_it(layout_iso: Callable[[str, str], Path]) -> None:
    iso = str(layout_iso("nevada-snv121-dvd", "genisoimage"))
    script = f"import sys; from xvmgate.conformance import check; check({iso!r});"
    script += "print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.split()
    assert "xvmgate.media.iso9660" in loaded
    names: tuple[str, ...] = ("zfs", "ufs", "disk", "window", "blocks", "partitions", "xen_reader", "zfsroot")
    names += ("requests", "urllib3", "nfs_rs", "nfs", "cached", "deadline", "distant", "ahead", "isoahead", "pycdlib")
    assert "xvmgate.media.http" not in loaded
    assert not [name for name in loaded if set(name.split(".")) & set(names)]
