"""`xvmgate engine`: our engine as a subject, by protocol 1 on stdin and stdout."""

from __future__ import annotations

import json
import sys
from typing import BinaryIO

import click

from xvmgate.conformance.protocol import MAX_LINE, Engine

from . import options
from .facts import parse_readings


@click.command(short_help="Answer plan requests on stdin, a line of JSON each.")
@click.option("--reading", "readings", metavar="NAME=VALUE", multiple=True, help="Switch a reading; may be repeated.")
@options.quiet
@options.debug
def verb(readings: tuple[str, ...]) -> None:
    """Answer protocol 1: a line of JSON on stdout for each line on stdin, until `stop` or the end of the input.

    Whatever a line holds is answered; docs/protocol.md says what with.
    """
    from importlib.metadata import version  # noqa: PLC0415  # slow to import, and only this verb needs it here

    engine = Engine(version("xvmgate"), parse_readings(readings))
    try:
        _serve(engine, sys.stdin.buffer, sys.stdout.buffer)
    except BrokenPipeError:
        options.drop_stdout()


def _serve(engine: Engine, lines: BinaryIO, out: BinaryIO) -> None:
    while line := lines.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE:
            _skip_line(lines, line)
        elif not line.strip():
            continue
        answer = engine.answer(line)
        if answer is None:
            return
        out.write(json.dumps(answer).encode() + b"\n")
        out.flush()


def _skip_line(lines: BinaryIO, line: bytes) -> None:
    """Read to the end of a line that is too long, without keeping it."""
    while line and not line.endswith(b"\n"):
        line = lines.readline(MAX_LINE)
