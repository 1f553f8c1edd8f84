"""Waivers: failures that somebody answers for, until a day; read from TOML, one `[[waiver]]` each.

A waiver turns a failure or a warning into `waived`. What could not be checked cannot be waived.
"""

from __future__ import annotations

import datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from xvmgate.fixtures import rule as catalogue
from xvmgate.fixtures.document import document
from xvmgate.fixtures.table import Table
from xvmgate.fixtures.table import load as load_table
from xvmgate.fixtures.table import parse as parse_table
from xvmgate.reports.events import PASS

if TYPE_CHECKING:
    from collections.abc import Iterable

ANY = "*"
MAX_WAIVERS = 10_000
"""Most waivers in one file; a file with more is refused."""


class Waiver(NamedTuple):
    """One waiver; `subject` and `path` are patterns (`*`, `?`, `[...]`), `*` where the file gives none.

    `expires` is the last day on which it counts; `set` the rule set that it was written for, None for any.
    """

    rule: str
    reason: str
    owner: str
    expires: datetime.date
    subject: str = ANY
    path: str = ANY
    bug: str | None = None
    set: str | None = None

    def matches(self, rule: str, subject: str, path: str | None) -> bool:
        """Say whether it speaks of this rule, subject and path; a subject that is a path also by its last part."""
        names = (subject, subject.rstrip("/").rpartition("/")[2])
        found = any(name == self.subject or fnmatchcase(name, self.subject) for name in names)
        place = self.path == ANY or (path is not None and (path == self.path or fnmatchcase(path, self.path)))
        return found and place and rule == self.rule and self.set in (None, document().rule_set)

    def expired(self, today: datetime.date) -> bool:
        """Say whether its last day is over."""
        return today > self.expires

    @property
    def label(self) -> str:
        """The waiver for messages: its rule, and subject and path where they are not everything."""
        parts = [part for part in (self.subject, self.path) if part != ANY]
        return f"waiver of {self.rule}" + (f" for {' '.join(parts)}" if parts else "")


class Use(NamedTuple):
    """A waiver that spoke of a check, and the verdict that the check had without it."""

    waiver: Waiver
    subject: str
    verdict: str


class Waivers(NamedTuple):
    """All waivers of a file, in its order; an expired one waives nothing."""

    all: tuple[Waiver, ...] = ()
    today: datetime.date = datetime.date.min

    def find(self, rule: str, subject: str, path: str | None = None) -> Waiver | None:
        """Return the first waiver in force for a check, or None.

        `path` is what the check is about within its subject: a path on the medium, or a vector's ID.
        """
        for waiver in self.all:
            if waiver.matches(rule, subject, path) and not waiver.expired(self.today):
                return waiver
        return None

    def find_any(self, rule: str, subject: str) -> Waiver | None:
        """Return the first waiver in force for a rule and a subject, whatever path it names, or None."""
        for waiver in self.all:
            if waiver._replace(path=ANY).matches(rule, subject, None) and not waiver.expired(self.today):
                return waiver
        return None

    def problems(self, today: datetime.date | None = None, used: Iterable[Use] = ()) -> list[str]:
        """Return what fails the run: waivers that have expired, name no rule, or waive what passes."""
        day = self.today if today is None else today
        found = [problem for waiver in self.all if (problem := _problem(waiver, day))]
        idle = [use for use in dict.fromkeys(used) if use.verdict == PASS]
        advice = "passes; remove the waiver, or let it name what fails"
        return found + [f"{use.waiver.label}: {use.subject} {advice}" for use in idle]


def _problem(waiver: Waiver, today: datetime.date) -> str | None:
    if catalogue.find(waiver.rule) is None:
        return f"{waiver.label}: there is no such rule; see `xvmgate rules`"
    if waiver.expired(today):
        return f"{waiver.label}: expired after {waiver.expires}; {waiver.owner} is to mend the cause or renew it"
    return None


def load(path: str, today: datetime.date | None = None) -> Waivers:
    """Read a file of waivers, as of a day (today's date in UTC).

    Raises CatalogueError for a file that cannot be used.
    """
    return _waivers(load_table(path), today)


def parse(text: str, name: str, today: datetime.date | None = None) -> Waivers:
    """Read a text of waivers, called `name` in messages.

    Raises CatalogueError for a text that cannot be used.
    """
    return _waivers(parse_table(text, name), today)


def _waivers(top: Table, today: datetime.date | None) -> Waivers:
    tables = top.tables("waiver", "rule") if top.has("waiver") else []
    if len(tables) > MAX_WAIVERS:
        raise top.error("waiver", f"{len(tables)} waivers, of which at most {MAX_WAIVERS} are read")
    waivers = tuple(_waiver(table) for table in tables)
    top.close()
    return Waivers(waivers, today or datetime.datetime.now(datetime.UTC).date())


def _waiver(table: Table) -> Waiver:
    waiver = Waiver(
        rule=table.text("rule"),
        reason=table.text("reason"),
        owner=table.text("owner"),
        expires=_expires(table),
        subject=table.text("subject") if table.has("subject") else ANY,
        path=table.text("path") if table.has("path") else ANY,
        bug=table.text("bug") if table.has("bug") else None,
        set=table.text("set") if table.has("set") else None,
    )
    table.close()
    return waiver


def _expires(table: Table) -> datetime.date:
    value = table.value("expires", "a date (2026-12-31)")
    try:
        return value if type(value) is datetime.date else datetime.date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise table.error("expires", f"a date is expected (2026-12-31), not {str(value)[:80]!r}") from error
