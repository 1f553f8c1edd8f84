"""What a fault is: a change of a medium's recipe, the layouts that it makes sense for, and what a check says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xvmgate.fixtures.layout import every_layout
from xvmgate.fixtures.rule import area

if TYPE_CHECKING:
    from collections.abc import Callable

    from xvmgate.fixtures.layout import BootPair, Layout

    from .recipe import Recipe

FORMS = ("iso", "tree")
"""What a medium can be built as."""
FAIL, WARN, UNREADABLE = "fail", "warn", "unreadable"
"""What a check says of a broken rule: of level must, from evidence, or of a medium that it cannot read at all."""


class FaultError(Exception):
    """A fault that does not fit; one sentence with what does."""


class UnknownFaultError(FaultError):
    """A fault that does not exist; one sentence with where to find those that do."""


class Fault(NamedTuple):
    """One way to break a medium; `name` is the rule that breaks, or a word for a hostile variant.

    `change(recipe, layout)` returns the broken recipe; `breaks(layout)` names the rules that are then seen to be
    broken, with `verdict`. `mode` and `by_release` state the question in which that is seen.
    """

    name: str
    says: str
    change: Callable[[Recipe, Layout], Recipe]
    fits: Callable[[Layout], bool]
    breaks: Callable[[Layout], frozenset[str]]
    verdict: str = FAIL
    forms: tuple[str, ...] = FORMS
    mode: str = "pv"
    by_release: bool = False

    def layouts(self) -> list[Layout]:
        """List the known layouts that it fits."""
        return [layout for layout in every_layout() if self.fits(layout)]

    def question(self, layout: Layout) -> list[str]:
        """Return the options of `xvmgate check` that ask for it."""
        options = [] if self.mode == "pv" else ["--mode", self.mode]
        return [*options, "--release", layout.id] if self.by_release else options


def only(*rules: str) -> Callable[[Layout], frozenset[str]]:
    """Return the answer that these rules break, whatever the layout."""
    return lambda _: frozenset(rules)


def is_good(layout: Layout) -> bool:
    """Say whether a layout's medium is a PV medium with nothing to complain of."""
    return layout.expect.pv == "conformant"


def last_pair(layout: Layout) -> BootPair:
    """Return kernel and ramdisk of the wider width."""
    return layout.pairs[max(layout.pairs)]


def placing(layout: Layout, path: str) -> frozenset[str]:
    """Return the PATH rules by which the layout's own files lie at a path: two for a ramdisk of both widths."""
    return frozenset(
        rule.id
        for rule in area("path")
        if rule.file and rule.file.path == path and layout.family in rule.applies.family
        for bits in rule.applies.bits
        if bits in layout.pairs and path in layout.pairs[bits]
    )
