"""Taking a capture: one walk over all names, and a closer look at what rules touch."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING

from xvmgate.conformance.checks.hvm import bios_problem
from xvmgate.conformance.judge import judge_survey
from xvmgate.conformance.question import Question
from xvmgate.conformance.survey import Survey
from xvmgate.fixtures.document import document
from xvmgate.media import open_medium
from xvmgate.reports.events import FAIL, NOT_APPLICABLE, PASS, WARN

from .capture import Capture, Judged, Place
from .content import Hasher, describe
from .listing import listing
from .touched import BIOS, LINKS, is_candidate, known_paths

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from xvmgate.media import Medium
    from xvmgate.media.remote import Remote

    from .capture import Item

MAX_CANDIDATES = 4096
"""Files with a kernel's or a ramdisk's name, or with the size of one, that are looked at."""
MAX_SHOWN, MAX_LENGTH = 5, 400
"""Links out of the medium that a verdict names, and characters of each."""


def capture(
    location: str,
    *,
    sizes: Collection[int] = (),
    advance: Callable[[int], None] = lambda _: None,
    remote: Remote | None = None,
) -> Capture:
    """Capture the medium at a location; `advance(names)` is called as it goes; `remote` is as for `open_medium`.

    Files of one of `sizes` are looked at too: one of them may be a file that was somewhere else before.
    Raises MediumError when the medium cannot be read.
    """
    with open_medium(location, remote) as medium:
        return take(medium, sizes, advance)


def take(medium: Medium, sizes: Collection[int] = (), advance: Callable[[int], None] = lambda _: None) -> Capture:
    """Capture an open medium. Raises MediumError for damage."""
    items = listing(medium, advance) if medium.listable else {}
    survey = Survey(medium, Question())
    result = judge_survey(survey)
    menu = tuple(dict.fromkeys(named.path for named in survey.menu.files)) if survey.menu else ()
    paths = [*known_paths(), *menu, *_candidates(items.values(), sizes)]
    plans = {bits: (plan.kernel, plan.ramdisk) for bits, plan in result.plans.items() if plan}
    verdicts = {check.rule: _judged(check.verdict, check.actual) for check in result.checks if check.rule != BIOS}
    return Capture(
        location=medium.location,
        rule_set=document().rule_set,
        kind=medium.kind,
        filesystem=medium.filesystem,
        volume_id=medium.volume_id,
        created=medium.created,
        family=result.family,
        layout=result.layout,
        plans=plans,
        rules=dict(sorted((verdicts | _whole_medium(medium, items.values(), verdicts)).items())),
        menu=menu,
        places={place.path: place for place in _places(survey, sorted(set(paths)))},
        items=items,
        listed=medium.listable,
    )


def _judged(verdict: str, actual: str | None) -> Judged:
    return Judged(verdict, actual if verdict not in (PASS, NOT_APPLICABLE) else None)


def _whole_medium(medium: Medium, items: Iterable[Item], verdicts: dict[str, Judged]) -> dict[str, Judged]:
    """Judge what a check leaves to another question, or to what is named: an image's booting by BIOS, and all links."""
    found = {}
    if medium.kind == "iso":
        problem = bios_problem(medium)
        found[BIOS] = Judged(FAIL, problem) if problem else Judged(PASS)
    escapes = [item.path[:MAX_LENGTH] for item in items if item.outcome == "escape"]
    if escapes and verdicts[LINKS].verdict == PASS:
        more = f"; and {len(escapes) - MAX_SHOWN} more" if len(escapes) > MAX_SHOWN else ""
        found[LINKS] = Judged(WARN, f"out of it: {'; '.join(escapes[:MAX_SHOWN])}{more}")
    return found


def _candidates(items: Iterable[Item], sizes: Collection[int]) -> Iterator[str]:
    """List files that may be a kernel or a ramdisk: all that the names tell, then by size."""
    named, alike = [], []
    for item in items:
        if item.kind == "file":
            if is_candidate(item.path):
                named.append(item.path)
            elif item.size in sizes:
                alike.append(item.path)
    return islice(chain(named, alike), MAX_CANDIDATES)


def _places(survey: Survey, paths: Iterable[str]) -> Iterator[Place]:
    hasher = Hasher(survey.medium)
    for path in paths:
        found = survey.lookup(path)
        if found.status == "missing":
            continue
        entry = found.entry if found.is_file else None
        yield Place(
            path,
            found.status,
            found.real,
            entry.size if entry else 0,
            describe(survey.medium, path, entry) if entry else None,
            hasher.sha256(found.real, entry) if entry else None,
        )
