"""`xvmgate report`: a finished run's events, or its JSON, made into reports."""

from __future__ import annotations

import click

from xvmgate.reports import verdict
from xvmgate.reports.read import read
from xvmgate.reports.stream import StreamError

from . import options, output


@click.command(short_help="Make reports out of a run's events or JSON.")
@click.argument("run", metavar="EVENTS")
@click.option(
    "--to",
    "targets",
    metavar="FORMAT:FILE",
    multiple=True,
    required=True,
    help=f"Write a report; FORMAT is one of {', '.join(output.FORMATS)}; may be repeated.",
)
@options.as_json
@options.quiet
@options.debug
@click.pass_obj
def verb(state: options.State, run: str, targets: tuple[str, ...]) -> int:
    """Make reports out of EVENTS: what `--xvm-events` wrote, or the JSON of `xvmgate check` or `xvmgate suite`.

    The exit status is that of writing them, not the run's. With --json the run is printed as its document too.
    """
    try:
        wanted = [output.parse_target(text, "--to") for text in targets]
        report = read(run)
    except (ValueError, StreamError) as error:
        raise options.Stop(str(error), verdict.USAGE) from error
    for target in wanted:
        output.write(target, report)
    if state.json:
        state.say(output.render("json", report).rstrip("\n"), always=True)
    else:
        state.say(f"{len(wanted)} report{'s' if len(wanted) > 1 else ''} of a run that is {report.verdict}")
    return 0
