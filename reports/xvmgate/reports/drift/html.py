"""The HTML report of a drift: one page by itself, with the style of the other pages, and no script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.fixtures import rule as catalogue
from xvmgate.reports.html import environment, parts

from .facts import facts, sentence

if TYPE_CHECKING:
    from .values import Drift

MAX_ROWS = 2000
"""Most changes in a table."""


def render(drift: Drift, *, every: bool = False) -> str:
    """Return the page; with `every` it lists what no rule touches too."""
    rules = dict.fromkeys(touched.rule for change in drift.changes for touched in change.rules)
    known = [rule for rule in map(catalogue.find, rules) if rule]
    text: str = (
        environment()
        .get_template("drift.html.j2")
        .render(
            drift=drift,
            sentence=sentence(drift),
            facts=facts(drift),
            changes=drift.changes[:MAX_ROWS],
            untouched=drift.untouched[:MAX_ROWS] if every else (),
            rebuilt=drift.rebuilt[:MAX_ROWS],
            left=max(0, len(drift.changes) - MAX_ROWS) + (max(0, len(drift.untouched) - MAX_ROWS) if every else 0),
            rules=known,
            **parts(),
        )
    )
    return text
