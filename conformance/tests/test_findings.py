"""What findings say in detail: boot entries, links, long lists, names that are only alike, how to repeat a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from xvmgate.conformance import check
from xvmgate.conformance.asking import ask
from xvmgate.conformance.checks.hvm import bios_problem
from xvmgate.media.base import Entry
from xvmgate.media.directory import DirectoryMedium
from xvmgate.media.formats.eltorito import BootEntry, CatalogError
from xvmgate.media.formats.menu import MAX_MENU
from xvmgate.reports.events import MediumResult

NEVADA, LATE = "nevada-snv121-dvd", "opensolaris-b128-live"
GOOD, EFI, SPARC = BootEntry(0, True, 30, 4), BootEntry(0xEF, True, 30, 4), BootEntry(1, True, 30, 4)


class Bootable(DirectoryMedium):
    """A medium with the boot entries that a test gives it, and a hundred sectors."""

    entries: list[BootEntry] | None = None
    damage: str | None = None

    def boot_entries(self) -> list[BootEntry] | None:
        """Return the given entries, or raise the given damage."""
        if self.damage:
            raise CatalogError(self.damage)
        return self.entries

    def has_sector(self, sector: int) -> bool:
        """Say that there are a hundred sectors."""
        return sector < 100

    def root(self) -> Entry:
        """Return nothing worth looking into."""
        return Entry("", "directory", 0, None, ".")


@pytest.mark.parametrize(
    ("entries", "problem"),
    [
        ([GOOD], None),
        ([EFI, GOOD], None),
        ([EFI, SPARC], "only for EFI"),
        ([SPARC], "only for platform 0x01"),
        ([BootEntry(0, False, 30, 4)], "its boot entry is marked not bootable"),
        ([BootEntry(0, True, 100, 4)], "its boot image is said to lie at sector 100, which the image does not have"),
        (None, "no El Torito boot record on a directory tree"),
    ],
)
def test_boot_entries(entries: list[BootEntry] | None, problem: str | None) -> None:
    medium = Bootable(".")
    medium.entries = entries
    assert bios_problem(medium) == problem


def test_a_damaged_boot_catalog() -> None:
    medium = Bootable(".")
    medium.damage = "its boot catalog's checksum is wrong"
    assert bios_problem(medium) == "its boot catalog's checksum is wrong"


def said(result: MediumResult, rule: str) -> str:
    """Return a check's message."""
    return next(found.message for found in result.checks if found.rule == rule)


def test_a_path_behind_a_link_says_where_it_leads(layout_tree: Callable[[str], Path]) -> None:
    ai, live = check(str(layout_tree("opensolaris-b128-ai"))), check(str(layout_tree(LATE)))
    assert said(ai, "XVM-PATH-11") == "a regular file, reached at /boot/platform/i86xpv/kernel/amd64/unix"
    assert said(live, "XVM-PATH-11") == "a regular file"


@pytest.mark.parametrize(
    ("medium", "options", "rule", "message"),
    [
        (NEVADA, {}, "XVM-PATH-11", "no path of this nevada medium"),
        ("solaris10-u6-dvd", {}, "XVM-PATH-11", "the medium is of no PV family"),
        (NEVADA, {"bits": 32}, "XVM-PATH-16", "asked for 32 bits"),
        (LATE, {"release": "omnios-r151-iso"}, "XVM-PATH-01", "omnios-r151-iso has no file there"),
        (NEVADA, {"mode": "hvm"}, "XVM-EV-01", "asked for hvm, which takes no ramdisk from the medium"),
        (NEVADA, {}, "XVM-HVM-01", "asked for pv; --mode hvm judges it"),
        ("opensolaris-b109-live", {}, "XVM-EV-01", "no ramdisk at its path"),
        ("omnios-r151-iso", {}, "XVM-EV-02", "no /boot/grub/menu.lst"),
    ],
)
def test_why_a_rule_does_not_apply(
    medium: str, options: dict[str, str], rule: str, message: str, layout_tree: Callable[[str], Path]
) -> None:
    result = check(str(layout_tree(medium)), **options)  # type: ignore[arg-type]
    found = next(found for found in result.checks if found.rule == rule)
    assert (found.verdict, found.message) == ("not-applicable", message)


def test_an_undocumented_release_has_no_plan(layout_tree: Callable[[str], Path]) -> None:
    b109 = "opensolaris-b109-live"
    assert check(str(layout_tree(b109)), release=b109).plans == {32: None, 64: None}
    plans = check(str(layout_tree("opensolaris-2008.11-live")), release="opensolaris-2009.06-live").plans
    assert (plans[32] is None, plans[64] is None) == (False, True)


@pytest.mark.parametrize(("missing", "rest"), [(5, ""), (6, "; and 1 more"), (40, "; and 35 more")])
def test_long_lists_end_in_a_count(missing: int, rest: str, broken: Callable[[str], Path]) -> None:
    root = broken(NEVADA)
    (root / "boot/grub/menu.lst").write_text("".join(f"module /none{number}\n" for number in range(missing)))
    message = said(check(str(root)), "XVM-EV-02")
    assert message.count("/none") == 5
    assert message.endswith(f"line 5, module){rest}")


def test_a_long_path_of_a_menu_is_cut(broken: Callable[[str], Path]) -> None:
    root = broken(NEVADA)
    (root / "boot/grub/menu.lst").write_text("module /" + "x" * 5000)
    assert said(check(str(root)), "XVM-EV-02") == "missing: /" + "x" * 399 + "..."


def test_a_line_of_a_menu_that_the_limit_cuts_is_not_looked_for(broken: Callable[[str], Path]) -> None:
    """Half of a path that is there is no file that is missing."""
    root, line = broken(NEVADA), "module /boot/x86.miniroot\n"
    (root / "boot/grub/menu.lst").write_text(line + "\n".rjust(MAX_MENU - len(line) - 20, "#") + line)
    assert said(check(str(root)), "XVM-EV-02") == "all 1 there"


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("boot_archive.gz", "/boot/boot_archive.gz"), ("BOOT_ARCHIVE", "/boot/BOOT_ARCHIVE"), ("zzz", None)],
)
def test_a_name_that_is_only_alike(name: str, nearest: str | None, broken: Callable[[str], Path]) -> None:
    root = broken("omnios-r151-iso")
    (root / "platform/i86pc/amd64/boot_archive").rename(root / "boot" / name)
    actual = said(check(str(root)), "XVM-PATH-14")
    assert actual == (f"missing; nearest: {nearest}" if nearest else "missing")


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ({}, []),
        ({"mode": "hvm"}, ["--mode", "hvm"]),
        ({"release": NEVADA}, ["--release", NEVADA]),
        ({"bits": "both"}, ["--bits", "both"]),
        ({"strict": True}, ["--strict"]),
        ({"bits": "32", "strict": True, "rules": ["XVM-PV-01"]}, ["--bits", "32", "--strict"]),
    ],
)
def test_the_options_that_repeat_a_question(words: dict[str, str], options: list[str]) -> None:
    assert ask(**words).options() == options  # type: ignore[arg-type]


def test_the_nearest_release_of_equals_is_the_newest_or_the_one_that_is_named(broken: Callable[[str], Path]) -> None:
    root = broken("opensolaris-2008.05-live")
    assert check(str(root)).layout == "opensolaris-2008.05-live"
    (root / "boot/grub/menu.lst").write_text("title nothing in particular\n")
    assert check(str(root)).layout == "opensolaris-2008.11-live"
