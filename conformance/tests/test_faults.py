"""Each rule about media is seen to fail: by a medium that breaks it and, where that can be, nothing else."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from xvmgate.builders.kernel import kernel
from xvmgate.conformance import check
from xvmgate.conformance.checks import CHECKS
from xvmgate.reports.events import MediumResult

Broken = Callable[[str], Path]
Fault = Callable[[Path], None]
P32, P64 = "platform/i86xpv/kernel/unix", "platform/i86xpv/kernel/amd64/unix"
OLD, LATE, NEVADA = "opensolaris-2008.11-live", "opensolaris-b128-live", "nevada-snv121-dvd"
SPLIT = "opensolaris-2009.06-live"


def remove(path: str) -> Fault:
    """Take a file away."""
    return lambda root: (root / path).unlink()


def move(path: str, to: str) -> Fault:
    """Move a file."""

    def fault(root: Path) -> None:
        (root / path).rename(root / to)

    return fault


def write(path: str, data: bytes) -> Fault:
    """Write other bytes into a file."""

    def fault(root: Path) -> None:
        (root / path).write_bytes(data)

    return fault


def link(path: str, target: str) -> Fault:
    """Put a link in a file's place."""

    def fault(root: Path) -> None:
        (root / path).unlink()
        (root / path).symlink_to(target)

    return fault


def directory(path: str) -> Fault:
    """Put a directory in a file's place."""

    def fault(root: Path) -> None:
        (root / path).unlink()
        (root / path).mkdir()

    return fault


REMOVED = [
    ("XVM-PATH-01", LATE, P32, "/platform/i86xpv/kernel/amd64/unix"),
    ("XVM-PATH-03", LATE, "platform/i86pc/boot_archive", "/platform/i86pc/amd64/boot_archive"),
    ("XVM-PATH-04", NEVADA, f"boot/{P32}", "/boot/platform/i86xpv/kernel/amd64/unix"),
    ("XVM-PATH-05", NEVADA, "boot/x86.miniroot", "/boot/amd64/x86.miniroot"),
    ("XVM-PATH-11", LATE, P64, "/platform/i86xpv/kernel/unix"),
    ("XVM-PATH-14", LATE, "platform/i86pc/amd64/boot_archive", "/platform/i86pc/boot_archive"),
    ("XVM-PATH-15", NEVADA, f"boot/{P64}", "/boot/platform/i86xpv/kernel/unix"),
    ("XVM-PATH-16", NEVADA, "boot/amd64/x86.miniroot", "/boot/x86.miniroot"),
]
"""A rule, a layout that keeps it, the file that is taken away, what the failure names as nearest."""


def failures(result: MediumResult) -> dict[str, str]:
    """Return what failed with what was found."""
    return {found.rule: found.actual or "" for found in result.checks if found.verdict == "fail"}


def warnings(result: MediumResult) -> dict[str, str]:
    """Return what was warned of with what was found."""
    return {found.rule: found.actual or "" for found in result.checks if found.verdict == "warn"}


@pytest.mark.parametrize(("rule", "layout", "path", "nearest"), REMOVED)
def test_a_missing_file_fails_its_rule(rule: str, layout: str, path: str, nearest: str, broken: Broken) -> None:
    root = broken(layout)
    remove(path)(root)
    found = failures(check(str(root)))
    assert set(found) == {rule}
    assert found[rule] == f"missing; nearest: {nearest}"


@pytest.mark.parametrize(
    ("layout", "path", "rules"),
    [
        (OLD, "boot/x86.microroot", {"XVM-PATH-02", "XVM-PATH-12"}),
        (SPLIT, "boot/amd64/x86.microroot", {"XVM-PATH-13"}),
        (SPLIT, "boot/x86.microroot", {"XVM-PATH-02"}),
    ],
)
def test_early_ramdisks(layout: str, path: str, rules: set[str], broken: Broken) -> None:
    root = broken(layout)
    remove(path)(root)
    assert set(failures(check(str(root), release=layout))) == rules


def test_a_separate_ramdisk_gone_leaves_the_combined_one(broken: Broken) -> None:
    """By its names alone a medium without /boot/amd64/x86.microroot is one with a combined ramdisk."""
    root = broken(SPLIT)
    remove("boot/amd64/x86.microroot")(root)
    result = check(str(root))
    assert result.plans[64] is not None
    assert result.plans[64].ramdisk == "/boot/x86.microroot"


@pytest.mark.parametrize(
    ("fault", "actual"),
    [
        (directory("boot/x86.miniroot"), "a directory, not a regular file"),
        (link("boot/x86.miniroot", "x86.miniroot"), "links without end at /boot/x86.miniroot"),
        (link("boot/x86.miniroot", "../../../etc/passwd"), "a link out of the medium at /boot/x86.miniroot"),
        (link("boot/x86.miniroot", "/etc/passwd"), "a link out of the medium at /boot/x86.miniroot"),
        (
            link("boot/x86.miniroot", "nowhere"),
            "missing, for links lead to /boot/nowhere; nearest: /boot/amd64/x86.miniroot",
        ),
        (move("boot/x86.miniroot", "boot/X86.MINIROOT"), "missing; nearest: /boot/X86.MINIROOT"),
        (move("boot/x86.miniroot", "boot/x86.miniroot.gz"), "missing; nearest: /boot/amd64/x86.miniroot"),
    ],
)
def test_what_lies_at_a_path_instead(fault: Fault, actual: str, broken: Broken) -> None:
    root = broken(NEVADA)
    fault(root)
    assert failures(check(str(root))) == {"XVM-PATH-05": actual}


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "/boot/platform/i86xpv/kernel/amd64/unix is empty"),
        (b"#!/bin/sh\n", "/boot/platform/i86xpv/kernel/amd64/unix is no ELF file"),
        (b"\x7fELF\x02\x01", "/boot/platform/i86xpv/kernel/amd64/unix is a damaged ELF header"),
        (kernel(64, xen=False), "/boot/platform/i86xpv/kernel/amd64/unix has no Xen notes"),
        (kernel(32), "is a 32-bit 386 kernel, not a 64-bit x86-64 one"),
        (kernel(64).replace(b"\x02\x00\x3e\x00", b"\x02\x00\x03\x00", 1), "is a 64-bit 386 kernel, not a 64-bit"),
    ],
)
def test_a_kernel_that_is_none_fails_pv_01_alone(data: bytes, problem: str, broken: Broken) -> None:
    root = broken(NEVADA)
    write(f"boot/{P64}", data)(root)
    result = check(str(root))
    assert set(failures(result)) == {"XVM-PV-01"}
    assert problem in failures(result)["XVM-PV-01"]
    assert next(found.verdict for found in result.checks if found.rule == "XVM-PATH-15") == "pass"


def test_an_empty_ramdisk_fails_pv_01(broken: Broken) -> None:
    root = broken(NEVADA)
    write("boot/x86.miniroot", b"")(root)
    assert failures(check(str(root))) == {"XVM-PV-01": "/boot/x86.miniroot is empty"}


def test_both_widths_at_fault_are_both_named(broken: Broken) -> None:
    root = broken(LATE)
    write(P32, b"")(root)
    write(P64, b"")(root)
    assert failures(check(str(root))) == {"XVM-PV-01": f"/{P32} is empty; /{P64} is empty"}


def test_no_kernel_at_all_is_no_family(broken: Broken) -> None:
    root = broken(OLD)
    remove(P32)(root)
    remove(P64)(root)
    result = check(str(root))
    assert set(failures(result)) == {"XVM-PV-01"}
    assert "/boot/x86.microroot" in failures(result)["XVM-PV-01"]
    assert (result.family, result.layout) == (None, OLD)


def test_kernels_that_are_directories(broken: Broken) -> None:
    root = broken(LATE)
    directory(P32)(root)
    directory(P64)(root)
    result = check(str(root))
    assert set(failures(result)) == {"XVM-PATH-01", "XVM-PATH-11", "XVM-PV-01"}
    assert result.family is None


@pytest.mark.parametrize(
    ("data", "seen"),
    [
        (b"just text\n", "data (text)"),
        (gzip.compress(b"\0" * (1 << 20), mtime=0), "gzip'ed data (of no known kind, and it begins with zeros)"),
        (gzip.compress(b"x" * 99, mtime=0), "gzip'ed data (text)"),
        (b"\x1f\x8b\x08\xff\xff", "a damaged gzip stream"),
        (b"\xfd7zXZ\0", "data (xz-compressed)"),
    ],
)
def test_ev_01_a_ramdisk_of_another_kind_warns(data: bytes, seen: str, broken: Broken) -> None:
    root = broken(NEVADA)
    write("boot/x86.miniroot", data)(root)
    result = check(str(root))
    assert result.verdict == "conformant"
    assert warnings(result) == {"XVM-EV-01": f"/boot/x86.miniroot is {seen}"}


def test_ev_02_a_menu_that_names_what_is_not_there(broken: Broken) -> None:
    root = broken(NEVADA)
    write("boot/grub/menu.lst", b"title x\nkernel$ /boot/$ISADIR/x86.miniroot\nmodule (cd)/boot/none\n")(root)
    result = check(str(root))
    assert result.verdict == "conformant"
    assert warnings(result) == {"XVM-EV-02": "missing: /boot/none (/boot/grub/menu.lst line 3, module)"}


def test_ev_03_a_link_out_of_the_medium_warns_even_where_no_rule_fails(broken: Broken) -> None:
    root = broken(OLD)
    (root / "boot/amd64").symlink_to("../../elsewhere")
    result = check(str(root))
    assert result.verdict == "conformant"
    assert "out of it: /boot/amd64 on the way to /boot/amd64/x86.microroot" in warnings(result)["XVM-EV-03"]


def test_strict_makes_warnings_failures(broken: Broken) -> None:
    root = broken(NEVADA)
    write("boot/x86.miniroot", b"text")(root)
    result = check(str(root), strict=True)
    assert result.verdict == "nonconformant"
    assert set(failures(result)) == {"XVM-EV-01"}
    assert warnings(result) == {}


def test_hvm_01_an_iso_without_a_boot_record(
    layout_tree: Callable[[str], Path], write_iso: Callable[..., Path], tmp_path: Path
) -> None:
    iso = write_iso("genisoimage", layout_tree(NEVADA), tmp_path / "x.iso")
    assert failures(check(str(iso), mode="hvm")) == {
        "XVM-HVM-01": "no El Torito boot record on ISO9660 with Rock Ridge"
    }
    assert check(str(iso)).verdict == "conformant"


def test_fs_01_is_named_where_nothing_can_be_read(tmp_path: Path) -> None:
    image = tmp_path / "x.img"
    image.write_bytes(b"hsqs".ljust(65536, b"\0"))
    result = check(str(image))
    assert (result.verdict, result.kind, result.checks) == ("unreadable", None, ())
    assert result.error is not None
    assert "squashfs" in result.error
    assert "XVM-FS-01" in result.error


def test_every_check_is_listed_once_and_in_order(layout_tree: Callable[[str], Path]) -> None:
    result = check(str(layout_tree(NEVADA)))
    assert [found.rule for found in result.checks] == list(CHECKS)
