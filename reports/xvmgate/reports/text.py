"""The report for people: a block for each failure and warning, and a line for each medium."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from xvmgate.fixtures import rule as catalogue

from .events import ERROR, FAIL, NOT_APPLICABLE, PASS, WAIVED, WARN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .events import Check, MediumResult

LOCATION_COLUMN = 62
"""Where a block's first line names the medium."""
SHOWN = (FAIL, ERROR, WARN)
"""Verdicts that have a block, worst first."""
POOL_RULE = "XVM-FS-02"
"""The rule whose finding is told even where it holds: which Xen releases boot a pool."""
COUNTED = (
    (PASS, "passed"),
    (FAIL, "failed"),
    (ERROR, "not checked"),
    (WARN, "warned"),
    (WAIVED, "waived"),
    (NOT_APPLICABLE, "not applicable"),
)
CONTROL = (
    r"[^\x20-\x7e\xa0-\u200a\u2010-\u2027\u2030-\u205f\u2070-\ud7ff\uf900-\ufefe\uff00-\ufffd\U00010000-\U000dffff]"
)
"""Characters that could disturb a terminal or a log line, or cannot be written: controls, separators,
marks of direction, surrogates."""


def blocks(result: MediumResult, options: list[str], paint: Callable[[str, str], str]) -> Iterator[str]:
    """Yield a block of lines for each failure, error and warning; `paint(text, verdict)` colours the first word.

    `options` are those of the run that state its question, for the line that repeats it.
    """
    for verdict in SHOWN:
        for check in result.checks:
            if check.verdict == verdict:
                yield _block(result, check, options, paint)


def _block(result: MediumResult, check: Check, options: list[str], paint: Callable[[str, str], str]) -> str:
    rule = catalogue.get(check.rule)
    word = check.verdict.upper()
    head = f"{word} {rule.id}  {rule.title}".ljust(LOCATION_COLUMN)
    head = paint(word, check.verdict) + head[len(word) :]
    from shlex import join  # noqa: PLC0415  # only failures need it

    repeat = join(["xvmgate", "check", result.location, *options, "--rule", rule.id])
    rows = [
        ("rule", f"{rule.statement}  ({rule.source})"),
        ("expected", check.expected),
        ("actual", check.actual),
        ("note", None if check.message in (check.actual, "") else check.message),
        ("remedy", rule.remedy),
        ("repeat", repeat),
    ]
    lines = [f"{head} {printable(result.location)} ({size(result.bytes_read)} read)"]
    return "\n".join(lines + [f"  {name:<9} {printable(text)}" for name, text in rows if text])


def summary(result: MediumResult, paint: Callable[[str, str], str]) -> str:
    """Return the line that sums a medium up."""
    verdict = paint(result.verdict, result.verdict)
    if result.kind is None:
        return f"{printable(result.location)}: {verdict}"
    family = result.family or "no PV family"
    layout = f", nearest layout {result.layout}" if result.layout else ""
    found = [check.verdict for check in result.checks]
    counts = ", ".join(f"{found.count(kind)} {word}" for kind, word in COUNTED if kind in found)
    pool = [check.actual for check in result.checks if (check.rule, check.verdict) == (POOL_RULE, PASS)]
    parts = [verdict, family + layout, *filter(None, pool), counts or "nothing checked"]
    return f"{printable(result.location)}: {'; '.join(parts)}; {size(result.bytes_read)} read"


def printable(text: str) -> str:
    """Write whatever could disturb a terminal as escapes: what a medium says is not to be trusted."""
    return without_controls(text, lambda character: ascii(character)[1:-1])


def without_controls(text: str, escape: Callable[[str], str]) -> str:
    """Return a text with each of its characters that could disturb a terminal as `escape` writes it."""
    if text.isascii() and text.isprintable():
        return text
    return _control().sub(lambda match: escape(match[0]), text)


@cache
def _control() -> re.Pattern[str]:
    """Compile CONTROL, which takes a twentieth of a whole check: few texts need it."""
    return re.compile(CONTROL)


def clip(text: str, longest: int) -> str:
    """Return a text as `printable` writes it, of a long one its beginning and how long it is, in characters."""
    said = printable(text[:longest])
    if len(text) <= longest and len(said) <= longest:
        return said
    return f"{said[:longest]}… ({len(text)} characters)"


def size(count: int) -> str:
    """Return a number of bytes for people, in KiB or MiB, rounded up."""
    return f"{-(-count // 1024)} KiB" if count < 10 << 20 else f"{-(-count // (1 << 20))} MiB"
