"""What a layout table would have to say of a medium, found out from the medium and the nearest known release."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from xvmgate.conformance.drift.taking import take
from xvmgate.conformance.judge import judge_survey
from xvmgate.conformance.question import Question
from xvmgate.conformance.survey import Survey
from xvmgate.fixtures.layout import MENU, VOLUME_ID, Expectation, Layout, as_layout, layout_ids
from xvmgate.fixtures.table import CatalogueError, parse
from xvmgate.media import open_medium
from xvmgate.media.formats.menu import MAX_MENU
from xvmgate.media.location import shown
from xvmgate.reports.events import FAIL, WARN

from .differences import differences
from .found_files import contents, links, pairs
from .table import text

if TYPE_CHECKING:
    from collections.abc import Callable

    from xvmgate.media.remote import Remote

RELEASE_WORD = re.compile(r"snv_\d+\w*|s1\dx_u\d+|\b20\d\d\.\d\d\b|\br1\d{5}\b|\boi_\d+\w*")
"""What names a release in a menu's titles."""
MAX_WORDS, MAX_TITLE = 8, 120
MEDIA = {"dvd": ("/Solaris_10/Product", "/Solaris_11/Product"), "ai": ("/auto_install",), "live": ("/solaris.zlib",)}
"""What tells the kind of a medium where no known release is near: a path that only such media have."""


class LearnError(Exception):
    """A medium that no layout table can describe; one sentence with what, where and what to do."""


class Learned(NamedTuple):
    """A layout, its table as text, the nearest known release, and how the medium differs from that."""

    layout: Layout
    table: str
    nearest: str | None
    differences: tuple[str, ...]


def learn(
    location: str,
    layout_id: str | None = None,
    advance: Callable[[int], None] = lambda _: None,
    remote: Remote | None = None,
) -> Learned:
    """Find out the layout table that a medium needs; without `layout_id` it is called like the medium.

    `remote` is as for `open_medium`.

    Raises MediumError for what cannot be read, LearnError where no table can say what is there.
    """
    with open_medium(location, remote) as medium:
        capture = take(medium, advance=advance)
        survey = Survey(medium, Question())
        found = _layout(survey, layout_id or default_id(location), pairs(survey, capture))
        found = found._replace(contents=contents(survey, capture, found), links=links(survey, capture, found))
        nearest = survey.layout
        said = tuple(differences(nearest, found)) if nearest else ()
    table = text(found, os.path.basename(shown(location).rstrip("/")), nearest, said)
    try:
        layout = as_layout(parse(table, f"{found.id}.toml"), found.id)
    except CatalogueError as error:
        raise LearnError(f"{shown(location)}: no layout table can say what is there: {error}") from error
    return Learned(layout, table, nearest.id if nearest else None, said)


def default_id(location: str) -> str:
    """Return an ID made from a location's last part; one that is known already gets `-learned`."""
    name = os.path.basename(shown(location).rstrip("/")).lower().removesuffix(".iso")
    name = re.sub(r"[^a-z0-9._]+", "-", name).strip("-.")[:64] or "medium"
    return f"{name}-learned" if name in layout_ids() else name


def _layout(survey: Survey, layout_id: str, found: dict[int, tuple[str, str]]) -> Layout:
    """Return the layout but for its contents and links."""
    from xvmgate.fixtures.layout import BootPair  # noqa: PLC0415  # names would clash with pairs above

    nearest, volume_id = survey.layout, survey.medium.volume_id
    titles = [_tidy(title) for title in survey.menu.titles] if survey.menu else []
    return Layout(
        id=layout_id,
        title=next(filter(None, titles), None) or volume_id or layout_id,
        family=survey.family,
        media=nearest.media if nearest else _media(survey),
        order=nearest.order if nearest else 0,
        volume_ids=(volume_id,) if volume_id and volume_id.isascii() and len(volume_id) <= VOLUME_ID else (),
        words=tuple(dict.fromkeys(RELEASE_WORD.findall(" ".join(titles))))[:MAX_WORDS],
        ramdisk_files=nearest.ramdisk_files if nearest else (),
        pairs={bits: BootPair(*pair) for bits, pair in found.items()},
        contents={},
        links={},
        menu=_menu(survey),
        expect=_expectation(survey),
    )


def _tidy(title: str) -> str:
    return "".join(sign for sign in title if sign.isprintable())[:MAX_TITLE].strip()


def _media(survey: Survey) -> str:
    there = (kind for kind, paths in MEDIA.items() if any(survey.lookup(path).entry for path in paths))
    return next(there, "iso")


def _menu(survey: Survey) -> str | None:
    if not survey.present(MENU):
        return None
    with survey.medium.open(MENU) as stream:
        menu = stream.read(MAX_MENU).decode("utf-8", "replace").replace("\r\n", "\n")
    return menu if menu.strip() else None


def _expectation(survey: Survey) -> Expectation:
    """Return what a check says of the medium now."""
    pv = judge_survey(survey)
    hvm = judge_survey(Survey(survey.medium, Question(mode="hvm")))
    fails, warns = (tuple(check.rule for check in pv.checks if check.verdict == verdict) for verdict in (FAIL, WARN))
    return Expectation(pv.verdict, hvm.verdict, "learned from a medium: what a check said of it", fails, warns)
