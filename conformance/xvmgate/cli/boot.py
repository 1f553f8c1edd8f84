"""`xvmgate boot`: a plan is started for real, in an emulator, and the guest says what it got."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import click

from xvmgate.engine.refusal import RequestError
from xvmgate.guests.boot import GOOD, NOTHING, Wanted, boot_hvm, boot_pv
from xvmgate.guests.bootfiles import take
from xvmgate.guests.emulator import EmulatorError, find_qemu
from xvmgate.guests.machines import find_xen
from xvmgate.reports.text import printable
from xvmgate.reports.verdict import EXIT, INCOMPLETE, NONCONFORMANT, USAGE

from . import options, output, planning, remote
from .boot_text import sentence

if TYPE_CHECKING:
    from xvmgate.engine.plan import BootPlan
    from xvmgate.engine.request import InstallRequest
    from xvmgate.guests.boot import Booted
    from xvmgate.media import Medium
    from xvmgate.media.remote import Remote

SCHEMA = "xvmgate.boot/1"
NAME, RAM = "xvmgate-boot", 1024
"""A guest's name where none is given, and its memory in MB: as much as makes it a 64-bit one (XVM-MODE-01)."""
MAX_RAM = 1 << 20
"""MB that an emulated machine may have."""


@click.command(
    cls=options.DocumentCommand,
    unfinished=options.error_document(SCHEMA),
    short_help="Boot a medium in an emulator, as it is planned.",
)
@click.argument("medium", metavar="MEDIUM")
@click.option("-n", "--name", default=NAME, show_default=True, help="The guest's name.")
@click.option("-r", "--ram", type=int, default=RAM, show_default=True, metavar="MB", help="Its memory in megabytes.")
@planning.virt_install("mac", "hvm", "location", "extra_args", "autocf", "nographics", "bootpath")
@planning.facts
@click.option("--until", metavar="TEXT", help="Wait until the guest says this; it is good when it does.")
@click.option(
    "--limit",
    type=remote.Seconds(),
    default=120,
    show_default=True,
    metavar="S",
    help="Seconds that the machine may take.",
)
@click.option("--xen", metavar="FILE", help="Xen, for PV guests.  [default: the newest /boot/xen*.gz]")
@click.option("--qemu", metavar="COMMAND", help="The emulator.  [default: qemu-system-x86_64]")
@remote.options
@options.as_json
@options.quiet
@options.debug
@click.pass_obj
def verb(state: options.State, /, **given: Any) -> int:
    """Boot MEDIUM in QEMU and show what it says on its console.

    A PV guest is the medium's own kernel and ramdisk, started by Xen with the plan's command line. With --hvm a BIOS
    boots the ISO, up to its GRUB. -l says what the plan is about where MEDIUM only stands for it.

    The guest of a medium that `xvmgate build` made reports what it got, and that is compared with the plan to the
    letter. Other guests boot when they say something, or with --until when they say that.
    """
    return planning.in_folder(lambda folder: _run(state, given, folder), state, SCHEMA, EmulatorError)


def _run(state: options.State, given: dict[str, Any], folder: str) -> int:
    facts = planning.read_facts(given | {"host_bits": given["host_bits"] or "64"})  # the emulated host is one
    readings, request = planning.read_readings(given), _request(given)
    allowed = remote.allowed(given["timeout"], given["download"], given["max_size"], quiet=state.quiet)
    with planning.medium_of(request, given["medium"], allowed) as medium:
        plan = planning.plan_on(medium, request, facts, readings)
        booted = _boot(state, medium, request, plan, given, folder, allowed)
    return _tell(state, given["medium"], plan, booted)


def _request(given: dict[str, Any]) -> InstallRequest:
    """Return what is asked for: MEDIUM is the CD of an HVM guest, and the place of a PV one unless -l names another."""
    if not 1 <= given["ram"] <= MAX_RAM:
        raise RequestError(f"-r {given['ram']}: a number of megabytes from 1 to {MAX_RAM} is expected")
    place = {"location": given["location"] or given["medium"]}
    if given["hvm"]:
        if not os.path.isfile(given["medium"]):
            raise RequestError(f"{given['medium']}: an ISO on this machine is expected with --hvm")
        place = {"cdrom": os.path.abspath(given["medium"])}
    return planning.read_request(given | place | {"paravirt": not given["hvm"]})


def _boot(
    state: options.State,
    medium: Medium | None,
    request: InstallRequest,
    plan: BootPlan,
    given: dict[str, Any],
    folder: str,
    allowed: Remote,
) -> Booted:
    wanted = Wanted(given["until"], given["limit"], _teller(state), find_qemu(given["qemu"]), given["xen"])
    try:
        if plan.mode == "hvm" or medium is None:
            return boot_hvm(plan, request.ram, folder, wanted)
        if plan.bits != 64:
            raise RequestError(
                "a 32-bit guest is planned, and Xen here starts 64-bit ones only; give -r 1024 or more, and no "
                "--host-bits 32"
            )
        wanted = wanted._replace(xen=find_xen(given["xen"]))  # before anything is copied
        files = take(medium, plan, folder, allowed.progress, request.ram << 20)
        return boot_pv(files, plan.cmdline or "", request.ram, folder, wanted)
    except OSError as error:
        raise options.Stop(f"{folder}: cannot be written: {error.strerror}; TMPDIR says where", USAGE) from error


def _teller(state: options.State) -> Any:
    def told(line: str) -> None:
        if line.strip() and not state.json:
            state.say(printable(line.rstrip()))

    return told


def _tell(state: options.State, location: str, plan: BootPlan, booted: Booted) -> int:
    text = sentence(booted)
    if state.json:
        state.say(_document(location, plan, booted, text), always=True)
    if booted.verdict in GOOD:
        if not state.json:
            state.say(printable(text))
        return 0
    output.complain(f"{location}: {text}")
    return EXIT[INCOMPLETE if booted.verdict == NOTHING else NONCONFORMANT]


def _document(location: str, plan: BootPlan, booted: Booted, text: str) -> str:
    return json.dumps(
        {
            "schema": SCHEMA,
            "location": location,
            "mode": plan.mode,
            "verdict": booted.verdict,
            "message": text,
            "kernel": plan.kernel,
            "ramdisk": plan.ramdisk,
            "cmdline": plan.cmdline,
            "report": booted.report._asdict() if booted.report else None,
            "console": booted.log.splitlines(),
        },
        indent=2,
    )
