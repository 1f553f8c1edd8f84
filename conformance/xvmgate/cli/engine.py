"""`xvmgate engine`: our engine as a subject, by protocol 1 on stdin and stdout."""

from __future__ import annotations

import json
import os
import sys
from time import monotonic
from typing import TYPE_CHECKING, BinaryIO

import click

from xvmgate.conformance.protocol import MAX_LINE, Engine

from . import options, remote
from .facts import parse_readings

if TYPE_CHECKING:
    from collections.abc import Iterator

CHUNK = 256 << 10
"""Bytes that are read at a time."""
HELD = 0.2
"""Seconds that an answer waits for those behind it."""


@click.command(short_help="Answer plan requests on stdin, a line of JSON each.")
@click.option("--reading", "readings", metavar="NAME=VALUE", multiple=True, help="Switch a reading; may be repeated.")
@remote.options
@options.quiet
@options.debug
def verb(readings: tuple[str, ...], timeout: float | None, download: bool, max_size: int) -> None:
    """Answer protocol 1: a line of JSON on stdout for each line on stdin, until `stop` or the end of the input.

    Whatever a line holds is answered; docs/protocol.md says what with.
    """
    from importlib.metadata import version  # noqa: PLC0415  # slow to import, and only this verb needs it here

    allowed = remote.allowed(timeout, download, max_size, quiet=True)
    engine = Engine(version("xvmgate"), parse_readings(readings), allowed)
    try:
        _serve(engine, sys.stdin.fileno(), sys.stdout.buffer)
    except BrokenPipeError:
        options.drop_stdout()


def _serve(engine: Engine, source: int, out: BinaryIO) -> None:
    """Answer lines until `stop` or the end; answers go out together, but none waits long for another."""
    answers: list[str] = []
    sent = monotonic()
    for line, last in _lines(source):
        answer = engine.answer(line) if line.strip() else {}
        if answer:
            answers.append(f"{json.dumps(answer)}\n")
        if last or answer is None or monotonic() - sent > HELD:
            out.write("".join(answers).encode())
            out.flush()
            answers.clear()
            sent = monotonic()
        if answer is None:
            break


def _lines(source: int) -> Iterator[tuple[bytes, bool]]:
    """Yield each line, and whether it is the last that has come in so far; of one too long only what shows that."""
    held, skipping = b"", False
    while chunk := os.read(source, CHUNK):
        *whole, held = (held + chunk).split(b"\n")
        for place, line in enumerate(whole, 1):
            if not skipping:
                yield line, place == len(whole)
            skipping = False
        if len(held) > MAX_LINE:
            if not skipping:
                yield held, True
            held, skipping = b"", True
    if held and not skipping:
        yield held, True
