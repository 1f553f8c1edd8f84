"""The automated installer of OpenSolaris (XVM-AI): settings of `--autocf`, the location passed on, the defaults."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .part import Part, acts, put, say
from .proplist import ALONE, Unreadable, each_once, read_list
from .refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .case import Case

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.~+-]*")
"""The name of a setting; `install~_service` is one too: what the user types is never altered."""
DEFAULTS = (("network-interface", "xnf0"), ("xpv-hcp", "dhcp"), ("livemode", "text"))
"""What every automated install gets (document, line 178)."""
PASSING = (("XVM-AI-09", "install_debug"), ("XVM-AI-10", "livessh"))
"""Settings that the document names because they are useful; they pass through like any other."""


Pairs = tuple[tuple[str, str], ...]
"""Settings with their values, each name once."""


def read_pairs(autocf: str) -> tuple[Pairs, list[str]]:
    """Read `--autocf` as `name=value,...` (XVM-AI-04); return the pairs, each name once, and what was lost.

    Raises Refused by XVM-AI-04 for a text that is no such list.
    """
    try:
        found, _ = read_list(autocf, 0, ALONE)
    except Unreadable as error:
        raise Refused("XVM-AI-04", f"--autocf holds {error}; give name=value,...") from error
    for name, value in found:
        if value is None or not NAME.fullmatch(name):
            raise Refused("XVM-AI-04", f"--autocf {autocf!r}: {name!r} is no name=value; give name=value,...")
    if not found:
        raise Refused("XVM-AI-04", f"--autocf {autocf!r} holds no setting; give name=value,...")
    kept, lost = each_once(found)
    messages = [f"--autocf: {text} is not passed on, for the same name is given again" for text in lost]
    return tuple((name, value) for name, value in kept.items() if value is not None), messages


def location(case: Case) -> Iterator[Part]:
    """Yield what becomes of `-l`: an HTTP one is passed on as install_media, unless the user set that."""
    scheme = case.source.scheme
    if scheme in ("http", "https"):
        yield acts("XVM-AI-02")
        yield acts("XVM-AI-03")
    if not case.web:
        if scheme != "cdrom":
            yield acts("XVM-AI-07")
    elif not case.as_iso:
        if "install_media" in dict(case.pairs) and "install_media" not in dict(case.user.properties):
            yield acts("XVM-AI-06")
        yield put("XVM-AI-05", "install_media", case.source.text)
        if case.free("install_media") and case.request.location not in (None, case.source.text):
            yield say("XVM-AI-05", "the login in the location is not passed on: a guest's command line is no secret")


def defaults(case: Case) -> Iterator[Part]:
    """Yield the defaults of an automated install, and the user's settings that have a rule of their own."""
    given = dict(case.user.properties) | dict(case.pairs)
    for rule, name in PASSING:
        if name in given:
            yield acts(rule)
    if case.request.autocf is None:
        if not case.web:
            return
        if any(case.free(name) for name, _ in DEFAULTS) and case.readings.alternative("ai-scope"):
            return
    for name, value in DEFAULTS:
        yield put("XVM-AI-08", name, value)


def nevada(case: Case) -> Iterator[Part]:
    """Yield what a Nevada medium at an HTTP location gets: nothing, or what an ISO does (reading `nevada-http`)."""
    if not case.web or case.as_iso or not case.free("install_media"):
        return
    if case.readings.alternative("nevada-http"):
        yield put("XVM-ISO-01", "install_media", "cdrom")
    else:
        yield say(
            "XVM-AI-05",
            f"Nevada does not install from {case.source.text}, so install_media is not set; give it with -x",
        )


def secure(case: Case) -> Iterator[Part]:
    """Yield what is to be said of an https location that does not count as an HTTP one (reading `https`)."""
    if case.source.scheme == "https" and not case.web:
        yield say(
            "XVM-AI-07",
            f"{case.source.text} is no http:// location, so install_media is not set; give it with -x or --autocf",
        )
