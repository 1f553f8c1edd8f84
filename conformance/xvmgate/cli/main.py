"""The command's entry point: verbs are loaded when they are called, and every way out has its exit status."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from typing import NoReturn

import click

from xvmgate.reports.verdict import DEFECT, INTERRUPTED, USAGE

from . import options

VERBS = {
    "boot": "Boot a medium in an emulator, as it is planned.",
    "build": "Build synthetic media, good or broken.",
    "capture": "Write down what a medium holds, for `drift`.",
    "check": "Judge installer media by the rules.",
    "drift": "Say what moved between two builds, by rule.",
    "engine": "Answer plan requests on stdin, a line of JSON each.",
    "explain": "Say what a rule, a reading or a layout means.",
    "extract": "Copy a medium's kernel and ramdisk out of it.",
    "install": "Install a guest by libvirt, wait for its end, start it again.",
    "learn": "Write the layout table of an unknown medium.",
    "plan": "Plan an install: what would be booted, and by which rule.",
    "report": "Make reports out of a run's events or JSON.",
    "rules": "List the rules, or the known releases.",
    "schema": "Print a JSON schema of what xvmgate writes or reads.",
    "serve": "Serve a medium over HTTP, as an AI server does.",
    "suite": "Judge engines by the rules, and the known media.",
    "waiver": "Add, list and prune waivers.",
}
"""Every verb with its line in the help; its module has the same name and holds a command `verb`."""


class Verbs(click.Group):
    """A group that imports a verb's module only when that verb is wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the verbs."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return a verb's command, None for an unknown one."""
        if cmd_name not in VERBS:
            return None
        verb: click.Command = import_module(f".{cmd_name}", __package__).verb
        return verb

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of verbs without loading them."""
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))


def show_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:  # noqa: ARG001
    """Print the version and stop."""
    if value and not ctx.resilient_parsing:
        from importlib.metadata import version  # noqa: PLC0415  # slow to import, rarely wanted

        click.echo(f"xvmgate {version('xvmgate')}")
        ctx.exit()


@click.group(
    cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}, no_args_is_help=False
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=show_version,
    help="Print the version and exit.",
)
@options.quiet
@options.debug
@click.pass_context
def xvmgate(ctx: click.Context) -> None:
    """Say whether a Solaris-family installer medium can still be installed as a Xen guest.

    Exit status: 0 conformant or done; 1 not conformant, refused, or drifted; 2 interrupted; 3 a defect of xvmgate; 4
    usage, or input that cannot be read; 5 nothing was checked, or a rule that had to run did not.
    """
    from .defaults import load_defaults  # noqa: PLC0415  # not needed for --help and --version

    ctx.default_map = load_defaults()


def run(arguments: list[str] | None = None) -> NoReturn:
    """Run the command and exit; the option parser's status for misuse, 2, becomes 4."""
    words = sys.argv[1:] if arguments is None else arguments
    state = options.State(json="--json" in words)
    colour = False if os.environ.get("NO_COLOR") else None
    try:
        status = xvmgate.main(words, prog_name="xvmgate", standalone_mode=False, obj=state, color=colour)
        finish(status if isinstance(status, int) else 0)
    except (click.Abort, KeyboardInterrupt):
        fail(state, "interrupted", INTERRUPTED)
    except click.ClickException as error:
        fail(state, _misuse(error), USAGE)
    except options.Stop as stop:
        fail(state, str(stop), stop.status)
    except Exception as error:  # noqa: BLE001  # the one place where our own defects end
        if state.debug:
            import traceback  # noqa: PLC0415  # only defects need it

            traceback.print_exc()
        fail(
            state,
            f"a defect of xvmgate: {type(error).__name__}: {error}; --debug shows where, please report it",
            DEFECT,
        )


def _misuse(error: click.ClickException) -> str:
    """Return the option parser's complaint in one line, with where to find help."""
    place = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "xvmgate"
    return f"{' '.join(error.format_message().split()).rstrip('.')}; see `{place} --help`"


def fail(state: options.State, message: str, status: int) -> NoReturn:
    """Say on stderr, in one line, why the run ends, and exit; with --json stdout holds the verb's document too."""
    from xvmgate.media.location import mask  # noqa: PLC0415  # only failures need it
    from xvmgate.reports.text import printable  # noqa: PLC0415  # as above

    message = mask(message)
    if state.json and state.unfinished:
        state.say(state.unfinished(message, status), always=True)
    click.echo(f"xvmgate: {printable(message)}", err=True)
    finish(status)


def finish(status: int) -> NoReturn:
    """Flush stdout and exit; output that cannot be written is an error, a reader that went away is none."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        options.drop_stdout()
    except OSError as error:
        options.drop_stdout()
        click.echo(f"xvmgate: the output cannot be written: {error.strerror}", err=True)
        status = USAGE
    deadline = sys.modules.get("xvmgate.media.deadline")  # only where a medium was not here
    if deadline and deadline.left_behind():
        sys.stderr.flush()
        os._exit(status)  # whatever still hangs is not waited for
    gc.freeze()  # the interpreter's last collections find nothing to do
    sys.exit(status)
