"""XVM-PATH: kernel and ramdisk lie where the document says.

First `wanted` decides which PATH rules the medium has to keep; then each rule is judged by what lies at its path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.conformance.finding import Finding, failed, not_applicable, passed
from xvmgate.fixtures.rule import area, boot_files

if TYPE_CHECKING:
    from xvmgate.conformance.question import Question
    from xvmgate.conformance.survey import Survey
    from xvmgate.fixtures.rule import BootFile, Rule
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


def in_place(survey: Survey, question: Question, rule: Rule) -> Finding:
    """XVM-PATH-*: a regular file lies at the rule's path, if the medium or the question wants it there."""
    if question.mode != "pv":
        return not_applicable("asked for hvm, which takes no kernel and no ramdisk from the medium")
    assert rule.file
    found = survey.lookup(rule.file.path)
    if rule.id not in wanted(survey, question):
        return not_applicable(_unwanted(survey, question, rule))
    if found.is_file:
        through = "" if found.real == found.path else f", reached at {found.real}"
        return passed(rule.file.path, f"a regular file{through}")
    return failed(rule.file.path, _actual(survey, found, rule.file.role))


def wanted(survey: Survey, question: Question) -> set[str]:
    """Return the IDs of the PATH rules that have to hold."""
    if question.release is None and survey.family is None:
        return {rule.id for rule in area("path") if rule.file and _is_odd(survey.lookup(rule.file.path))}
    return {rule.id for bits in question.widths for rule in _wanted_of_width(survey, question, bits)}


def _wanted_of_width(survey: Survey, question: Question, bits: int) -> list[Rule]:
    family = question.release.family if question.release else survey.family
    if family is None or (question.release and bits not in question.release.pairs):
        return []
    kernels, ramdisks = boot_files(family, bits, "kernel"), boot_files(family, bits, "ramdisk")
    claimed = any(survey.lookup(file.path).status != "missing" for _, file in kernels + ramdisks)
    if not (question.release or claimed or bits in question.demanded):
        return []
    return [_kept(survey, question, bits, kernels), _kept(survey, question, bits, ramdisks)]


def _kept(survey: Survey, question: Question, bits: int, files: list[tuple[Rule, BootFile]]) -> Rule:
    """Pick the rule of one role that the medium keeps, or else the one that it breaks.

    That is: the release's own; a path with a file, with something else; the nearest layout's; the newest.
    """
    layout = question.release or survey.layout
    pair = layout.pairs.get(bits) if layout else None
    known = [rule for rule, file in files if pair and file.path in (pair.kernel, pair.ramdisk)]
    if question.release:
        return (known or [files[0][0]])[0]
    present = [rule for rule, file in files if survey.present(file.path)]
    odd = [rule for rule, file in files if _is_odd(survey.lookup(file.path))]
    return [*present, *odd, *known, files[0][0]][0]


def _is_odd(found: Lookup) -> bool:
    return found.status in STATUS


def _actual(survey: Survey, found: Lookup, role: str) -> str:
    if found.status in STATUS:
        return STATUS[found.status].format(real=found.real)
    from xvmgate.conformance.nearest_path import nearest_path  # noqa: PLC0415  # only failures need it

    nearest = nearest_path(survey, found.path, role)
    return f"missing; nearest: {nearest}" if nearest else "missing"


def _unwanted(survey: Survey, question: Question, rule: Rule) -> str:
    (bits,) = rule.applies.bits
    if bits not in question.widths:
        return f"asked for {question.bits} bits"
    if question.release:
        return f"{question.release.id} has no file there"
    if survey.family is None:
        return "the medium is of no PV family"
    return f"no path of this {survey.family} medium"
