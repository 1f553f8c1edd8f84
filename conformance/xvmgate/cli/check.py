"""`xvmgate check`: media go in, a verdict comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xvmgate.conformance.asking import ask
from xvmgate.conformance.judge import judge
from xvmgate.media.location import shown
from xvmgate.reports import verdict
from xvmgate.reports.events import CheckReport, MediumResult

from . import actions, options, output, remote
from .baseline import load_baseline
from .waiving import load_waiving

if TYPE_CHECKING:
    from xvmgate.conformance.question import Question
    from xvmgate.media.remote import Remote

    from .waiving import Waiving


def _nothing_judged(message: str, status: int) -> str:
    return _Run([]).document(message, status)


@click.command(
    cls=options.DocumentCommand, unfinished=_nothing_judged, short_help="Judge installer media by the rules."
)
@click.argument("media", metavar="MEDIUM...", nargs=-1, required=True)
@click.option(
    "--mode",
    type=click.Choice(["pv", "hvm"]),
    default="pv",
    show_default=True,
    help="The kind of guest that is to be installed.",
)
@click.option("--release", metavar="ID", help="Judge by this release's paths (`xvmgate rules --releases`).")
@click.option(
    "--bits",
    type=click.Choice(["32", "64", "both"]),
    help="Demand these widths; without it, every width that is there, and at least one.",
)
@click.option("--rule", "rules", metavar="ID", multiple=True, help="Check this rule only; may be repeated.")
@click.option("--strict", is_flag=True, help="Take warnings for failures.")
@click.option("--waivers", metavar="FILE", help="Waive what this file's owners answer for (`xvmgate waiver`).")
@click.option("--baseline", metavar="FILE", help="Fail what drifted from this capture too (`xvmgate capture`).")
@options.layouts
@click.option("--hash", "hashed", is_flag=True, help="Add each medium's sha256.")
@click.option(
    "--report",
    "reports",
    metavar="FORMAT:FILE",
    multiple=True,
    help=f"Write a report; FORMAT is one of {', '.join(output.FORMATS)}; may be repeated.",
)
@remote.options
@options.as_json
@options.quiet
@options.debug
@click.pass_obj
def verb(
    state: options.State,
    media: tuple[str, ...],
    mode: str,
    release: str | None,
    bits: str | None,
    rules: tuple[str, ...],
    strict: bool,
    waivers: str | None,
    baseline: str | None,
    hashed: bool,
    reports: tuple[str, ...],
    timeout: float | None,
    download: bool,
    max_size: int,
) -> int:
    """Judge each MEDIUM, a directory or an image, here or on a web or NFS server, by the rules for installer media.

    Without --release a width is good when a documented kernel and ramdisk for it are there, and at least one width has
    to be good. A summary line ends each medium; failures and warnings come before it.
    """
    run = _Run(list(media))
    state.unfinished = run.document
    try:
        question = ask(mode=mode, release=release, bits=bits, rules=rules, strict=strict)
        targets = [output.parse_target(text) for text in reports]
    except ValueError as error:
        raise options.Stop(str(error), verdict.USAGE) from error
    allowed = remote.allowed(timeout, download, max_size, quiet=state.quiet)
    run.waiving = load_waiving(waivers)
    known = load_baseline(baseline)
    for location in media:
        result = _one(location, question, state, run.waiving, allowed, hashed=hashed)
        run.results.append(known.apply(result, location, state, allowed) if known else result)
    report = run.report()
    for problem in run.waived():
        output.complain(problem)
    actions.announce(report, question.options())
    for target in targets:
        output.write(target, report, question.options())
    if state.json:
        state.say(output.render("json", report).rstrip("\n"), always=True)
    return verdict.EXIT[report.verdict]


def _one(
    location: str,
    question: Question,
    state: options.State,
    waiving: Waiving | None,
    allowed: Remote,
    *,
    hashed: bool,
) -> MediumResult:
    """Judge one medium and show it."""
    result = judge(location, question, allowed)
    if waiving:
        result = waiving.apply(result, selected=bool(question.rules))
    if hashed and result.kind is not None:
        from .hashing import with_hash  # noqa: PLC0415  # only on demand

        result = with_hash(result, location, allowed)
    if result.error:
        output.complain(result.error)
    if not state.json:
        output.show(result, question, state)
    return result


class _Run:
    """The media of one call and the results so far: enough for its document, however it ends."""

    def __init__(self, locations: list[str]) -> None:
        self.locations = locations
        self.results: list[MediumResult] = []
        self.waiving: Waiving | None = None

    def report(self) -> CheckReport:
        """Return the whole run's report."""
        drifted = [problem for result in self.results if result.drift for problem in result.drift.problems()]
        problems = (*self.waived(), *drifted)
        overall = verdict.worst((result.verdict for result in self.results), problems)
        return CheckReport(overall, tuple(self.results), problems)

    def waived(self) -> list[str]:
        """Return what waivers fail the run with."""
        return self.waiving.problems() if self.waiving else []

    def document(self, message: str, status: int) -> str:
        """Return the document of a run that ended early: what was not judged says why.

        Where all was judged, and only a report could not be written, the verdict stands.
        """
        why = verdict.UNREADABLE if status == verdict.USAGE else verdict.INCOMPLETE
        missing = [MediumResult(shown(place), why, error=message) for place in self.locations[len(self.results) :]]
        report = CheckReport(why, (*self.results, *missing)) if missing or not self.results else self.report()
        return output.render("json", report).rstrip("\n")
