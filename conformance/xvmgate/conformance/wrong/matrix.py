"""The kill matrix of engines: for every rule about engines a wrong one, and what the suite says of it.

`python -m xvmgate.conformance.wrong.matrix [FILE]` judges each wrong engine by every vector, and prints the table, or
writes it to a file; it exits 1 when a rule is not killed.
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from xvmgate.conformance.case import engine_cases
from xvmgate.conformance.engine_judge import EngineJudge
from xvmgate.conformance.matrix_file import put
from xvmgate.fixtures.rule import every_rule
from xvmgate.reports.events import FAIL, WARN

from .engine import GOOD, Wrong, WrongEngine
from .line import LINE
from .selection import SELECTION

if TYPE_CHECKING:
    from collections.abc import Iterable

WRONG = (*SELECTION, *LINE)
"""Every wrong engine."""
BY_LIFE_CYCLE = ("XVM-REB-01", "XVM-REB-02")
"""Rules that no plan shows: what the life cycle does wrong is caught at the life cycle."""


class Killed(NamedTuple):
    """A wrong engine with how many cases of each rule fail for it, or warn, most first."""

    wrong: Wrong
    found: dict[str, int]

    @property
    def right(self) -> bool:
        """Whether its own rule is among them."""
        return self.wrong.rule in self.found


def kill(wrong: Wrong) -> Killed:
    """Put a wrong engine through the suite."""
    judge = EngineJudge(WrongEngine(wrong), like=GOOD)
    found = Counter(case.rule for case in engine_cases(wrong.mistake) if judge.judge(case).verdict in (FAIL, WARN))
    return Killed(wrong, dict(sorted(found.items(), key=lambda each: (-each[1], each[0]))))


def engine_rules() -> list[str]:
    """List the rules about engines, without those of the life cycle."""
    return [rule.id for rule in every_rule() if "engine" in rule.subject and rule.id not in BY_LIFE_CYCLE]


def unkilled(rows: Iterable[Killed]) -> list[str]:
    """List the rules about engines that fail for no engine that breaks them."""
    killed = {row.wrong.rule for row in rows if row.right}
    return [rule for rule in engine_rules() if rule not in killed]


def markdown(rows: list[Killed]) -> str:
    """Return the table with what it means."""
    rules, left = engine_rules(), unkilled(rows)
    lines = [
        "# The kill matrix of engines",
        "",
        "Written by `python -m xvmgate.conformance.wrong.matrix docs/kill-matrix-engine.md`; a test holds that it",
        "is current. Each row is our engine with one mistake, the rule that the mistake breaks, and the rules by which",
        "the suite fails it (XVM-EV-04: warns), with the number of their cases. Other rules stand beside the right one",
        "where the argument is theirs too, or where their vector shows the mistake and none of its rules owns it.",
        f"{' and '.join(BY_LIFE_CYCLE)} are not among them: no plan shows what comes after the installation.",
        "",
        f"Rules about engines: {len(rules)}. Killed: {len(rules) - len(left)}. Wrong engines: {len(rows)}.",
        "",
        "| breaks | mistake | fails by |",
        "|---|---|---|",
    ]
    lines += [_line(row) for row in rows]
    return "\n".join(lines) + "\n"


def _line(row: Killed) -> str:
    own = {row.wrong.rule: row.found.get(row.wrong.rule, 0)}
    cells = ", ".join(f"{rule} {number}" for rule, number in (own | row.found).items())
    return f"| {row.wrong.rule} | {row.wrong.mistake} | {cells} |"


def main(arguments: list[str]) -> int:
    """Write the table and return the exit status: 1 when a rule is not killed."""
    rows = [kill(wrong) for wrong in WRONG]
    return put(markdown(rows), unkilled(rows), arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
