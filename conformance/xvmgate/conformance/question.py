"""What a check is asked: which mode, which widths, which release, which rules, how strictly."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from xvmgate.fixtures.layout import Layout

WIDTHS = {None: (32, 64), "32": (32,), "64": (64,), "both": (32, 64)}
"""The widths that each value of `--bits` judges."""


class Question(NamedTuple):
    """One question to a medium; `mode` is pv or hvm.

    `bits` None judges every width that the medium carries; 32, 64 and both demand theirs. `rules`, where not empty,
    selects; `strict` makes a finding of level should a failure.
    """

    mode: str = "pv"
    bits: str | None = None
    release: Layout | None = None
    rules: tuple[str, ...] = ()
    strict: bool = False

    @property
    def widths(self) -> tuple[int, ...]:
        """The widths that are judged."""
        return WIDTHS[self.bits]

    @property
    def demanded(self) -> tuple[int, ...]:
        """The widths that must be good, whatever the medium carries."""
        return self.widths if self.bits else ()

    def options(self) -> list[str]:
        """Return the command's options that state this question, without the selection of rules."""
        stated = [] if self.mode == "pv" else ["--mode", self.mode]
        stated += ["--release", self.release.id] if self.release else []
        stated += ["--bits", self.bits] if self.bits else []
        return stated + (["--strict"] if self.strict else [])
