"""From checks to a medium's verdict, from media to the run's, from that to the exit status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .events import ERROR, FAIL, PASS, WAIVED, WARN

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from .events import Check, SuiteCheck

CONFORMANT, NONCONFORMANT, INCOMPLETE, UNREADABLE = "conformant", "nonconformant", "incomplete", "unreadable"
SEVERITY = (CONFORMANT, INCOMPLETE, UNREADABLE, NONCONFORMANT)
"""Verdicts from best to worst."""
EXIT = {CONFORMANT: 0, NONCONFORMANT: 1, UNREADABLE: 4, INCOMPLETE: 5}
"""Exit status of each verdict."""
REFUSED, INTERRUPTED, DEFECT, USAGE = 1, 2, 3, 4
"""Exit status where there is no verdict."""


def of_checks(checks: Iterable[Check | SuiteCheck], *, selected: bool) -> str:
    """Return the verdict on one medium; a selection of rules is never conformant, nor is a run that checked nothing."""
    verdicts = {(check.verdict, check.level) for check in checks}
    kinds = {verdict for verdict, _ in verdicts}
    if FAIL in kinds:
        return NONCONFORMANT
    if selected or (ERROR, "must") in verdicts or not kinds & {PASS, WARN, WAIVED}:
        return INCOMPLETE
    return CONFORMANT


def worst(verdicts: Iterable[str], problems: Collection[str] = ()) -> str:
    """Return the worst of several verdicts; of none, incomplete: nothing was checked. Problems fail the run."""
    return NONCONFORMANT if problems else max(verdicts, key=SEVERITY.index, default=INCOMPLETE)


def of_suite(checks: Collection[SuiteCheck], *, selected: bool, problems: Collection[str] = ()) -> str:
    """Return the verdict on a run of the suite: on media as `of_checks` says.

    An engine without an answer leaves the run incomplete whatever the level: it is the engine that failed.
    """
    if problems or any(check.verdict == FAIL for check in checks):
        return NONCONFORMANT
    silent = any(check.verdict == ERROR and check.vector is not None for check in checks)
    return INCOMPLETE if silent else of_checks(checks, selected=selected)
