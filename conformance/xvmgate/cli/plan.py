"""`xvmgate plan`: virt-install's options go in, a boot plan comes out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from xvmgate.conformance.plan_document import SCHEMA, document
from xvmgate.engine.part import Message
from xvmgate.engine.plan import BootPlan, make_plan
from xvmgate.engine.refusal import Refused, RequestError
from xvmgate.engine.request import InstallRequest, validate
from xvmgate.engine.view import seen
from xvmgate.guests.domain import as_text, install_domain
from xvmgate.media import MediumError, open_medium
from xvmgate.reports.verdict import EXIT, NONCONFORMANT, USAGE

from . import options, output, remote
from .facts import parse_facts, parse_readings
from .plan_text import lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from xvmgate.engine.facts import HostFacts
    from xvmgate.media import Medium
    from xvmgate.media.remote import Remote

REFUSED = EXIT[NONCONFORMANT]
"""Exit status of a plan that a rule refuses."""


def _install_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add virt-install's own options, by its own names."""
    for option in reversed(
        [
            click.option("-n", "--name", required=True, help="The guest's name."),
            click.option("-r", "--ram", type=int, required=True, metavar="MB", help="Its memory in megabytes."),
            click.option("-m", "--mac", help="Its MAC address."),
            click.option("-f", "--file", "disks", multiple=True, metavar="PATH", help="A disk; may be repeated."),
            click.option("--hvm", is_flag=True, help="Fully virtualised: it boots its medium by itself."),
            click.option("--paravirt", is_flag=True, help="Paravirtual: kernel and ramdisk come from the medium."),
            click.option("-c", "--cdrom", metavar="ISO", help="An ISO, as the guest's CD."),
            click.option("-l", "--location", metavar="PLACE", help="The medium: a path, nfs:HOST:/path or a URL."),
            click.option("--pxe", is_flag=True, help="Boot from the network (HVM)."),
            click.option("-x", "--extra-args", multiple=True, metavar="ARGS", help="Arguments of the kernel (PV)."),
            click.option("--autocf", metavar="CONFIG", help="JumpStart's place on NFS, AI's name=value,..., a floppy."),
            click.option("--os-type", help="Never chooses anything; what does not fit is said."),
            click.option("--os-variant", help="As --os-type."),
            click.option("--nographics", is_flag=True, help="No display."),
            click.option("--vnc", is_flag=True, help="A display by VNC (HVM)."),
            click.option("-w", "--network", "networks", multiple=True, help="bridge:NAME or network:NAME."),
            click.option("--vcpus", type=int, default=1, help="Processors."),
            click.option("--arch", help="The domain's architecture, where it is to be another than the plan's."),
            click.option("--bootpath", metavar="DEVICE", help="The boot device of an installed ZFS root."),
        ]
    ):
        command = option(command)
    return command


def _unfinished(message: str, status: int) -> str:  # noqa: ARG001  # the status is the exit's
    return json.dumps({"schema": SCHEMA, "error": {"message": message}}, indent=2)


@click.command(
    cls=options.DocumentCommand,
    unfinished=_unfinished,
    short_help="Plan an install: what would be booted, and by which rule.",
)
@_install_options
@click.option(
    "--medium", "at", metavar="MEDIUM", help="Read the medium here, a path or URL, instead of where -l or -c says."
)
@click.option("--host-bits", type=click.Choice(["32", "64"]), help="The host's width, instead of this host's.")
@click.option("--resolve", multiple=True, metavar="NAME=IP", help="A name's address; may be repeated.")
@click.option("--no-dns", is_flag=True, help="Names have no address but by --resolve.")
@click.option("--default-route", metavar="IP", help="The gateway's address, or none, instead of this host's.")
@click.option("--reading", "readings", metavar="NAME=VALUE", multiple=True, help="Switch a reading; may be repeated.")
@click.option("--xml", is_flag=True, help="Print the libvirt domain alone.")
@remote.options
@options.as_json
@options.quiet
@options.debug
@click.pass_obj
def verb(state: options.State, /, **given: Any) -> int:
    """Plan an install as the documented virt-install would make it, and name the rule behind each of its parts.

    Takes virt-install's own options. What a plan depends on beside them are the host's width, addresses and default
    route: they are asked for when a rule needs them, or given, so that a plan can be repeated elsewhere.
    """
    facts = parse_facts(given["host_bits"], given["resolve"], given["default_route"], dns=not given["no_dns"])
    readings = parse_readings(given["readings"])
    try:
        request = _request(given)
        allowed = remote.allowed(given["timeout"], given["download"], given["max_size"], quiet=state.quiet)
        plan = _plan(request, facts, given["at"], readings, allowed)
    except Refused as refused:
        return _refuse(state, refused)
    except (RequestError, MediumError) as error:
        raise options.Stop(str(error), USAGE) from error
    for message in plan.messages:
        output.complain(str(message))
    if state.json:
        state.say(json.dumps(document(request, plan), indent=2), always=True)
    elif given["xml"]:
        state.say(as_text(install_domain(request, plan), pretty=True), always=True)
    else:
        for line in lines(plan):
            state.say(line)
    return 0


def _request(given: dict[str, Any]) -> InstallRequest:
    if given["hvm"] == given["paravirt"]:
        both = "both --hvm and --paravirt" if given["hvm"] else "neither --hvm nor --paravirt"
        raise RequestError(f"{both}: one of them is expected")
    words = given["extra_args"]
    same = {name: given[name] for name in InstallRequest._fields if name in given and name != "extra_args"}
    request = InstallRequest(
        **same, mode="hvm" if given["hvm"] else "pv", extra_args=" ".join(words) if words else None
    )
    validate(request)
    return request


def _plan(
    request: InstallRequest, facts: HostFacts, at: str | None, readings: dict[str, str], allowed: Remote
) -> BootPlan:
    """Make the plan on the real medium; a request that is refused whatever its medium is refused before it is read."""
    place = at or request.cdrom or request.location
    if request.pxe or place is None or (request.mode == "hvm" and request.location):
        return make_plan(request, facts, None, readings)
    with open_medium(place, allowed) as medium:
        plan = make_plan(request, facts, seen(medium), readings)
        return plan if request.mode == "pv" else _with_bios_problem(plan, medium)


def _with_bios_problem(plan: BootPlan, medium: Medium) -> BootPlan:
    """Add a message where no BIOS can boot the medium of an HVM guest: the plan is as the rules say, and useless."""
    from xvmgate.conformance.checks.hvm import bios_problem  # noqa: PLC0415  # HVM from a CD is a rare case

    problem = bios_problem(medium)
    if problem is None:
        return plan
    text = f"{medium.location}: {problem}, so the guest will not boot it; give a medium that a BIOS can boot"
    return plan._replace(messages=(*plan.messages, Message("XVM-HVM-01", text)))


def _refuse(state: options.State, refused: Refused) -> int:
    if state.json:
        body = {"schema": SCHEMA, "refused": {"rule": refused.rule, "message": refused.message}}
        state.say(json.dumps(body, indent=2), always=True)
    output.complain(f"refused by {refused.rule}: {refused.message}")
    return REFUSED
