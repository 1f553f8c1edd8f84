"""What `check` says and writes: blocks and summary on stdout, complaints on stderr, report files."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

import click

from xvmgate.reports.verdict import USAGE

from .options import State, Stop, paint

if TYPE_CHECKING:
    from xvmgate.conformance.question import Question
    from xvmgate.reports.events import CheckReport, MediumResult

FORMATS = ("junit", "json")
"""Formats of report files; each is a module of `xvmgate.reports` with a function `render`."""


class Target(NamedTuple):
    """A report that is to be written."""

    format: str
    path: str


def parse_target(text: str) -> Target:
    """Read FORMAT:FILE.

    Raises ValueError for an unknown format, a missing file name or a directory that is not there.
    """
    kind, colon, path = text.partition(":")
    if kind not in FORMATS or not colon or not path:
        raise ValueError(f"--report {text!r}: FORMAT:FILE is expected, with FORMAT one of {', '.join(FORMATS)}")
    directory = os.path.dirname(path) or "."
    if not os.path.isdir(directory) or os.path.isdir(path):
        raise ValueError(f"--report {text!r}: {directory} is no directory, or the file name is one")
    return Target(kind, path)


def render(kind: str, report: CheckReport) -> str:
    """Return a report in one of FORMATS."""
    text: str = import_module(f"xvmgate.reports.{kind}").render(report)
    return text


def write(target: Target, report: CheckReport) -> None:
    """Write a report under a temporary name, then give it its own: there is never half a report.

    Raises Stop when it cannot be written.
    """
    import tempfile  # noqa: PLC0415  # slow to import, and only reports need it

    text = render(target.format, report)
    directory, name = os.path.split(target.path)
    temporary = None
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=directory or ".")
        with open(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, target.path)
    except BaseException as error:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
        if isinstance(error, OSError):
            raise Stop(f"{target.path}: the report cannot be written: {error.strerror}", USAGE) from error
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def show(result: MediumResult, question: Question, state: State) -> None:
    """Print a medium's failures and warnings, then its summary line."""
    from xvmgate.reports.text import blocks, summary  # noqa: PLC0415  # not for --json

    for block in blocks(result, question.options(), paint):
        state.say(block + "\n")
    state.say(summary(result, paint))


def complain(message: str) -> None:
    """Say on stderr, in one line, what is wrong."""
    from xvmgate.reports.text import printable  # noqa: PLC0415  # only failures need it

    click.echo(f"xvmgate: {printable(message)}", err=True)
