"""What `check` says and writes: blocks and summary on stdout, complaints on stderr, report files."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

import click

from xvmgate.reports.verdict import USAGE

from .actions import shielded
from .options import State, Stop, paint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xvmgate.conformance.question import Question
    from xvmgate.reports.events import CheckReport, MediumResult, SuiteReport

FORMATS = ("junit", "json", "sarif", "markdown", "html")
"""Formats of report files; each is a module of `xvmgate.reports` with a function `render`."""


class Target(NamedTuple):
    """A report that is to be written."""

    format: str
    path: str


def parse_target(text: str, option: str = "--report", formats: Sequence[str] = FORMATS) -> Target:
    """Read FORMAT:FILE, the value of an option.

    Raises ValueError for an unknown format, a missing file name or a directory that is not there.
    """
    kind, colon, path = text.partition(":")
    if kind not in formats or not colon or not path:
        raise ValueError(f"{option} {text!r}: FORMAT:FILE is expected, with FORMAT one of {', '.join(formats)}")
    directory = os.path.dirname(path) or "."
    if not os.path.isdir(directory) or os.path.isdir(path):
        raise ValueError(f"{option} {text!r}: {directory} is no directory, or the file name is one")
    return Target(kind, path)


def render(kind: str, report: CheckReport | SuiteReport, options: Sequence[str] = ()) -> str:
    """Return a report in one of FORMATS; `options` state a check's question, for the lines that repeat it."""
    text: str = import_module(f"xvmgate.reports.{kind}").render(report, options)
    return text


def write(target: Target, report: CheckReport | SuiteReport, options: Sequence[str] = ()) -> None:
    """Write a report.

    Raises Stop when it cannot be written.
    """
    place(target.path, render(target.format, report, options), "the report")


def place(path: str, text: str, what: str) -> None:
    """Write a file under a temporary name, then give it its own: there is never half of one.

    Raises Stop, naming `what` it is, when it cannot be written.
    """
    import tempfile  # noqa: PLC0415  # slow to import, and only files need it

    directory, name = os.path.split(path)
    temporary = None
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=directory or ".")
        with open(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException as error:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
        if isinstance(error, OSError):
            raise Stop(f"{path}: {what} cannot be written: {error.strerror}", USAGE) from error
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def show(result: MediumResult, question: Question, state: State) -> None:
    """Print a medium's failures and warnings, then its summary line."""
    from xvmgate.reports.text import blocks, summary  # noqa: PLC0415  # not for --json

    for block in blocks(result, question.options(), paint):
        state.say(shielded(block) + "\n")
    state.say(shielded(summary(result, paint)))


def complain(message: str) -> None:
    """Say on stderr, in one line, what is wrong."""
    from xvmgate.reports.text import printable  # noqa: PLC0415  # only failures need it

    click.echo(f"xvmgate: {shielded(printable(message))}", err=True)
