"""pytest as a child process: what is asked for becomes its options, its exit status and its events come back."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, NamedTuple

from xvmgate.reports import stream
from xvmgate.reports.verdict import DEFECT, EXIT, INTERRUPTED, USAGE

from .options import Stop

if TYPE_CHECKING:
    from xvmgate.reports.events import SuiteReport

    from .options import State

SUITE = "xvmgate.conformance.suite"
PLUGIN = "xvmgate"
"""The plugin's entry point: named, it is loaded where pytest is told to load none by itself, too."""
KNOWN = (*EXIT.values(), INTERRUPTED, DEFECT, USAGE)
PATIENCE = 10.0
"""Seconds that pytest has to end after an interrupt."""


class Wanted(NamedTuple):
    """What the suite is asked for, as the command's options say it."""

    subjects: tuple[str, ...]
    media: tuple[str, ...]
    release: str | None
    rules: tuple[str, ...]
    waivers: str | None
    baseline: str | None
    readings: tuple[str, ...]
    timeout: float
    events: str | None
    pytest_options: tuple[str, ...]


def run_pytest(wanted: Wanted, state: State, *, keep: bool) -> tuple[int, SuiteReport | None]:
    """Run the suite; return its exit status and, if it is to be kept, its report, None where there is no verdict."""
    with tempfile.TemporaryDirectory(prefix="xvmgate-") as folder:
        events = wanted.events or (os.path.join(folder, "events.ndjson") if keep else None)
        status = _run(_command(wanted, events), state)
        if not keep or events is None or status not in EXIT.values() or status == USAGE:
            return status, None
        try:
            return status, stream.read(events)
        except stream.StreamError as error:
            raise Stop(str(error), USAGE) from error


def _command(wanted: Wanted, events: str | None) -> list[str]:
    """Return the command; -P, for what lies in the working directory is not to be taken for a module."""
    command = [sys.executable, "-P", "-m", "pytest", "-p", PLUGIN, "-q", "--pyargs", SUITE]
    command += [f"--xvm-subject={subject}" for subject in wanted.subjects]
    command += [f"--xvm-medium={medium}" for medium in wanted.media]
    command += [f"--xvm-reading={reading}" for reading in wanted.readings]
    single = {"release": wanted.release, "waivers": wanted.waivers, "baseline": wanted.baseline, "events": events}
    command += [f"--xvm-{name}={value}" for name, value in single.items() if value is not None]
    command += [f"--xvm-timeout={wanted.timeout:g}"]
    command += ["-m", " or ".join(wanted.rules)] if wanted.rules else []
    return [*command, *wanted.pytest_options]


def _run(command: list[str], state: State) -> int:
    """Run pytest; its output is data for people: with --json it goes to stderr, with -q nowhere."""
    out = subprocess.DEVNULL if state.quiet else sys.stderr.fileno() if state.json else None
    sys.stdout.flush()
    with subprocess.Popen(command, stdout=out) as child:
        try:
            status = child.wait()
        except KeyboardInterrupt:
            _await(child)
            raise
    return status if status in KNOWN else DEFECT


def _await(child: subprocess.Popen[bytes]) -> None:
    """Let pytest, which the terminal has interrupted too, end its subjects."""
    try:
        child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
