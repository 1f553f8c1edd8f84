"""`xvmgate waiver`: add, list and prune waivers in a file that people keep."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import click

from xvmgate.conformance.waivers import ANY, load
from xvmgate.fixtures import rule as catalogue
from xvmgate.fixtures.document import document
from xvmgate.fixtures.table import CatalogueError
from xvmgate.reports.verdict import USAGE

from . import options
from .waiver_file import append, remove

if TYPE_CHECKING:
    from xvmgate.conformance.waivers import Waiver, Waivers

EXPIRED, NO_RULE = "expired", "no such rule"

file_option = click.option(
    "--file", "file", metavar="FILE", default="waivers.toml", show_default=True, help="The file of waivers."
)


@click.group(no_args_is_help=False, short_help="Add, list and prune waivers.")
def verb() -> None:
    """Keep waivers: failures that somebody answers for, until a day. Comments and layout of the file stay."""


@verb.command("add")
@click.argument("rule", metavar="RULE")
@click.option("--reason", required=True, help="Why it is waived.")
@click.option("--owner", required=True, help="Who answers for it.")
@click.option("--expires", metavar="YYYY-MM-DD", required=True, help="The last day on which it counts.")
@click.option("--subject", metavar="PATTERN", help="For which engine, or medium (location or file name) only.")
@click.option("--path", metavar="PATTERN", help="For which path on the medium, or which vector, only.")
@click.option("--bug", help="Where it is tracked.")
@click.option("--set", "rule_set", metavar="NAME", help="The rule set that it is for.")
@file_option
@options.quiet
@options.debug
@click.pass_obj
def add(
    state: options.State,
    rule: str,
    reason: str,
    owner: str,
    expires: str,
    subject: str | None,
    path: str | None,
    bug: str | None,
    rule_set: str | None,
    file: str,
) -> int:
    """Add a waiver of RULE at the end of the file; a file that is not there is made."""
    if catalogue.find(rule) is None:
        raise options.Stop(f"no rule {rule!r}; see `xvmgate rules`", USAGE)
    day = _day(expires)
    texts = {"rule": rule, "subject": subject, "path": path, "reason": reason, "owner": owner, "bug": bug}
    _refuse_empty({**texts, "set": rule_set})
    append(file, {**texts, "expires": day, "set": rule_set})
    state.say(f"{file}: {rule} is waived until {day}")
    return 0


def _day(text: str) -> datetime.date:
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError as error:
        raise options.Stop(f"--expires {text!r}: a date is expected, as 2026-12-31", USAGE) from error
    if day < datetime.datetime.now(datetime.UTC).date():
        raise options.Stop(f"--expires {text}: that day is over; a waiver is for what is to come", USAGE)
    return day


def _refuse_empty(texts: dict[str, str | None]) -> None:
    for name, text in texts.items():
        if text is not None and not text.strip():
            raise options.Stop(f"--{name}: a text is expected, not an empty one", USAGE)


@verb.command("list")
@click.argument("files", metavar="[FILE]...", nargs=-1)
@file_option
@options.as_json
@options.quiet
@options.debug
@click.pass_obj
def list_(state: options.State, files: tuple[str, ...], file: str) -> int:
    """List the waivers of each FILE, else of --file, and whether they count. With -q it only tells usable from not."""
    found = [(waiver, waivers) for waivers in map(_load, files or (file,)) for waiver in waivers.all]
    if state.json:
        import json  # noqa: PLC0415  # only for --json

        state.say(json.dumps({"waivers": [_as_dict(*pair) for pair in found]}, indent=2), always=True)
        return 0
    for pair in found:
        state.say(_line(*pair))
    return 0


def _line(waiver: Waiver, waivers: Waivers) -> str:
    from xvmgate.reports.text import printable  # noqa: PLC0415  # not for --json

    bug = f" ({waiver.bug})" if waiver.bug else ""
    said = f"{waiver.rule}  {_state(waiver, waivers)}, until {waiver.expires}, {waiver.owner}: {waiver.reason}{bug}"
    where = [f"{name} {text}" for name, text in (("subject", waiver.subject), ("path", waiver.path)) if text != ANY]
    return printable("; ".join([said, *where]))


@verb.command("prune")
@click.option("--dry-run", is_flag=True, help="Say what would go, and leave the file.")
@file_option
@options.quiet
@options.debug
@click.pass_obj
def prune(state: options.State, dry_run: bool, file: str) -> int:
    """Remove the waivers that have expired or name no rule."""
    waivers = _load(file)
    states = [_state(waiver, waivers) for waiver in waivers.all]
    places = [place for place, found in enumerate(states) if found in (EXPIRED, NO_RULE)]
    if places and not dry_run:
        remove(file, places)
    from xvmgate.reports.text import printable  # noqa: PLC0415  # for the last lines only

    for place in places:
        waiver = waivers.all[place]
        state.say(printable(f"{waiver.label}: {states[place]}, {'would go' if dry_run else 'removed'}"))
    state.say(printable(f"{file}: {len(waivers.all) - len(places)} of {len(waivers.all)} waivers stay"))
    return 0


def _load(file: str) -> Waivers:
    try:
        return load(file)
    except CatalogueError as error:
        raise options.Stop(str(error), USAGE) from error


def _state(waiver: Waiver, waivers: Waivers) -> str:
    """Return whether a waiver counts, and if not, why."""
    if catalogue.find(waiver.rule) is None:
        return NO_RULE
    if waiver.expired(waivers.today):
        return EXPIRED
    return "in force" if waiver.set in (None, document().rule_set) else "for another rule set"


def _as_dict(waiver: Waiver, waivers: Waivers) -> dict[str, Any]:
    return {**waiver._asdict(), "expires": waiver.expires.isoformat(), "state": _state(waiver, waivers)}
