"""`xvmgate install`: a plan becomes a guest of a libvirt host, and is seen through to its end."""

from __future__ import annotations

import json
import os
from contextlib import ExitStack, suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from xvmgate.engine.refusal import RequestError
from xvmgate.guests.bootfiles import take
from xvmgate.guests.domain import PYGRUB, as_text, install_domain, installed_domain
from xvmgate.guests.identity import new_identity
from xvmgate.guests.installing import carry_out, signals_told
from xvmgate.guests.libvirt_host import Domains, HostError, LibvirtHost
from xvmgate.guests.lifecycle import Action, Done, Event, Life
from xvmgate.reports.text import printable
from xvmgate.reports.verdict import USAGE

from . import options, output, planning, remote
from .install_text import ending, step_line, would_do

if TYPE_CHECKING:
    from xvmgate.engine.plan import BootPlan
    from xvmgate.engine.request import InstallRequest
    from xvmgate.guests.domain import BootFiles
    from xvmgate.media import Medium
    from xvmgate.media.remote import Remote

SCHEMA = "xvmgate.install/1"
LONGEST = 30 * 24 * 60
"""Minutes that a user may set as a limit."""


@click.command(
    cls=options.DocumentCommand,
    unfinished=options.error_document(SCHEMA),
    short_help="Install a guest by libvirt, wait for its end, start it again.",
)
@planning.virt_install()
@planning.medium_option
@planning.facts
@click.option("--connect", metavar="URI", help="The host, as libvirt names it.  [default: what libvirt's settings say]")
@click.option(
    "--wait",
    type=click.IntRange(-1, LONGEST),
    default=-1,
    metavar="MINUTES",
    help="How long the installation may take; 0: do not wait.  [default: as long as it takes]",
)
@click.option("--noreboot", is_flag=True, help="Do not start the guest again when it is installed.")
@click.option("--dry-run", is_flag=True, help="Print what would be done, and do nothing; libvirt is not asked.")
@click.option(
    "--bootloader",
    default=PYGRUB,
    show_default=True,
    metavar="PATH",
    help="The host's pygrub, which boots an installed PV guest.",
)
@remote.options
@options.as_json
@options.quiet
@options.debug
@click.pass_obj
def verb(state: options.State, /, **given: Any) -> int:
    """Install a guest: plan it, start its installer, wait until that ends, start the guest from its disk.

    Takes virt-install's own options, and those of `xvmgate plan`. Whatever goes wrong on the way, nothing half-defined
    stays on the host; the disks are never touched.
    """
    return planning.in_folder(lambda folder: _run(state, given, folder), state, SCHEMA, HostError)


def _run(state: options.State, given: dict[str, Any], folder: str) -> int:
    """Plan, look whether it can be done, take the files, do it: the medium is closed before the guest starts."""
    facts, readings = planning.read_facts(given), planning.read_readings(given)
    request = planning.read_request(given)
    allowed = remote.allowed(given["timeout"], given["download"], given["max_size"], quiet=state.quiet)
    events: SimpleQueue[Event] = SimpleQueue()
    with ExitStack() as stack:
        with planning.medium_of(request, given["at"], allowed) as medium:
            plan = planning.plan_on(medium, request, facts, readings)
            request, plan = _at_their_places(request, plan)
            _need_drives(request, plan)
            if given["dry_run"]:
                return _dry_run(state, request, plan, given)
            host = stack.enter_context(LibvirtHost(given["connect"], events))
            _need_room(host, request, plan)
            files = _take(medium, plan, folder, allowed) if medium and plan.mode == "pv" else None
        job = _job(request, plan, given, files)
        host.take_on(job.domains)
        with signals_told(events):
            return _install(state, host, events, job, given)


class _Job(NamedTuple):
    """What is installed, and of what the host is told."""

    request: InstallRequest
    plan: BootPlan
    domains: Domains
    files: BootFiles | None


def _job(request: InstallRequest, plan: BootPlan, given: dict[str, Any], files: BootFiles | None) -> _Job:
    identity = new_identity(request)
    install = as_text(install_domain(request, plan, identity, files), pretty=True)
    installed = as_text(installed_domain(request, plan, identity, given["bootloader"]), pretty=True)
    return _Job(request, plan, Domains(identity.uuid, install, installed), files)


def _at_their_places(request: InstallRequest, plan: BootPlan) -> tuple[InstallRequest, BootPlan]:
    """Name the drives by whole paths: a host knows nothing of our directory."""
    drives = {
        drive: os.path.abspath(path)
        for drive in ("cdrom", "floppy")
        if (path := getattr(plan.devices, drive)) is not None
    }
    disks = tuple(map(os.path.abspath, request.disks))
    return request._replace(disks=disks), plan._replace(devices=plan.devices._replace(**drives))


def _need_drives(request: InstallRequest, plan: BootPlan) -> None:
    if not request.disks:
        raise RequestError(f"no disk: {request.name} needs one to be installed on; give it with -f")
    for path in filter(None, (*request.disks, plan.devices.cdrom, plan.devices.floppy)):
        if not os.path.exists(path) or os.path.isdir(path):
            found = "it is a directory" if os.path.isdir(path) else "it is not there"
            raise RequestError(f"{path}: a disk or an image is expected, but {found}; make it first")


def _need_room(host: LibvirtHost, request: InstallRequest, plan: BootPlan) -> None:
    if host.has(request.name):
        raise HostError(f"{host.uri}: a domain named {request.name} is there already; give another name with -n")
    if host.remote and plan.mode == "pv":
        raise HostError(
            f"{host.uri}: {host.remote} cannot see what is taken off the medium here; run xvmgate install there"
        )


def _take(medium: Medium, plan: BootPlan, folder: str, allowed: Remote) -> BootFiles:
    try:
        return take(medium, plan, folder, allowed.progress)
    except OSError as error:
        raise options.Stop(f"{folder}: cannot be written: {error.strerror}; TMPDIR says where", USAGE) from error


def _install(
    state: options.State, host: LibvirtHost, events: SimpleQueue[Event], job: _Job, given: dict[str, Any]
) -> int:
    name, minutes, steps = job.request.name, given["wait"], list[str]()

    def told(life: Life, event: Event) -> None:
        if isinstance(event, Done):
            steps.append(event.action.name.lower())
            if event.action is Action.CREATE:
                _forget(job.files)
        line = step_line(life, event, name)
        if line and not state.json:
            with suppress(options.Stop):  # whether anyone reads it or not, the guest is seen through
                state.say(line)

    life = Life(wait=minutes != 0, restart=not given["noreboot"])
    life = carry_out(host, events, life, minutes * 60.0 if minutes > 0 else None, told)
    status, sentence = ending(life, name, host.uri)
    if state.json:
        outcome = life.outcome.name.lower() if life.outcome else None
        state.say(_document(job, host.uri, outcome, sentence, steps), always=True)
    elif status == 0:
        state.say(printable(sentence))
    if status:
        output.complain(sentence)
    return status


def _forget(files: BootFiles | None) -> None:
    """Remove what the host has read: a guest that reboots is made anew, from its disk."""
    for path in files or ():
        os.unlink(path)


def _dry_run(state: options.State, request: InstallRequest, plan: BootPlan, given: dict[str, Any]) -> int:
    job = _job(request, plan, given, None)
    steps = list(would_do(request, plan, given["wait"], restart=not given["noreboot"]))
    if state.json:
        state.say(_document(job, given["connect"], "planned", "nothing was done", steps), always=True)
        return 0
    for line in steps:
        state.say(printable(line))
    state.say(f"\nthe domain that installs:\n{job.domains.install}\n\nthe domain that runs:\n{job.domains.installed}")
    return 0


def _document(job: _Job, uri: str | None, outcome: str | None, message: str, steps: list[str]) -> str:
    plan, domains = job.plan, job.domains
    return json.dumps(
        {
            "schema": SCHEMA,
            "name": job.request.name,
            "uuid": domains.uuid,
            "uri": uri,
            "outcome": outcome,
            "message": message,
            "steps": steps,
            "mode": plan.mode,
            "kernel": plan.kernel,
            "ramdisk": plan.ramdisk,
            "cmdline": plan.cmdline,
            "domains": {"install": domains.install, "installed": domains.installed},
        },
        indent=2,
    )
