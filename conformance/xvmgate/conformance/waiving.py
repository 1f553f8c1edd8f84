"""Waivers put to checks: the same for `xvmgate check` and for the suite."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from xvmgate.reports.events import FAIL, PASS, WAIVED, WARN, Check, SuiteCheck

from .waivers import Use

if TYPE_CHECKING:
    from .waivers import Waiver, Waivers

Judged = TypeVar("Judged", Check, SuiteCheck)
PATH = re.compile(r"(?<![^\s;,(])/[^\s;,)]+")
"""A path in what a check says."""
NEAREST = "nearest:"
"""What follows this in a check's words is help, and not what failed."""


def apply(check: Judged, subject: str, waivers: Waivers) -> tuple[Judged, tuple[Use, ...]]:
    """Return the check as the waivers leave it, and the waivers that spoke of it.

    A failure or warning about several paths is waived when every one of them is. A check that passes stays `pass`: its
    waivers are among the uses, and `Waivers.problems` names them.
    """
    if check.verdict not in (FAIL, WARN, PASS) or not waivers.all:
        return check, ()
    places = about(check)
    if check.verdict == PASS and not places:
        found = [waivers.find_any(check.rule, subject)]
    else:
        found = [waivers.find(check.rule, subject, place) for place in places or (None,)]
    spoke = [waiver for waiver in found if waiver]
    if len(spoke) < len(found):
        return check, ()
    uses = tuple(dict.fromkeys(Use(waiver, subject, check.verdict) for waiver in spoke))
    if check.verdict == PASS:
        return check, uses
    return check._replace(verdict=WAIVED, message=f"{check.message}; {_why(spoke[0])}"), uses


def about(check: Check | SuiteCheck) -> tuple[str, ...]:
    """Return what a check is about within its subject: a vector's ID, else the paths that it names."""
    if isinstance(check, SuiteCheck) and check.vector is not None:
        return (check.vector,)
    expected = check.expected or ""
    if expected.startswith("/"):
        return (expected,)
    words = (check.actual or "").partition(NEAREST)[0]
    return () if check.verdict == PASS else tuple(dict.fromkeys(PATH.findall(words)))


def _why(waiver: Waiver) -> str:
    bug = f" ({waiver.bug})" if waiver.bug else ""
    return f"waived until {waiver.expires} by {waiver.owner}: {waiver.reason}{bug}"
