"""`xvmgate suite`: the conformance suite, run by pytest in a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xvmgate.reports import verdict
from xvmgate.reports.events import SuiteReport, count

from . import actions, options, output
from .pytest_run import Wanted, run_pytest

if TYPE_CHECKING:
    from xvmgate.conformance.smoke import Smoke


def _nothing_judged(message: str, status: int) -> str:  # noqa: ARG001  # the same document, whatever the status
    report = SuiteReport(verdict.INCOMPLETE, count(()), (), problems=(message,))
    return output.render("json", report).rstrip("\n")


@click.command(
    cls=options.DocumentCommand,
    unfinished=_nothing_judged,
    short_help="Judge engines by the rules, and the known media.",
)
@click.option(
    "--subject",
    "subjects",
    metavar="SUBJECT",
    multiple=True,
    help="An engine: xvmgate, or exec:COMMAND, which speaks protocol 1; may be repeated.",
)
@click.option("--medium", "media", metavar="MEDIUM", multiple=True, help="A medium, or list:FILE; may be repeated.")
@click.option("--release", metavar="ID", help="Judge the media by this release's paths.")
@click.option("--rule", "rules", metavar="ID", multiple=True, help="The cases of this rule only; may be repeated.")
@click.option("--waivers", metavar="FILE", help="Failures that somebody answers for.")
@click.option("--baseline", metavar="FILE", help="Fail media that drifted from this capture, by rule.")
@click.option("--reading", "readings", metavar="NAME=VALUE", multiple=True, help="Switch a reading of our engine's.")
@click.option("--timeout", type=float, default=5.0, show_default=True, help="Seconds for an engine's answer.")
@click.option("--smoke", "tried", is_flag=True, help="Try the subjects first, and say what is wrong with them.")
@click.option("--events", metavar="FILE", help="Write the run's events, a line of JSON each.")
@click.option(
    "--report",
    "reports",
    metavar="FORMAT:FILE",
    multiple=True,
    help=f"Write a report; FORMAT is {' or '.join(output.FORMATS)}; may be repeated.",
)
@options.as_json
@options.quiet
@options.debug
@click.argument("pytest_options", metavar="[-- PYTEST_OPTIONS]...", nargs=-1)
@click.pass_obj
def verb(
    state: options.State,
    subjects: tuple[str, ...],
    media: tuple[str, ...],
    release: str | None,
    rules: tuple[str, ...],
    waivers: str | None,
    baseline: str | None,
    readings: tuple[str, ...],
    timeout: float,
    tried: bool,
    events: str | None,
    reports: tuple[str, ...],
    pytest_options: tuple[str, ...],
) -> int:
    """Run the suite: every rule by every vector for each engine, and by each medium.

    Without --subject and --medium: xvmgate's own engine, and every known layout, built. What stands behind -- is passed
    to pytest: `-n 2`, `-k net`, `-m must`.
    """
    state.unfinished = _nothing_judged
    try:
        targets = [output.parse_target(text) for text in reports]
        chosen = [_known(rule) for rule in rules]
    except ValueError as error:
        raise options.Stop(str(error), verdict.USAGE) from error
    if tried and not _try(subjects, timeout, state):
        raise options.Stop("nothing was judged: no subject is usable; mend it as is said above", 5)
    asked = Wanted(
        subjects, media, release, tuple(chosen), waivers, baseline, readings, timeout, events, pytest_options
    )
    status, report = run_pytest(asked, state, keep=bool(targets) or state.json or actions.wanted())
    if report:
        actions.announce(report)
        for target in targets:
            output.write(target, report)
        if state.json:
            state.say(output.render("json", report).rstrip("\n"), always=True)
    elif state.json:
        state.say(_nothing_judged("the run did not come to a verdict; stderr says why", status), always=True)
    return status


def _known(rule: str) -> str:
    from xvmgate.conformance.asking import ask  # noqa: PLC0415  # only a selection needs it

    return ask(rules=[rule]).rules[0]


def _try(subjects: tuple[str, ...], timeout: float, state: options.State) -> bool:
    """Try the subjects that are programs, and say what came of it; say whether each is of any use."""
    from xvmgate.conformance.smoke import smoke  # noqa: PLC0415  # only on demand
    from xvmgate.conformance.subjects.program import PREFIX, Program  # noqa: PLC0415

    found: list[Smoke] = []
    for label in subjects:
        if label.startswith(PREFIX):
            try:
                found.append(smoke(Program(label, timeout)))
            except ValueError as error:
                raise options.Stop(f"--subject: {error}", verdict.USAGE) from error
            for sentence in found[-1].sentences:
                output.complain(sentence) if state.json or not found[-1].usable else state.say(sentence)
    return all(each.usable for each in found)
