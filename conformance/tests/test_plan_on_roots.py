"""`xvmgate plan` on installed ZFS roots: the kept pools that zfs-fuse made, and one whose label names a device."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from zfs_forge import Pool

from xvmgate.builders.kernel import kernel
from xvmgate.builders.ramdisk import ramdisk

GUEST = ["-n", "root", "-r", "1024", "--paravirt", "--host-bits", "64", "--no-dns", "--default-route", "none"]


def plan(location: Path | str, *words: str) -> tuple[dict[str, Any], str]:
    """Return the plan of a boot from a pool, and what was said on stderr."""
    command = [sys.executable, "-m", "xvmgate.cli", "plan", "--json", *GUEST, "-l", str(location), *words]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    document: dict[str, Any] = json.loads(ran.stdout)
    return document, ran.stderr


@pytest.mark.parametrize(("name", "objset"), [("v10-fletcher2", 28), ("v14-mirror", 37)])
def test_a_kept_pool(name: str, objset: int, kept_pool: Callable[[str], Path]) -> None:
    """The numbers are zdb's. zfs-fuse's labels name no physical path, so the device is the user's to say."""
    found, said = plan(kept_pool(name))
    assert f"-B zfs-bootfs=rpool/{objset}" in found["cmdline"]
    assert "bootpath" not in found["cmdline"]
    assert "the label of rpool names no device, so bootpath is left out; give --bootpath" in said
    found, said = plan(kept_pool(name), "--bootpath", "/xpvd/xdf@51712:a")
    assert f"-B zfs-bootfs=rpool/{objset},bootpath='/xpvd/xdf@51712:a'" in found["cmdline"]
    assert (found["kernel"], found["ramdisk"]) == (
        "/platform/i86xpv/kernel/amd64/unix",
        "/platform/i86pc/amd64/boot_archive",
    )
    assert "bootpath" not in said


def test_the_device_of_the_label(tmp_path: Path) -> None:
    pool = Pool()
    files = {
        "platform/i86xpv/kernel/amd64/unix": pool.file(kernel(64), block=4096),
        "platform/i86pc/amd64/boot_archive": pool.file(ramdisk("x", [64], [], 0).read(), block=4096),
    }
    found, said = plan(pool.save(tmp_path / "pool", files))
    assert "-B zfs-bootfs=forged/4,bootpath='/xpvd/xdf@51712:a'" in found["cmdline"]
    assert said == ""
    rules = {entry["adds"]: entry["rule"] for entry in found["trace"]}
    assert rules["zfs-bootfs=forged/4"] == "XVM-ZFS-01"
    assert rules["bootpath='/xpvd/xdf@51712:a'"] == "XVM-ZFS-02"


def test_a_pool_without_bootfs_is_refused(kept_pool: Callable[[str], Path]) -> None:
    command = [sys.executable, "-m", "xvmgate.cli", "plan", *GUEST, "-l", str(kept_pool("v22-no-bootfs"))]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    assert ran.returncode == 1
    assert "refused by XVM-ZFS-01: rpool is a pool without bootfs" in ran.stderr
