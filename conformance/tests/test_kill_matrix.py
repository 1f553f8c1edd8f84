"""The kill matrix: a fault breaks what it says and nothing else, each rule about media is killed, the docs say so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from xvmgate.builders.fault import Fault, FaultError, UnknownFaultError, only
from xvmgate.builders.faults import FAULTS, find_fault
from xvmgate.conformance import kill_matrix
from xvmgate.conformance.checks import CHECKS
from xvmgate.conformance.kill_matrix import main, markdown, matrix, media_rules, row, unkilled
from xvmgate.fixtures.layout import get

DOCS = Path(__file__).parents[2] / "docs" / "kill-matrix.md"
OLD, SPLIT, LATE, NEVADA = (
    "opensolaris-2008.11-live",
    "opensolaris-2009.06-live",
    "opensolaris-b128-live",
    "nevada-snv121-dvd",
)
BREAKS = {
    ("XVM-FS-01", NEVADA, "iso"): {"FS-01": "unreadable"},
    ("XVM-FS-02", NEVADA, "iso"): {"FS-02": "unreadable"},
    ("XVM-HVM-01", "solaris10-u6-dvd", "iso"): {"HVM-01": "fail"},
    ("XVM-PV-01", NEVADA, "iso"): {"PV-01": "fail"},
    ("XVM-PATH-01", OLD, "tree"): {"PATH-01": "fail"},
    ("XVM-PATH-02", SPLIT, "iso"): {"PATH-02": "fail", "EV-02": "warn"},
    ("XVM-PATH-02", OLD, "tree"): {"PATH-02": "fail", "PATH-12": "fail", "EV-02": "warn"},  # one file, two rules
    ("XVM-PATH-03", LATE, "iso"): {"PATH-03": "fail", "EV-02": "warn"},
    ("XVM-PATH-04", NEVADA, "iso"): {"PATH-04": "fail"},
    ("XVM-PATH-05", NEVADA, "iso"): {"PATH-05": "fail", "EV-02": "warn"},
    ("XVM-PATH-11", SPLIT, "iso"): {"PATH-11": "fail"},
    ("XVM-PATH-12", OLD, "iso"): {"PATH-02": "fail", "PATH-12": "fail", "EV-02": "warn"},
    ("XVM-PATH-13", SPLIT, "iso"): {"PATH-13": "fail", "EV-02": "warn"},
    ("XVM-PATH-14", LATE, "tree"): {"PATH-14": "fail", "EV-02": "warn"},
    ("XVM-PATH-15", NEVADA, "tree"): {"PATH-15": "fail"},
    ("XVM-PATH-16", NEVADA, "tree"): {"PATH-16": "fail"},
    ("XVM-EV-01", NEVADA, "iso"): {"EV-01": "warn"},
    ("XVM-EV-02", NEVADA, "iso"): {"EV-02": "warn"},
    ("XVM-EV-03", NEVADA, "iso"): {"EV-03": "warn"},
    ("loop", NEVADA, "iso"): {"PATH-15": "fail"},
    ("dangling", NEVADA, "iso"): {"PATH-15": "fail"},
    ("escape", NEVADA, "iso"): {"PATH-15": "fail", "EV-03": "warn"},
    ("absolute", LATE, "tree"): {"PATH-11": "fail", "EV-03": "warn"},
    ("directory", NEVADA, "iso"): {"PATH-15": "fail"},
    ("wrong-class", NEVADA, "iso"): {"PV-01": "fail"},
    ("no-elf", NEVADA, "iso"): {"PV-01": "fail"},
    ("empty-kernel", NEVADA, "iso"): {"PV-01": "fail"},
    ("empty-ramdisk", NEVADA, "iso"): {"PV-01": "fail", "EV-01": "warn"},
    ("bomb", NEVADA, "iso"): {"EV-01": "warn"},
    ("truncated", NEVADA, "iso"): {"FS-01": "unreadable"},
}
"""What each fault breaks, by the document: beyond what is said of the good medium, and nothing else."""


@pytest.mark.parametrize(("name", "layout", "form"), BREAKS)
def test_a_fault_breaks_its_rule_and_nothing_else(name: str, layout: str, form: str, tmp_path: Path) -> None:
    seen = row(find_fault(name, get(layout), form), get(layout), form, str(tmp_path))
    assert {rule.removeprefix("XVM-"): verdict for rule, verdict in seen.found.items()} == BREAKS[name, layout, form]
    assert seen.exact


def test_every_fault_is_in_the_table_above() -> None:
    assert {name for name, _, _ in BREAKS} == set(FAULTS)


EVERY = [
    (fault.name, layout.id, form) for fault in FAULTS.values() for layout in fault.layouts() for form in fault.forms
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "layout", "form"), EVERY)
def test_every_fault_on_every_layout_that_it_fits(name: str, layout: str, form: str, tmp_path: Path) -> None:
    assert row(FAULTS[name], get(layout), form, str(tmp_path)).exact


def test_every_rule_about_media_is_killed_and_the_docs_are_current() -> None:
    rows = matrix(FAULTS.values())
    assert unkilled(rows) == []
    assert len(media_rules()) == 18
    assert set(CHECKS) <= set(media_rules())
    assert DOCS.read_text() == markdown(rows)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda made, _: made, "only"),
        (FAULTS["XVM-PATH-05"].change, "XVM-PATH-05"),
        (lambda made, _: made._replace(volume_id="X"), "only"),
    ],
)
def test_a_fault_that_breaks_nothing_or_another_rule_kills_nothing(change: Callable[..., object], says: str) -> None:
    blunt = Fault("XVM-PV-01", says, change, lambda layout: layout.id == NEVADA, only("XVM-PV-01"))  # type: ignore[arg-type]
    rows = matrix([blunt])
    assert not rows[0].exact
    assert "XVM-PV-01" in unkilled(rows)


def test_a_fault_that_breaks_more_than_it_says_kills_nothing() -> None:
    both = FAULTS["XVM-PATH-12"]
    rows = matrix([both._replace(breaks=only("XVM-PATH-12"))])
    assert not rows[0].exact


def test_the_command_writes_the_table_and_fails_where_a_rule_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(kill_matrix, "FAULTS", {"loop": FAULTS["loop"], "XVM-EV-03": FAULTS["XVM-EV-03"]})
    assert main([str(tmp_path / "x.md")]) == 1
    assert capsys.readouterr().err.startswith("not killed: XVM-HVM-01, XVM-PV-01, XVM-PATH-01, ")
    assert "Rules about media: 18. Killed: 1." in (tmp_path / "x.md").read_text()
    monkeypatch.setattr(kill_matrix, "media_rules", lambda: ["XVM-EV-03"])
    assert main([]) == 0
    assert "| XVM-EV-03 | opensolaris-2008.05-live | tree | pv | w |" in capsys.readouterr().out


def test_a_fault_that_does_not_fit_is_refused_in_words() -> None:
    with pytest.raises(UnknownFaultError, match="no fault 'XVM-NET-01'"):
        find_fault("XVM-NET-01", get(NEVADA), "iso")
    with pytest.raises(
        FaultError, match="XVM-PATH-05 cannot be broken on omnios-r151-iso alone; .*: nevada-snv121-dvd"
    ):
        find_fault("xvm-path-05", get("omnios-r151-iso"), "iso")
    with pytest.raises(FaultError, match="cannot be broken on a tree; build it with --as iso"):
        find_fault("XVM-HVM-01", get(NEVADA), "tree")
