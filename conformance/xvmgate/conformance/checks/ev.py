"""XVM-EV: what evidence from real media says, beyond the document; findings warn unless the user is strict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.conformance.finding import Finding, not_applicable, passed, warned
from xvmgate.fixtures.layout import MENU
from xvmgate.fixtures.rule import area
from xvmgate.media.formats.ramdisk import read_ramdisk

if TYPE_CHECKING:
    from xvmgate.conformance.survey import Survey

MAX_SHOWN = 5
"""Findings that one message lists; the rest is a count."""
MAX_LENGTH = 400
"""Characters of one finding that a message holds: paths come from the medium, and may be of any length."""


def ramdisk_format(survey: Survey) -> Finding:
    """XVM-EV-01: each ramdisk that would be booted is a plain or gzip'ed UFS or HSFS image."""
    if survey.question.mode != "pv":
        return not_applicable("asked for hvm, which takes no ramdisk from the medium")
    ramdisks = dict.fromkeys(survey.pair(bits).ramdisk for bits in survey.question.widths)
    good: list[str] = []
    bad: list[str] = []
    for path in ramdisks:
        if path and survey.present(path):
            with survey.medium.open(path) as stream:
                ramdisk = read_ramdisk(stream)
            (good if ramdisk.filesystem else bad).append(f"{path} is {ramdisk.seen}")
    if not good and not bad:
        return not_applicable("no ramdisk at its path")
    expected = "a UFS or HSFS image, gzip'ed or plain"
    return warned(expected, _listed(bad)) if bad else passed(expected, _listed(good))


def menu_files(survey: Survey) -> Finding:
    """XVM-EV-02: every file that the boot menu names is there."""
    if survey.menu is None:
        return not_applicable(f"no {MENU}")
    missing = [
        f"{named.path} ({MENU} line {named.line}, {named.command}{f', {named.bits}-bit' if named.bits else ''})"
        for named in survey.menu.files
        if not survey.present(named.path)
    ]
    expected = "every file that the menu names"
    if missing:
        return warned(expected, f"missing: {_listed(missing)}")
    return passed(expected, f"all {len(survey.menu.files)} there")


def links_inside(survey: Survey) -> Finding:
    """XVM-EV-03: no link on the way to a path of a rule or of the menu leads out of the medium."""
    named = [MENU, *(file.path for file in (survey.menu.files if survey.menu else ()))]
    if survey.question.mode == "pv":
        named += [rule.file.path for rule in area("path") if rule.file]
        named += survey.question.release.boot_paths() if survey.question.release else []
    lookups = [survey.lookup(path) for path in dict.fromkeys(named)]
    outside = dict.fromkeys(f"{found.real} on the way to {found.path}" for found in lookups if found.status == "escape")
    expected = "links that stay inside the medium"
    return warned(expected, f"out of it: {_listed(list(outside))}") if outside else passed(expected, "none leads out")


def _listed(findings: list[str]) -> str:
    rest = len(findings) - MAX_SHOWN
    shown = [text if len(text) <= MAX_LENGTH else f"{text[:MAX_LENGTH]}..." for text in findings[:MAX_SHOWN]]
    return "; ".join(shown) + (f"; and {rest} more" if rest > 0 else "")
