"""GitHub Actions, where a run finds itself in them: annotations on stderr, a summary of the step.

The runner reads workflow commands from both streams; on stderr they leave stdout to the data.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xvmgate.reports.events import CheckReport, SuiteReport

HERE, SUMMARY = "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"
"""Environment variables of a step: that there is one, and the file that its summary is appended to."""


def wanted() -> bool:
    """Say whether a run finds itself in a step that wants to hear of it."""
    return os.environ.get(HERE) == "true" or bool(os.environ.get(SUMMARY))


def announce(report: CheckReport | SuiteReport, options: Sequence[str] = ()) -> None:
    """Say to GitHub what was found; outside of it, nothing. A summary that cannot be written is only complained of."""
    if os.environ.get(HERE) == "true":
        from xvmgate.reports.github import commands  # noqa: PLC0415  # only in GitHub Actions

        for command in commands(report, options):
            click.echo(command, err=True)
    if path := os.environ.get(SUMMARY):
        from xvmgate.reports.markdown import render  # noqa: PLC0415  # only in GitHub Actions

        try:
            with open(path, "a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(render(report, options))
        except OSError as error:
            click.echo(f"xvmgate: {path}: the step's summary cannot be written: {error.strerror}", err=True)


def shielded(text: str) -> str:
    """Return text as it is, or, in GitHub Actions, so that the runner takes none of it for a command."""
    if os.environ.get(HERE) != "true":
        return text
    from xvmgate.reports.github import shield  # noqa: PLC0415  # only in GitHub Actions

    return shield(text)
