"""XVM-PATH: kernel and ramdisk lie where the document says.

Which of them a medium has to keep is `wanted`'s business; each of those rule is judged by what lies at its path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.conformance.finding import Finding, failed, not_applicable, passed
from xvmgate.fixtures.rule import area, get_placing

if TYPE_CHECKING:
    from xvmgate.conformance.survey import Survey
    from xvmgate.fixtures.rule import Rule
    from xvmgate.media import Lookup

RULES = tuple(rule.id for rule in area("path"))
"""IDs of all PATH rules."""
STATUS = {
    "directory": "a directory, not a regular file",
    "other": "a special file, not a regular file",
    "loop": "links without end at {real}",
    "escape": "a link out of the medium at {real}",
}
"""What is said of a path where something other than a file was found."""


def in_place(rule_id: str, survey: Survey) -> Finding:
    """XVM-PATH-*: a regular file lies at the rule's path, if the medium or the question wants it there."""
    if survey.question.mode != "pv":
        return not_applicable("asked for hvm, which takes no kernel and no ramdisk from the medium")
    rule, file = get_placing(rule_id)
    if rule_id not in survey.wanted:
        return not_applicable(_unwanted(survey, rule))
    found = survey.lookup(file.path)
    if not found.is_file:
        return failed(found.path, _actual(survey, found, file.role))
    release = survey.question.release
    if release and found.path not in release.boot_paths():
        return failed(found.path, f"{release.id} ships its {file.role} at no documented path")
    through = "" if found.real == found.path else f", reached at {found.real}"
    return passed(found.path, f"a regular file{through}")


def _actual(survey: Survey, found: Lookup, role: str) -> str:
    if found.status in STATUS:
        return STATUS[found.status].format(real=found.real)
    from xvmgate.conformance.nearest_path import nearest_path  # noqa: PLC0415  # only failures need it

    nearest = nearest_path(survey, found.path, role)
    by_link = not f"{found.path}/".startswith(f"{found.real}/")
    missing = f"missing, for links lead to {found.real}" if by_link else "missing"
    return f"{missing}; nearest: {nearest}" if nearest else missing


def _unwanted(survey: Survey, rule: Rule) -> str:
    question = survey.question
    (bits,) = rule.applies.bits
    if bits not in question.widths:
        return f"asked for {question.bits} bits"
    if question.release:
        return f"{question.release.id} has no file there"
    if survey.family is None:
        return "the medium is of no PV family"
    return f"no path of this {survey.family} medium"
