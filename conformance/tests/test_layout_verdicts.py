"""Every known layout is judged as evidence says, from a directory and from ISOs by independent writers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from xvmgate.conformance import check
from xvmgate.fixtures.layout import every_layout
from xvmgate.reports.events import MediumResult

CONFORMANT, NONCONFORMANT = "conformant", "nonconformant"
BROKEN = {
    "opensolaris-b109-live": ["XVM-PATH-03", "XVM-PATH-14"],
    "opensolaris-b109-ai": ["XVM-PATH-03", "XVM-PATH-14"],
    "solaris10-u6-dvd": ["XVM-PV-01"],
}
"""What fails; every other layout is conformant."""
WARNED = {"opensolaris-2009.06-ai": ["XVM-EV-02"]}
"""Its own menu names a 64-bit ramdisk that it lacks."""
KEPT = {
    "opensolaris-2008.05-live": "01 02 11 12",
    "opensolaris-2008.11-live": "01 02 11 12",
    "opensolaris-2008.11-ai": "01 02 11 12",
    "opensolaris-b109-live": "01 11",
    "opensolaris-b109-ai": "01 11",
    "opensolaris-2009.06-live": "01 02 11 13",
    "opensolaris-2009.06-ai": "01 02 11 12",
    "opensolaris-b128-live": "01 03 11 14",
    "opensolaris-b128-ai": "01 03 11 14",
    "opensolaris-b130-ai": "01 03 11 14",
    "opensolaris-b130-text": "01 03 11 14",
    "openindiana-147-live": "01 03 11 14",
    "nevada-snv121-dvd": "04 05 15 16",
    "omnios-r151-iso": "11 14",
    "solaris10-u6-dvd": "",
}
"""Which PATH rules pass; those that neither pass nor fail do not apply."""
FAMILY = {"nevada-snv121-dvd": "nevada", "solaris10-u6-dvd": None}
"""The family where it is not opensolaris."""
LAYOUTS = [layout.id for layout in every_layout()]
WRITERS = ["genisoimage", "xorriso", "makefs", "pycdlib"]


def _named(result: MediumResult, verdict: str) -> list[str]:
    return [found.rule for found in result.checks if found.verdict == verdict]


def _assert_judged(result: MediumResult, name: str) -> None:
    assert _named(result, "fail") == BROKEN.get(name, [])
    assert _named(result, "warn") == WARNED.get(name, [])
    assert _named(result, "error") == []
    assert result.verdict == (NONCONFORMANT if name in BROKEN else CONFORMANT)
    passed = [rule.removeprefix("XVM-PATH-") for rule in _named(result, "pass") if rule.startswith("XVM-PATH")]
    assert passed == KEPT[name].split()
    assert result.family == FAMILY.get(name, "opensolaris")
    assert result.layout == name


def test_the_tables_name_every_layout() -> None:
    assert set(KEPT) == set(LAYOUTS)


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("name", LAYOUTS)
def test_iso(name: str, writer: str, layout_iso: Callable[[str, str], Path]) -> None:
    result = check(str(layout_iso(name, writer)))
    _assert_judged(result, name)
    assert result.kind == "iso"


@pytest.mark.parametrize("name", LAYOUTS)
def test_tree(name: str, layout_tree: Callable[[str], Path]) -> None:
    result = check(str(layout_tree(name)))
    _assert_judged(result, name)
    assert (result.kind, result.volume_id, result.created) == ("tree", None, None)


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("name", ["solaris10-u6-dvd", "nevada-snv121-dvd", "opensolaris-2009.06-live"])
def test_iso_boots_by_bios(name: str, writer: str, layout_iso: Callable[[str, str], Path]) -> None:
    result = check(str(layout_iso(name, writer)), mode="hvm")
    assert result.verdict == CONFORMANT
    assert "XVM-HVM-01" in _named(result, "pass")
    assert result.plans == {32: None, 64: None}


@pytest.mark.parametrize("name", LAYOUTS)
def test_tree_does_not(name: str, layout_tree: Callable[[str], Path]) -> None:
    result = check(str(layout_tree(name)), mode="hvm")
    assert _named(result, "fail") == ["XVM-HVM-01"]


@pytest.mark.parametrize("name", sorted(set(LAYOUTS) - set(BROKEN)))
def test_a_layout_is_good_by_its_own_paths(name: str, layout_tree: Callable[[str], Path]) -> None:
    assert check(str(layout_tree(name)), release=name).verdict == CONFORMANT


@pytest.mark.parametrize("name", BROKEN)
def test_a_layout_off_the_document_is_not(name: str, layout_tree: Callable[[str], Path]) -> None:
    result = check(str(layout_tree(name)), release=name)
    assert _named(result, "fail") == BROKEN[name]


def test_b109_says_where_its_ramdisk_is(layout_iso: Callable[[str, str], Path]) -> None:
    result = check(str(layout_iso("opensolaris-b109-live", "genisoimage")))
    actual = {found.rule: found.actual for found in result.checks if found.verdict == "fail"}
    assert actual["XVM-PATH-14"] == "missing; nearest: /boot/boot_archive"
    assert result.plans == {32: None, 64: None}


def test_2009_06_has_a_ramdisk_for_each_width(layout_iso: Callable[[str, str], Path]) -> None:
    plans = check(str(layout_iso("opensolaris-2009.06-live", "xorriso"))).as_dict()["plans"]
    assert plans == {
        "32": {"kernel": "/platform/i86xpv/kernel/unix", "ramdisk": "/boot/x86.microroot"},
        "64": {"kernel": "/platform/i86xpv/kernel/amd64/unix", "ramdisk": "/boot/amd64/x86.microroot"},
    }


def test_solaris_10_is_said_to_boot_as_hvm(layout_iso: Callable[[str, str], Path]) -> None:
    result = check(str(layout_iso("solaris10-u6-dvd", "makefs")))
    (failure,) = [found for found in result.checks if found.verdict == "fail"]
    assert failure.actual == "none; nearest: /boot/x86.miniroot (as solaris10-u6-dvd)"
    assert "--mode hvm" in failure.message


@pytest.mark.parametrize("writer", WRITERS)
def test_volume_id_and_date(writer: str, layout_iso: Callable[[str, str], Path]) -> None:
    result = check(str(layout_iso("openindiana-147-live", writer)))
    assert result.volume_id is not None
    assert result.volume_id.upper() == "OPENINDIANA_LIVE_X86"
    assert result.created is not None
    if writer == "pycdlib":
        assert result.created[:10] == "2009-11-12"  # the document's date, whatever the clock says
    else:
        assert result.created[:4] >= "2026"
