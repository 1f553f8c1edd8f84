"""Which PATH rules a medium has to keep: those of its family's widths, or those of the release that is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.fixtures.rule import area, boot_files

if TYPE_CHECKING:
    from xvmgate.fixtures.rule import BootFile, Rule

    from .survey import Survey

ODD = ("directory", "other", "loop", "escape")
"""What a lookup may find that is neither a file nor nothing."""


def wanted_rules(survey: Survey) -> set[str]:
    """Return the IDs of the PATH rules that have to hold.

    On a medium of no family that is only where something lies that is no file: a directory, a link that leads nowhere.
    """
    question = survey.question
    family = question.release.family if question.release else survey.family
    if family:
        return {rule.id for bits in question.widths for rule in _of_width(survey, family, bits)}
    if question.release:
        return set()
    return {rule.id for rule in area("path") if rule.file and _is_odd(survey, rule.file.path)}


def _of_width(survey: Survey, family: str, bits: int) -> list[Rule]:
    kernels, ramdisks = boot_files(family, bits, "kernel"), boot_files(family, bits, "ramdisk")
    if not _is_asked(survey, bits, [file.path for _, file in kernels + ramdisks]):
        return []
    return [_kept(survey, bits, kernels), _kept(survey, bits, ramdisks)]


def _is_asked(survey: Survey, bits: int, paths: list[str]) -> bool:
    """Say whether a width must be good: the release has it, or the user demands it, or something of it is there."""
    question = survey.question
    if question.release:
        return bits in question.release.pairs
    return bits in question.demanded or any(survey.lookup(path).status != "missing" for path in paths)


def _kept(survey: Survey, bits: int, files: tuple[tuple[Rule, BootFile], ...]) -> Rule:
    """Pick the rule of one role that the medium keeps, or else the one that it breaks.

    That is: the release's own, where one is asked for; else a path with a file, or with something that is none; else
    the nearest layout's; else the newest.
    """
    release = survey.question.release
    layout = release or survey.layout
    pair = layout.pairs.get(bits) if layout else None
    own = [rule for rule, file in files if pair and file.path in (pair.kernel, pair.ramdisk)]
    newest = files[0][0]
    if release:
        return [*own, newest][0]
    present = [rule for rule, file in files if survey.present(file.path)]
    odd = [rule for rule, file in files if _is_odd(survey, file.path)]
    return [*present, *odd, *own, newest][0]


def _is_odd(survey: Survey, path: str) -> bool:
    return survey.lookup(path).status in ODD
