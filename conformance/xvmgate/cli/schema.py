"""`xvmgate schema`: the JSON schemas of what xvmgate writes and reads."""

from __future__ import annotations

import click

from xvmgate.reports import verdict
from xvmgate.reports.schemas import names, text

from . import options


@click.command(short_help="Print a JSON schema of what xvmgate writes or reads.")
@click.argument("name", metavar="NAME", required=False)
@options.as_json
@options.quiet
@options.debug
@click.pass_obj
def verb(state: options.State, name: str | None) -> int:
    """Print the JSON schema NAME: `xvmgate.check/1`, or `check` for short. Without NAME, list them."""
    if name is None:
        import json  # noqa: PLC0415  # only for the list

        known = list(names())
        state.say(json.dumps({"schemas": known}, indent=2) if state.json else "\n".join(known), always=state.json)
        return 0
    try:
        found = text(name)
    except ValueError as error:
        raise options.Stop(str(error), verdict.USAGE) from error
    state.say(found.rstrip("\n"), always=state.json)
    return 0
