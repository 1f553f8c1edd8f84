"""The known release whose medium is most like this one: what is there counts for it, what is missing against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.fixtures.layout import BOOT_IMAGE, every_layout

if TYPE_CHECKING:
    from xvmgate.fixtures.layout import Layout

    from .survey import Survey

BOOT, LINK, OTHER, NAME = 4, 8, 1, 1
"""Weights: a kernel or ramdisk, a link that moves a whole tree, any other path, a word or volume id of the release."""


def nearest_layout(survey: Survey) -> Layout | None:
    """Return the best layout of the medium's family, the newest of equals; without a family, one mostly there."""
    alike = [layout for layout in every_layout() if survey.family in (None, layout.family)]
    best = max(reversed(alike), key=lambda layout: _score(layout, survey), default=None)
    return best if best and (survey.family or _score(best, survey) > 0) else None


def _score(layout: Layout, survey: Survey) -> int:
    score = sum(_weigh(BOOT, there=survey.present(path)) for path in layout.boot_paths())
    for path, kind in layout.contents.items():
        if path != BOOT_IMAGE:
            wanted = "directory" if kind == "directory" else "file"
            score += _weigh(OTHER, there=survey.lookup(path).status == wanted)
    score += sum(_weigh(LINK, there=_is_link(path, survey)) for path in layout.links)
    return score + NAME * (survey.medium.volume_id in layout.volume_ids) + NAME * _is_named(layout, survey)


def _weigh(weight: int, *, there: bool) -> int:
    return weight if there else -weight


def _is_link(path: str, survey: Survey) -> bool:
    found = survey.lookup(path)
    return found.entry is not None and found.real != path


def _is_named(layout: Layout, survey: Survey) -> bool:
    titles = " ".join(survey.menu.titles) if survey.menu else ""
    return any(word in titles for word in layout.words)
