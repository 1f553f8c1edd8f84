"""Waivers as values: what they match, what they leave of a check, what of them fails a run, which files are none."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from xvmgate.conformance.waivers import Use, Waiver, Waivers, load
from xvmgate.conformance.waiving import about, apply
from xvmgate.fixtures.table import CatalogueError
from xvmgate.reports.events import Check, SuiteCheck

TODAY = datetime.date(2026, 6, 15)
WAIVER = Waiver("XVM-PATH-14", "it moves", "bob", TODAY)
ARCHIVE = "/platform/i86pc/amd64/boot_archive"
FAILED = Check("XVM-PATH-14", "must", "fail", ARCHIVE, "missing; nearest: /boot/x", "missing")
GOOD = '[[waiver]]\nrule = "XVM-PATH-14"\nreason = "it moves"\nowner = "bob"\nexpires = 2026-06-15\n'


def _waivers(*waivers: Waiver, today: datetime.date = TODAY) -> Waivers:
    return Waivers(waivers, today)


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "w.toml"
    more = 'subject = "a*"\npath = "/b"\nbug = "c"\nset = "2009-11-12"\n'
    path.write_text("# ours\n" + GOOD + GOOD.replace("2026-06-15", '"2026-06-16"') + more)
    second = Waiver("XVM-PATH-14", "it moves", "bob", datetime.date(2026, 6, 16), "a*", "/b", "c", "2009-11-12")
    assert load(str(path), TODAY) == Waivers((WAIVER, second), TODAY)


def test_a_file_without_waivers(tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text("# none yet\n")
    assert load(str(tmp_path / "w.toml"), TODAY).all == ()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (GOOD.replace("rule =", "rules ="), 'key "rule": missing'),
        (GOOD.replace('reason = "it moves"\n', ""), 'table waiver[XVM-PATH-14], key "reason": missing'),
        (GOOD.replace('owner = "bob"', 'owner = " "'), 'key "owner": a text is expected, not an empty one'),
        (GOOD.replace("expires = 2026-06-15\n", ""), 'key "expires": missing; a date'),
        (GOOD.replace("2026-06-15", '"soon"'), "key \"expires\": a date is expected (2026-12-31), not 'soon'"),
        (GOOD.replace("2026-06-15", "2026-06-15T00:00:00Z"), 'key "expires": a date is expected'),
        (GOOD.replace("2026-06-15", "20260615"), 'key "expires": a date is expected'),
        (GOOD.replace("2026-06-15", "2026-13-45"), "no TOML"),
        (GOOD + 'since = "x"\n', 'key "since": is not a key of this table'),
        (GOOD + "subject = 7\n", 'key "subject": a text is expected, not 7'),
        ("[waiver]\n", 'key "waiver": a list of tables is expected'),
        ("waiver = [7]\n", "it holds 7"),
        ("[[waivers]]\n", 'key "waivers": is not a key of this table'),
        ("waiver = " + "[" * 5000, "no TOML"),
        ("\ufeff[[waiver]]", "no TOML"),
    ],
)
def test_a_file_that_is_none(text: str, complaint: str, tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text(text)
    with pytest.raises(CatalogueError) as refused:
        load(str(tmp_path / "w.toml"))
    assert complaint in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_a_file_of_too_many(tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text("[[waiver]]\n" * 10_001)
    with pytest.raises(CatalogueError, match="10001 waivers, of which at most 10000 are read"):
        load(str(tmp_path / "w.toml"))


@pytest.mark.parametrize(
    ("subject", "path", "matches"),
    [
        ("*", "*", True),
        ("snv_*.iso", "*", True),
        ("snv_130.iso", "*", True),
        ("/builds/*", "*", True),
        ("/builds/snv_130.iso", "*", True),
        ("snv_12?.iso", "*", False),
        ("SNV_*", "*", False),
        ("*", "/platform/*/boot_archive", True),
        ("*", "/platform/i86pc/boot_archive", False),
    ],
)
def test_what_a_waiver_speaks_of(subject: str, path: str, matches: bool) -> None:
    waivers = _waivers(WAIVER._replace(subject=subject, path=path))
    found = waivers.find("XVM-PATH-14", "/builds/snv_130.iso", "/platform/i86pc/amd64/boot_archive")
    assert (found is not None) == matches
    assert waivers.find("XVM-PATH-13", "/builds/snv_130.iso", "/platform/i86pc/amd64/boot_archive") is None


def test_a_name_with_brackets_is_itself_too() -> None:
    assert _waivers(WAIVER._replace(subject="a[1].iso")).find("XVM-PATH-14", "/m/a[1].iso/")


def test_the_last_day_counts_and_the_next_does_not() -> None:
    assert _waivers(WAIVER, today=TODAY).find("XVM-PATH-14", "x")
    assert _waivers(WAIVER, today=TODAY + datetime.timedelta(1)).find("XVM-PATH-14", "x") is None


def test_another_rule_set_s_waiver_does_not_count() -> None:
    assert _waivers(WAIVER._replace(set="2009-11-12")).find("XVM-PATH-14", "x")
    assert _waivers(WAIVER._replace(set="2010-01-01")).find("XVM-PATH-14", "x") is None


def test_problems() -> None:
    old = WAIVER._replace(expires=TODAY - datetime.timedelta(1), subject="a.iso")
    unknown = WAIVER._replace(rule="XVM-PATH-99")
    waivers = _waivers(WAIVER, old, unknown)
    assert waivers.problems() == [
        "waiver of XVM-PATH-14 for a.iso: expired after 2026-06-14; bob is to mend the cause or renew it",
        "waiver of XVM-PATH-99: there is no such rule; see `xvmgate rules`",
    ]
    assert len(waivers.problems(TODAY - datetime.timedelta(7))) == 1
    uses = [Use(WAIVER, "x.iso", "fail"), Use(WAIVER, "y.iso", "pass"), Use(WAIVER, "y.iso", "pass")]
    assert _waivers(WAIVER).problems(TODAY, uses) == [
        "waiver of XVM-PATH-14: y.iso passes; remove the waiver, or let it name what fails"
    ]


@pytest.mark.parametrize(
    ("verdict", "left", "uses"),
    [
        ("fail", "waived", ["fail"]),
        ("warn", "waived", ["warn"]),
        ("pass", "pass", ["pass"]),
        ("error", "error", []),
        ("not-applicable", "not-applicable", []),
    ],
)
def test_what_a_waiver_leaves_of_a_check(verdict: str, left: str, uses: list[str]) -> None:
    check, used = apply(FAILED._replace(verdict=verdict), "x.iso", _waivers(WAIVER._replace(bug="B-1")))
    assert check.verdict == left
    assert [use.verdict for use in used] == uses
    if left == "waived":
        assert check.message == "missing; waived until 2026-06-15 by bob: it moves (B-1)"


MENU = Check("XVM-EV-02", "should", "warn", "every file that the menu names", "missing: /a/b, /c; nearest: /d", "")


def test_a_check_about_several_paths_is_waived_when_each_is() -> None:
    one, two = (WAIVER._replace(rule="XVM-EV-02", path=path) for path in ("/a/*", "/c"))
    assert about(MENU) == ("/a/b", "/c")
    assert apply(MENU, "x", _waivers(one))[0].verdict == "warn"
    assert apply(MENU, "x", _waivers(one, two))[0].verdict == "waived"
    good = MENU._replace(verdict="pass", actual="all 2 there")
    assert [use.waiver for use in apply(good, "x", _waivers(one, two))[1]] == [one]


def test_a_failure_without_a_path_is_not_waived_by_a_waiver_of_one() -> None:
    check = Check("XVM-PV-01", "must", "fail", "a kernel", "none; nearest: /boot/x", "none")
    assert apply(check, "x", _waivers(WAIVER._replace(rule="XVM-PV-01", path="/boot/x")))[0].verdict == "fail"
    assert apply(check, "x", _waivers(WAIVER._replace(rule="XVM-PV-01")))[0].verdict == "waived"


def test_a_vector_s_check_is_about_its_vector() -> None:
    check = SuiteCheck("XVM-NET-04", "must", "net-guest-resolves", "exec:./x", "fail", "/a", "/b", "")
    waiver = WAIVER._replace(rule="XVM-NET-04", path="net-guest-*")
    assert apply(check, "exec:./x", _waivers(waiver))[0].verdict == "waived"
    assert apply(check._replace(vector="net-other"), "exec:./x", _waivers(waiver))[0].verdict == "fail"
