"""The report formats: JSON by the contract's fields, JUnit as another tool reads it, text that disturbs no terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from junitparser import JUnitXml

from xvmgate.reports import json as json_report
from xvmgate.reports import junit
from xvmgate.reports.events import Check, CheckReport, MediumResult, Plan
from xvmgate.reports.text import blocks, clip, printable, size, summary

NASTY = "a\nb\x1b[31m\x00\ud800<&>\u202e.iso"
CHECKS = (
    Check("XVM-FS-01", "must", "pass", "a file system", "ISO9660", "ISO9660"),
    Check("XVM-PATH-16", "must", "fail", "/boot/amd64/x86.miniroot", "missing", "missing"),
    Check("XVM-EV-02", "should", "warn", "all", "missing: /x", "missing: /x"),
    Check("XVM-FS-02", "must", "not-applicable", None, None, "no ZFS pool"),
    Check("XVM-PV-01", "must", "error", None, None, "could not look"),
)
PLANS = {32: None, 64: Plan("/k", "/r")}
RESULT = MediumResult("x.iso", "nonconformant", kind="iso", plans=PLANS, checks=CHECKS, bytes_read=63488)
UNREADABLE = MediumResult(NASTY, "unreadable", error=f"{NASTY}: no")
REPORT = CheckReport("nonconformant", (RESULT, UNREADABLE))


def _plain(text: str, kind: str) -> str:  # noqa: ARG001
    return text


def test_json_has_the_contract_s_fields() -> None:
    document = json.loads(json_report.render(REPORT))
    assert list(document) == ["schema", "verdict", "media"]
    assert document["schema"] == "xvmgate.check/1"
    medium = document["media"][0]
    assert list(medium) == [
        "location", "verdict", "error", "kind", "volume_id", "created", "bytes_read", "requests", "family", "layout",
        "plans", "checks",
    ]  # fmt: skip
    assert medium["plans"] == {"32": None, "64": {"kernel": "/k", "ramdisk": "/r"}}
    assert list(medium["checks"][1]) == ["rule", "level", "verdict", "expected", "actual", "message"]


def test_json_of_an_unreadable_medium() -> None:
    medium = json.loads(json_report.render(REPORT))["media"][1]
    assert (medium["kind"], medium["checks"], medium["plans"]) == (None, [], {"32": None, "64": None})
    assert medium["location"] == NASTY


def test_json_has_a_hash_only_where_there_is_one() -> None:
    assert "sha256" not in RESULT.as_dict()
    assert RESULT._replace(sha256="ab").as_dict()["sha256"] == "ab"


def test_junit_as_another_tool_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "report.xml"
    path.write_text(junit.render(REPORT), encoding="utf-8")
    xml = JUnitXml.fromfile(str(path))
    assert (xml.tests, xml.failures, xml.errors, xml.skipped) == (6, 1, 2, 1)
    cases = {case.name: case for suite in xml for case in suite}
    nasty = "readable[a\\nb\\x1b[31m\\x00\\ud800<&>\\u202e.iso]"
    names = ("XVM-FS-01", "XVM-PATH-16", "XVM-EV-02", "XVM-FS-02", "XVM-PV-01")
    assert set(cases) == {nasty, *(f"{name}[x.iso]" for name in names)}
    assert cases["XVM-PATH-16[x.iso]"].classname == "xvmgate.XVM-PATH"
    assert cases["XVM-PATH-16[x.iso]"].result[0].message == "missing"
    assert "document, line 72" in cases["XVM-PATH-16[x.iso]"].result[0].text
    assert cases["XVM-FS-01[x.iso]"].is_passed
    assert cases["XVM-FS-02[x.iso]"].is_skipped
    assert "warning: missing: /x" in cases["XVM-EV-02[x.iso]"].system_out


def _identities(report: CheckReport) -> list[tuple[str, str]]:
    xml = JUnitXml.fromstring(junit.render(report).encode())
    return [(case.classname, case.name) for suite in xml for case in suite]


def test_a_case_s_identity_does_not_name_the_medium() -> None:
    moved = CheckReport("nonconformant", (RESULT._replace(location="elsewhere/y.iso"),))
    assert _identities(moved) == _identities(CheckReport("", (RESULT,)))
    assert ("xvmgate.XVM-PATH", "XVM-PATH-16") in _identities(moved)


def test_among_several_media_it_names_the_file_and_never_its_directory() -> None:
    media = tuple(RESULT._replace(location=place) for place in ("/a/x.iso", "b/y.iso", "/c/x.iso"))
    names = [name for _, name in _identities(CheckReport("nonconformant", media)) if name.startswith("XVM-PATH-16")]
    assert names == ["XVM-PATH-16[x.iso]", "XVM-PATH-16[y.iso]", "XVM-PATH-16[x.iso#2]"]


def test_blocks_say_what_where_and_what_to_do() -> None:
    block = next(blocks(RESULT, ["--bits", "64"], _plain))
    assert block.splitlines() == [
        "FAIL XVM-PATH-16  Nevada 64-bit ramdisk                        x.iso (62 KiB read)",
        "  rule      the 64-bit Nevada ramdisk lies at /boot/amd64/x86.miniroot  (document, line 72)",
        "  expected  /boot/amd64/x86.miniroot",
        "  actual    missing",
        "  remedy    ship it there, or add a layout for this release",
        "  repeat    xvmgate check x.iso --bits 64 --rule XVM-PATH-16",
    ]


def test_blocks_come_worst_first_and_only_where_something_is_wrong() -> None:
    words = [block.split()[:2] for block in blocks(RESULT, [], _plain)]
    assert words == [["FAIL", "XVM-PATH-16"], ["ERROR", "XVM-PV-01"], ["WARN", "XVM-EV-02"]]


def test_summary_lines() -> None:
    assert summary(RESULT._replace(family="nevada", layout="nevada-snv121-dvd"), _plain) == (
        "x.iso: nonconformant; nevada, nearest layout nevada-snv121-dvd; "
        "1 passed, 1 failed, 1 not checked, 1 warned, 1 not applicable; 62 KiB read"
    )
    assert summary(RESULT._replace(checks=()), _plain) == (
        "x.iso: nonconformant; no PV family; nothing checked; 62 KiB read"
    )


def test_what_a_medium_says_disturbs_no_terminal() -> None:
    line = summary(UNREADABLE, _plain)
    assert line == "a\\nb\\x1b[31m\\x00\\ud800<&>\\u202e.iso: unreadable"
    block = next(blocks(RESULT._replace(location=NASTY), [], _plain))
    assert all(character.isprintable() for character in block.replace("\n", ""))
    assert len(block.splitlines()) == 6


@pytest.mark.parametrize("text", ["/boot/x86.miniroot", "naïve Größe", "日本語", "😀", "a\u00a0b"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("abc", "abc"),
        ("a\nb", "a\\nb"),
        ("abcdefgh", "abcdefgh"),
        ("abcdefghi", "abcdefgh… (9 characters)"),
        ("\u202ea\u202e", "\\u202ea\\… (3 characters)"),
    ],
)
def test_a_long_text_is_cut(text: str, said: str) -> None:
    assert clip(text, 8) == said


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 KiB"), (1, "1 KiB"), (63488, "62 KiB"), (10 << 20, "10 MiB"), ((10 << 20) + 1, "11 MiB")]
)
def test_sizes(count: int, text: str) -> None:
    assert size(count) == text
