"""One question put to one medium: what it holds at the places that rules and layouts name, each looked at once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from xvmgate.engine.layout import Choice, choose, family_of
from xvmgate.fixtures.layout import MENU
from xvmgate.media.formats.menu import MAX_MENU, Menu, read_menu

from .nearest_layout import nearest_layout
from .wanted import wanted_rules

if TYPE_CHECKING:
    from xvmgate.fixtures.layout import Layout
    from xvmgate.media import Lookup, Medium

    from .question import Question


class Survey:
    """A medium with its lookups kept, and what follows from them and the question.

    Raises MediumError wherever the medium turns out to be damaged.
    """

    def __init__(self, medium: Medium, question: Question) -> None:
        self.medium = medium
        self.question = question
        self._lookups: dict[str, Lookup] = {}

    def lookup(self, path: str) -> Lookup:
        """Return what lies at a path."""
        found = self._lookups.get(path)
        if found is None:
            found = self._lookups[path] = self.medium.lookup(path)
        return found

    def present(self, path: str) -> bool:
        """Say whether a regular file lies at a path."""
        return self.lookup(path).is_file

    @cached_property
    def family(self) -> str | None:
        """The medium's PV family; an installed root is read by the OpenSolaris paths alone."""
        found = family_of(self.present)
        return found if self.medium.zfs is None or found == "opensolaris" else None

    def pair(self, bits: int) -> Choice:
        """Return what one width would boot: the release's own paths where one is asked for, else the family's."""
        if self.question.release:
            pair = self.question.release.pairs.get(bits)
            return Choice(pair and pair.kernel, pair and pair.ramdisk)
        return choose(self.family, bits, self.present) if self.family else Choice(None, None)

    @cached_property
    def wanted(self) -> set[str]:
        """The IDs of the PATH rules that have to hold."""
        return wanted_rules(self)

    @cached_property
    def menu(self) -> Menu | None:
        """What the boot menu says, None where there is none."""
        if not self.present(MENU):
            return None
        with self.medium.open(MENU) as stream:
            return read_menu(stream.read(MAX_MENU + 1))

    @cached_property
    def nearby(self) -> frozenset[str]:
        """The files among which a missing one is looked for; walked once, and only when something is missing."""
        from .nearest_path import walk  # noqa: PLC0415  # only failures need it

        return frozenset(walk(self.medium))

    @cached_property
    def layout(self) -> Layout | None:
        """The known release whose medium this one is most like."""
        return nearest_layout(self)
