"""The kill matrix: for every rule about media a medium that breaks it and is caught.

`python -m xvmgate.conformance.kill_matrix [FILE]` builds each fault of the builders on the first layout that it fits,
checks it, and prints the table, or writes it to a file; it exits 1 when a rule is not killed.
"""

from __future__ import annotations

import os
import sys
import tempfile
from typing import TYPE_CHECKING, NamedTuple

from xvmgate.builders.fault import UNREADABLE
from xvmgate.builders.faults import FAULTS
from xvmgate.builders.iso import write_iso
from xvmgate.builders.recipe import recipe
from xvmgate.builders.tree import write_tree
from xvmgate.fixtures.rule import RULE_ID, area, every_rule
from xvmgate.reports.events import FAIL, WARN

from . import check
from .matrix_file import put

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xvmgate.builders.fault import Fault
    from xvmgate.builders.recipe import Recipe
    from xvmgate.fixtures.layout import Layout
    from xvmgate.reports.events import MediumResult

LETTERS = {FAIL: "F", WARN: "w", UNREADABLE: "U"}
"""How a verdict is written in the table."""


class Row(NamedTuple):
    """One fault on one layout: what a check says of it, by rule, beyond what it says of the good medium.

    `exact` tells whether that is what the fault is to break, with no more than a warning about the same file.
    """

    fault: Fault
    layout: Layout
    form: str
    found: dict[str, str]
    exact: bool


def media_rules() -> list[str]:
    """List the rules about media."""
    return [rule.id for rule in every_rule() if "medium" in rule.subject and not rule.retired]


def row(fault: Fault, layout: Layout, form: str, folder: str) -> Row:
    """Build a fault on a layout in an empty folder and check it there, beside the good medium."""
    good = recipe(layout)
    before = _checked(good, fault, layout, form, os.path.join(folder, "good"))
    after = _checked(fault.change(good, layout), fault, layout, form, os.path.join(folder, "broken"))
    found = {rule: verdict for rule, verdict in after.items() if before.get(rule) != verdict}
    wanted = dict.fromkeys(fault.breaks(layout), fault.verdict)
    beside = set(found.items()) - set(wanted.items())
    exact = set(wanted.items()) <= set(found.items()) and beside <= _beside(fault)
    return Row(fault, layout, form, found, exact)


def _beside(fault: Fault) -> set[tuple[str, str]]:
    """Return what else may come to light: evidence about the same file, as that the menu names it too."""
    return {(rule.id, WARN) for rule in area("ev")} if fault.verdict == FAIL else set()


def _checked(made: Recipe, fault: Fault, layout: Layout, form: str, place: str) -> dict[str, str]:
    (write_iso if form == "iso" else write_tree)(made, place)
    result = check(place, mode=fault.mode, release=layout.id if fault.by_release else None)
    return _found(result)


def _found(result: MediumResult) -> dict[str, str]:
    if result.error:
        match = RULE_ID.search(result.error)
        return {match[0] if match else "": UNREADABLE}
    return {seen.rule: seen.verdict for seen in result.checks if seen.verdict in (FAIL, WARN)}


def matrix(faults: Iterable[Fault]) -> list[Row]:
    """Build and check every fault as a tree where it can be one, on the oldest layout on which it breaks least."""
    rows = []
    for fault in faults:
        layout = min(fault.layouts(), key=lambda layout: len(fault.breaks(layout)))
        with tempfile.TemporaryDirectory(prefix="xvmgate-") as folder:
            rows.append(row(fault, layout, fault.forms[-1], folder))
    return rows


def unkilled(rows: Iterable[Row]) -> list[str]:
    """List the rules about media that no row breaks as it should."""
    killed = {made.fault.name for made in rows if made.exact}
    return [rule for rule in media_rules() if rule not in killed]


def markdown(rows: list[Row]) -> str:
    """Return the table with what it means."""
    rules = media_rules()
    left = unkilled(rows)
    lines = [
        "# The kill matrix",
        "",
        "Written by `python -m xvmgate.conformance.kill_matrix docs/kill-matrix.md`; a test holds that it is current.",
        "Each row is a medium that `xvmgate build LAYOUT --break FAULT` makes, and what a check says of it beyond what",
        f"it says of the good medium: {LETTERS[FAIL]} fails, {LETTERS[WARN]} warns, {LETTERS[UNREADABLE]} unreadable.",
        "",
        f"Rules about media: {len(rules)}. Killed: {len(rules) - len(left)}.",
        "",
        f"| fault | built on | as | asked for | {' | '.join(rule.removeprefix('XVM-') for rule in rules)} |",
        f"|---|---|---|---|{'---|' * len(rules)}",
    ]
    lines += [_line(made, rules) for made in rows]
    return "\n".join(lines) + "\n"


def _line(made: Row, rules: list[str]) -> str:
    asked = " ".join(made.fault.question(made.layout)) or "pv"
    cells = [LETTERS[made.found[rule]] if rule in made.found else " " for rule in rules]
    return f"| {made.fault.name} | {made.layout.id} | {made.form} | {asked} | {' | '.join(cells)} |"


def main(arguments: list[str]) -> int:
    """Write the table and return the exit status: 1 when a rule is not killed."""
    rows = matrix(FAULTS.values())
    return put(markdown(rows), unkilled(rows), arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
