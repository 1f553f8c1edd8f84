"""How the question changes the verdict: mode, widths, release, a selection of rules."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from xvmgate.conformance import check
from xvmgate.reports.events import MediumResult

Tree = Callable[[str], Path]
NEVADA, LATE, OMNIOS, OLD = "nevada-snv121-dvd", "opensolaris-b128-live", "omnios-r151-iso", "opensolaris-2008.11-live"


def verdicts(result: MediumResult, verdict: str) -> set[str]:
    """Return the rules with that verdict."""
    return {found.rule for found in result.checks if found.verdict == verdict}


@pytest.mark.parametrize(
    ("bits", "verdict", "failed"),
    [
        (None, "conformant", set()),
        (64, "conformant", set()),
        (32, "nonconformant", {"XVM-PATH-01", "XVM-PATH-03"}),
        ("both", "nonconformant", {"XVM-PATH-01", "XVM-PATH-03"}),
    ],
)
def test_a_width_that_is_asked_for_must_be_good(
    bits: int | str | None, verdict: str, failed: set[str], layout_tree: Tree
) -> None:
    result = check(str(layout_tree(OMNIOS)), bits=bits)
    assert result.verdict == verdict
    assert verdicts(result, "fail") == failed


@pytest.mark.parametrize(
    ("bits", "passed"), [(32, {"XVM-PATH-04", "XVM-PATH-05"}), (64, {"XVM-PATH-15", "XVM-PATH-16"})]
)
def test_the_other_width_is_not_judged(bits: int, passed: set[str], layout_tree: Tree) -> None:
    result = check(str(layout_tree(NEVADA)), bits=bits)
    assert {rule for rule in verdicts(result, "pass") if "PATH" in rule} == passed
    assert result.verdict == "conformant"
    assert result.plans[32] is not None
    assert result.plans[64] is not None


def test_a_broken_width_that_is_not_asked_for_does_no_harm(broken: Tree) -> None:
    root = broken(NEVADA)
    (root / "boot/amd64/x86.miniroot").unlink()
    assert check(str(root), bits=32).verdict == "conformant"
    assert check(str(root), bits=64).verdict == "nonconformant"
    assert check(str(root)).verdict == "nonconformant"


@pytest.mark.parametrize(
    ("medium", "release", "failed"),
    [
        (LATE, "openindiana-147-live", set()),
        (OLD, "opensolaris-2009.06-live", {"XVM-PATH-13"}),
        (LATE, OLD, {"XVM-PATH-02", "XVM-PATH-12"}),
        (OMNIOS, LATE, {"XVM-PATH-01", "XVM-PATH-03"}),
        (LATE, OMNIOS, set()),
        (LATE, "opensolaris-b109-live", {"XVM-PATH-03", "XVM-PATH-14"}),
        (LATE, NEVADA, {"XVM-PV-01", "XVM-PATH-04", "XVM-PATH-05", "XVM-PATH-15", "XVM-PATH-16"}),
        (NEVADA, "solaris10-u6-dvd", {"XVM-PV-01"}),
        ("opensolaris-b130-ai", NEVADA, {"XVM-PV-01", "XVM-PATH-05", "XVM-PATH-16"}),
    ],
)
def test_a_release_wants_exactly_its_paths(medium: str, release: str, failed: set[str], layout_tree: Tree) -> None:
    result = check(str(layout_tree(medium)), release=release)
    assert verdicts(result, "fail") == failed
    assert result.layout == medium


def test_a_release_without_the_width_that_is_asked_for(layout_tree: Tree) -> None:
    result = check(str(layout_tree(LATE)), release=OMNIOS, bits=32)
    assert verdicts(result, "fail") == {"XVM-PV-01"}


@pytest.mark.parametrize(
    ("rules", "verdict", "checked"),
    [
        (["XVM-PATH-16"], "incomplete", {"XVM-PATH-16"}),
        (["XVM-PATH-16", "XVM-PV-01"], "incomplete", {"XVM-PATH-16", "XVM-PV-01"}),
        (["XVM-HVM-01"], "incomplete", set()),
        (["XVM-AI-05"], "incomplete", set()),
    ],
)
def test_a_selection_is_never_conformant(rules: list[str], verdict: str, checked: set[str], layout_tree: Tree) -> None:
    result = check(str(layout_tree(NEVADA)), rules=rules)
    assert result.verdict == verdict
    assert verdicts(result, "pass") == checked
    assert {found.rule for found in result.checks} <= set(rules)


def test_a_selection_may_fail(layout_tree: Tree) -> None:
    result = check(str(layout_tree("opensolaris-b109-live")), rules=["XVM-PATH-14"])
    assert result.verdict == "nonconformant"


def test_hvm_judges_what_belongs_to_it(layout_iso: Callable[[str, str], Path]) -> None:
    result = check(str(layout_iso("opensolaris-b109-live", "genisoimage")), mode="hvm")
    assert result.verdict == "conformant"
    assert verdicts(result, "pass") == {"XVM-FS-01", "XVM-HVM-01", "XVM-EV-02", "XVM-EV-03"}


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"mode": "qemu"}, "no mode 'qemu' (known: pv, hvm)"),
        ({"bits": 16}, "no width '16' (known: 32, 64, both)"),
        ({"release": "nevada"}, "no release 'nevada'; did you mean nevada-snv121-dvd?"),
        ({"rules": ["XVM-PATH-17"]}, "no rule 'XVM-PATH-17'; did you mean XVM-PATH-1"),
        ({"rules": ["xvm-path-16"]}, "did you mean XVM-PATH-16?"),
    ],
)
def test_words_that_name_nothing(wrong: dict[str, object], complaint: str, layout_tree: Tree) -> None:
    with pytest.raises(ValueError, match="no ") as caught:
        check(str(layout_tree(NEVADA)), **wrong)  # type: ignore[arg-type]
    assert complaint in str(caught.value)


def test_an_image_s_hash_is_its_file_s(layout_iso: Callable[[str, str], Path]) -> None:
    iso = layout_iso(OMNIOS, "pycdlib")
    assert check(str(iso), sha256=True).sha256 == hashlib.sha256(iso.read_bytes()).hexdigest()


def test_a_tree_s_hash_is_what_coreutils_say(broken: Tree) -> None:
    root = broken(NEVADA)
    (root / "odd\\name\nhere").write_bytes(b"x")
    pipeline = "find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum"
    theirs = subprocess.run(["sh", "-c", pipeline], cwd=root, check=True, capture_output=True, text=True).stdout
    assert check(str(root), sha256=True).sha256 == theirs.split()[0]


def test_a_check_reads_little(layout_iso: Callable[[str, str], Path]) -> None:
    """Each kernel once, at most 256 KiB of a ramdisk, 1 MiB beside."""
    iso = layout_iso(NEVADA, "genisoimage")
    result = check(str(iso))
    assert result.bytes_read <= iso.stat().st_size
    assert result.requests < 60
