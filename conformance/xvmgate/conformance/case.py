"""The suite's cases: rule x vector x engine, rule x medium, and each reading taken whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xvmgate.fixtures.reading import every_reading
from xvmgate.fixtures.rule import get
from xvmgate.fixtures.vector import every_vector
from xvmgate.reports.text import printable

from .checks import CHECKS
from .judging.rules_of import rules_of

if TYPE_CHECKING:
    from collections.abc import Iterator

READING = "reading-"
"""How the vector of a case begins that is about a reading."""


class SuiteCase(NamedTuple):
    """One case; `vector` is a vector's ID, `reading-NAME`, or None for a medium's."""

    rule: str
    vector: str | None
    subject: str

    @property
    def id(self) -> str:
        """The case for people and for pytest: `XVM-NET-04/net-host-ip[xvmgate]`."""
        place = f"{self.rule}/{self.vector}" if self.vector else self.rule
        return f"{place}[{printable(self.subject).replace('::', ':')}]"

    @property
    def level(self) -> str:
        """The rule's level."""
        return get(self.rule).level

    @property
    def area(self) -> str:
        """The rule's area, the middle part of its ID in lower case."""
        return self.rule.split("-")[1].lower()


def engine_cases(subject: str) -> Iterator[SuiteCase]:
    """Yield the cases of an engine: those of one vector together, so that it is asked once."""
    for vector in every_vector():
        for rule in rules_of(vector):
            yield SuiteCase(rule, vector.id, subject)
    for reading in every_reading():
        yield SuiteCase(reading.rules[0], READING + reading.name, subject)


def medium_cases(subject: str) -> Iterator[SuiteCase]:
    """Yield the cases of a medium: every rule that `xvmgate check` judges."""
    for rule in CHECKS:
        yield SuiteCase(rule, None, subject)
