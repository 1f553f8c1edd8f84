"""From names to a Question: refuse modes, widths, releases and rules that do not exist, and say what was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.fixtures import layout as layouts
from xvmgate.fixtures import rule as catalogue

from .question import WIDTHS, Question

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xvmgate.fixtures.layout import Layout


def ask(
    *,
    mode: str = "pv",
    release: str | None = None,
    bits: str | None = None,
    rules: Sequence[str] = (),
    strict: bool = False,
) -> Question:
    """Return the question that these words state.

    Raises ValueError for a word that names nothing, with the nearest that does.
    """
    if mode not in catalogue.MODES:
        raise ValueError(_unknown("mode", mode, catalogue.MODES))
    if bits not in WIDTHS:
        raise ValueError(_unknown("width", str(bits), [str(known) for known in WIDTHS if known]))
    for rule_id in rules:
        if catalogue.find(rule_id) is None:
            raise ValueError(_unknown("rule", rule_id, [rule.id for rule in catalogue.every_rule()], "xvmgate rules"))
    return Question(mode, bits, _release(release) if release is not None else None, tuple(rules), strict)


def _release(name: str) -> Layout:
    known = {layout.id: layout for layout in layouts.every_layout()}
    if name not in known:
        raise ValueError(_unknown("release", name, known, "xvmgate rules --releases"))
    return known[name]


def _unknown(what: str, name: str, known: Iterable[str], where: str | None = None) -> str:
    known = list(known)
    if where is None:
        return f"no {what} {name!r} (known: {', '.join(known)})"
    from difflib import get_close_matches  # noqa: PLC0415  # only mistakes need it

    alike = get_close_matches(name.casefold(), known, n=1, cutoff=0.5) or get_close_matches(name.upper(), known, n=1)
    meant = f"; did you mean {alike[0]}?" if alike else ""
    return f"no {what} {name!r}{meant} (`{where}` lists them)"
