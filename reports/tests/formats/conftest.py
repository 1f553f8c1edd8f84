"""Runs for the formats to show: one of `check`, one of the suite, one in which every text is hostile."""

from __future__ import annotations

import pytest

from xvmgate.reports.events import (
    Check,
    CheckReport,
    Header,
    MediumResult,
    Plan,
    Subject,
    SuiteCheck,
    SuiteReport,
    count,
)

HOSTILE = (
    "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    "`a` **b** [c](javascript:d) | # e\n::error::f\n##[error]g\x00\x1b[31m\x85\u2028\u202eright\u2066\ud800"
    " &amp; 'q' \"r\"]]> %0A {{ 7*7 }} --> ${{ github.token }}"
)
"""What a hostile medium would say: markup of every format, commands, control bytes, line ends, marks of direction."""
LONG = "<b>" + "x\u202e\x07" * 21845
"""A text of 64 KiB."""

CHECKS = (
    Check("XVM-FS-01", "must", "pass", "a file system", "ISO9660", "ISO9660"),
    Check("XVM-PATH-16", "must", "fail", "/boot/amd64/x86.miniroot", "missing", "missing"),
    Check("XVM-EV-02", "should", "warn", "all", "missing: /x", "missing: /x"),
    Check("XVM-FS-02", "must", "not-applicable", None, None, "no ZFS pool"),
    Check("XVM-PV-01", "must", "error", None, None, "could not look"),
    Check("XVM-PATH-05", "must", "waived", "/boot/x86.miniroot", "missing", "missing; waived until 2099-01-01"),
)
PLANS = {32: None, 64: Plan("/k", "/r")}
ENGINES = (Subject("xvmgate", "0.1.0", "engine"), Subject("exec:./other", None, "engine"))
HEADER = Header("2009-11-12", "74" * 32, "0.1.0", "3.11.2", ENGINES)
SUITE = (
    SuiteCheck("XVM-NET-04", "must", "net-guest-resolves", "xvmgate", "pass", "a line", "a line", ""),
    SuiteCheck("XVM-NET-04", "must", "net-guest-resolves", "exec:./other", "fail", "host-ip=", "none", "no host-ip"),
    SuiteCheck("XVM-NET-04", "must", "net-other", "exec:./other", "pass", "a line", "a line", ""),
    SuiteCheck("XVM-JS-01", "must", "js-word", "exec:./other", "error", None, None, "it died"),
)


@pytest.fixture
def check_report() -> CheckReport:
    """Return a run of `check` with one medium of every verdict, one that cannot be read, and a problem."""
    medium = MediumResult("/m/x.iso", "nonconformant", kind="iso", plans=PLANS, checks=CHECKS, bytes_read=63488)
    broken = MediumResult("y.iso", "unreadable", error="y.iso: cannot be read")
    return CheckReport("nonconformant", (medium, broken), ("waiver of XVM-PATH-99: there is no such rule",))


@pytest.fixture
def suite_report() -> SuiteReport:
    """Return a run of the suite with two engines."""
    return SuiteReport("nonconformant", count(SUITE), SUITE, HEADER)


@pytest.fixture
def hostile_report() -> CheckReport:
    """Return a run in which location, volume, paths, message, error and problem are hostile."""
    checks = (
        Check("XVM-PATH-16", "must", "fail", HOSTILE, HOSTILE, "m" + HOSTILE),
        Check("XVM-EV-02", "should", "warn", LONG, LONG, "m" + LONG),
    )
    plans = {32: None, 64: Plan(HOSTILE, HOSTILE)}
    bad = MediumResult(HOSTILE, "nonconformant", kind="iso", volume_id=HOSTILE, plans=plans, checks=checks)
    long = MediumResult(LONG, "unreadable", error=LONG)
    return CheckReport("nonconformant", (bad, long), (HOSTILE,))


@pytest.fixture
def hostile_suite() -> SuiteReport:
    """Return a suite's run in which vector, subject, version and rule are hostile."""
    checks = (SuiteCheck(HOSTILE, "must", HOSTILE, HOSTILE, "fail", HOSTILE, LONG, HOSTILE),)
    header = HEADER._replace(subjects=(Subject(HOSTILE, HOSTILE, "engine"),), xvmgate=HOSTILE)
    return SuiteReport("nonconformant", count(checks), checks, header)
