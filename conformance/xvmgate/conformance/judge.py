"""Judging a medium: open it, put every check of the question to it, and sum up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.fixtures import rule as catalogue
from xvmgate.media import MediumError, open_medium
from xvmgate.media.location import shown
from xvmgate.reports import verdict
from xvmgate.reports.events import FAIL, WARN, Check, MediumResult, Plan

from .checks import CHECKS
from .survey import Survey

if TYPE_CHECKING:
    from xvmgate.media.remote import Remote

    from .question import Question


def judge(location: str, question: Question, remote: Remote | None = None) -> MediumResult:
    """Check the medium at a location; what cannot be read is a result too, with an error and no checks.

    `remote` is what is allowed for a medium that is not here.
    """
    try:
        with open_medium(location, remote) as medium:
            return judge_survey(Survey(medium, question))
    except MediumError as error:
        return MediumResult(shown(location), verdict.UNREADABLE, error=str(error))


def judge_survey(survey: Survey) -> MediumResult:
    """Put every check of its question to a surveyed medium. Raises MediumError for damage."""
    if survey.medium.distant:
        from .ahead import fetch_ahead  # noqa: PLC0415  # a medium that is here needs none of it

        fetch_ahead(survey)
    question = survey.question
    chosen = [rule_id for rule_id in CHECKS if not question.rules or rule_id in question.rules]
    checks = tuple(_check(rule_id, survey) for rule_id in chosen)
    plans = {bits: _plan(survey, bits) for bits in (32, 64)}
    layout = survey.layout
    medium = survey.medium
    return MediumResult(
        location=medium.location,
        verdict=verdict.of_checks(checks, selected=bool(question.rules)),
        kind=medium.kind,
        volume_id=medium.volume_id,
        created=medium.created,
        family=survey.family,
        layout=layout.id if layout else None,
        plans=plans,
        checks=checks,
        bytes_read=medium.bytes_read,
        requests=medium.requests,
    )


def _check(rule_id: str, survey: Survey) -> Check:
    rule = catalogue.get(rule_id)
    found = CHECKS[rule_id](survey)
    if survey.question.strict and found.verdict == WARN:
        found = found._replace(verdict=FAIL)
    return Check(rule.id, rule.level, found.verdict, found.expected, found.actual, found.message)


def _plan(survey: Survey, bits: int) -> Plan | None:
    """Return what a PV guest of this width would boot: a documented pair, both files there."""
    pair = survey.pair(bits)
    if survey.question.mode != "pv" or pair.kernel is None or pair.ramdisk is None:
        return None
    there = survey.present(pair.kernel) and survey.present(pair.ramdisk)
    return Plan(pair.kernel, pair.ramdisk) if there and _documented(pair.ramdisk) else None


def _documented(path: str) -> bool:
    return any(rule.file and rule.file.path == path for rule in catalogue.area("path"))
