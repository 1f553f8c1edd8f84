"""What all verbs share: the state of a run, the way out of it, and the options that each of them takes."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from xvmgate.reports.verdict import USAGE

if TYPE_CHECKING:
    from collections.abc import Callable


class Stop(Exception):  # noqa: N818  # it says what it does, in `raise Stop(...)`
    """The run ends here: one sentence for stderr, and the exit status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class State:
    """What a run knows of itself; `unfinished(message, status)` is the --json document of a run that ends early."""

    def __init__(self, *, json: bool = False) -> None:
        self.json = json
        self.quiet = False
        self.debug = False
        self.unfinished: Callable[[str, int], str] | None = None

    def say(self, text: str, *, always: bool = False) -> None:
        """Print data on stdout, unless the user wants quiet; a reader that went away is no error.

        Raises Stop when stdout cannot be written for another reason.
        """
        if always or not self.quiet:
            try:
                click.echo(text)
            except BrokenPipeError:
                drop_stdout()
            except OSError as error:
                drop_stdout()
                raise Stop(f"the output cannot be written: {error.strerror}", USAGE) from error


class DocumentCommand(click.Command):
    """A command whose --json document is printed even when its words cannot be parsed."""

    def __init__(self, *words: Any, unfinished: Callable[[str, int], str], **settings: Any) -> None:
        super().__init__(*words, **settings)
        self._unfinished = unfinished

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse, after telling the run what to print if that fails."""
        ctx.ensure_object(State).unfinished = self._unfinished
        return super().parse_args(ctx, args)


def error_document(schema: str) -> Callable[[str, int], str]:
    """Return what writes a verb's --json document of a run that came to nothing: its schema, and why."""

    def document(message: str, status: int) -> str:  # noqa: ARG001  # the status is the exit's
        import json  # noqa: PLC0415  # a plain check does without

        return json.dumps({"schema": schema, "error": {"message": message}}, indent=2)

    return document


def drop_stdout() -> None:
    """Send what else is written to stdout nowhere: its reader is gone, and the exit status is still wanted."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _flag(name: str) -> Callable[[click.Context, click.Parameter, bool], None]:
    def remember(ctx: click.Context, param: click.Parameter, value: bool) -> None:  # noqa: ARG001
        if value:
            setattr(ctx.ensure_object(State), name, True)

    return remember


def _shared(*names: str, **settings: Any) -> Callable[[Any], Any]:
    """Return a flag that is remembered in the State and not passed to the verb."""
    attribute = names[-1].lstrip("-")
    return click.option(*names, is_flag=True, is_eager=True, expose_value=False, callback=_flag(attribute), **settings)


quiet = _shared("-q", "--quiet", help="Say nothing but errors; the exit status tells.")
debug = _shared("--debug", help="Show a traceback for a defect of xvmgate.")
as_json = _shared("--json", help="Print JSON on stdout.")


def _use_layouts(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> None:  # noqa: ARG001
    """Make the layout tables of files and directories known to this run. Raises Stop for those that cannot be used."""
    if value and not ctx.resilient_parsing:
        from xvmgate.fixtures.layout import use  # noqa: PLC0415  # rarely wanted
        from xvmgate.fixtures.table import CatalogueError  # noqa: PLC0415  # as above

        try:
            use(value)
        except CatalogueError as error:
            raise Stop(str(error), USAGE) from error


layouts = click.option(
    "--layouts",
    metavar="FILE|DIR",
    multiple=True,
    expose_value=False,
    is_eager=True,
    callback=_use_layouts,
    help="Know the release of this layout table too, or of a directory's; may be repeated.",
)


def paint(text: str, kind: str) -> str:
    """Colour a word by what it stands for; without a terminal, or with NO_COLOR, click takes the colour out again."""
    colours = {
        "drifted": "red",
        "fail": "red",
        "nonconformant": "red",
        "error": "red",
        "unreadable": "red",
        "warn": "yellow",
        "incomplete": "yellow",
        "conformant": "green",
        "same": "green",
    }
    return click.style(text, fg=colours.get(kind), bold=True)
