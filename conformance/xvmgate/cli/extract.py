"""`xvmgate extract`: kernel and ramdisk of a medium, as files of their own."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import click

from xvmgate.conformance.extraction import Extraction, Refused, extract
from xvmgate.media import MediumError, open_medium
from xvmgate.media.location import shown
from xvmgate.reports.text import printable, size
from xvmgate.reports.verdict import EXIT, NONCONFORMANT, USAGE

from . import options, remote

if TYPE_CHECKING:
    from xvmgate.media.remote import Remote

SCHEMA = "xvmgate.extract/1"


@click.command(
    cls=options.DocumentCommand,
    unfinished=options.error_document(SCHEMA),
    short_help="Copy a medium's kernel and ramdisk out of it.",
)
@click.argument("medium", metavar="MEDIUM")
@click.option("-o", "--output", "folder", metavar="DIR", required=True, help="Where the files go; made if need be.")
@click.option(
    "--bits",
    type=click.Choice(["32", "64"]),
    default="64",
    show_default=True,
    help="The width: 64 is what a guest of 1024 MB or more gets on a 64-bit host.",
)
@click.option("--hash", "hashed", is_flag=True, help="Add each file's sha256, taken on the way.")
@click.option("--resume", is_flag=True, help="Keep what came when it is cut off, and go on from there; for servers.")
@remote.options
@options.as_json
@options.quiet
@options.debug
@click.pass_obj
def verb(
    state: options.State,
    medium: str,
    folder: str,
    bits: str,
    hashed: bool,
    resume: bool,
    timeout: float | None,
    download: bool,
    max_size: int,
) -> int:
    """Copy the kernel and the ramdisk that a PV guest would boot from MEDIUM to DIR, under their own names.

    Each file appears when both are whole. A width that the medium does not have is refused: --bits takes the other.
    """
    allowed = remote.allowed(timeout, download, max_size, quiet=state.quiet)
    try:
        done = _run(medium, folder, int(bits), allowed, hashed=hashed, resume=resume)
    except Refused as refused:
        return _refuse(state, medium, refused)
    except MediumError as error:
        raise options.Stop(str(error), USAGE) from error
    if state.json:
        state.say(json.dumps({"schema": SCHEMA, **done.as_dict()}, indent=2), always=True)
    else:
        _show(state, done, folder)
    return 0


def _run(location: str, folder: str, bits: int, allowed: Remote, *, hashed: bool, resume: bool) -> Extraction:
    made = not os.path.isdir(folder)
    try:
        os.makedirs(folder, exist_ok=True)
        with open_medium(location, allowed) as medium:
            return extract(medium, folder, bits, remote.progress if allowed.progress else None, hashed, resume)
    except BlockingIOError as error:
        raise options.Stop(f"{folder}: another extraction is writing there; wait for it", USAGE) from error
    except OSError as error:
        raise options.Stop(f"{folder}: cannot be written: {error.strerror}", USAGE) from error
    finally:
        if made and os.path.isdir(folder) and not os.listdir(folder):
            os.rmdir(folder)


def _refuse(state: options.State, location: str, refused: Refused) -> int:
    from .output import complain  # noqa: PLC0415  # only refusals need it

    if state.json:
        document = {"schema": SCHEMA, "refused": {"rule": refused.rule, "message": str(refused)}}
        state.say(json.dumps(document, indent=2), always=True)
    complain(f"{shown(location)}: {refused} ({refused.rule})")
    return EXIT[NONCONFORMANT]


def _show(state: options.State, done: Extraction, folder: str) -> None:
    for file in done.files:
        hashed = f", sha256 {file.sha256}" if file.sha256 else ""
        went = printable(os.path.join(folder, file.name))
        state.say(f"{file.role:<8} {printable(file.path)} -> {went}  ({size(file.size)}{hashed})")
    read = f"{size(done.bytes_read)} read, {done.requests} requests"
    state.say(f"{printable(done.location)}: {done.family}, {done.bits}-bit; {read}")
