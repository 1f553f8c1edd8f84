"""What `plan`, `install` and `boot` share: virt-install's options, the host's facts, a plan on a real medium."""

from __future__ import annotations

import json
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from xvmgate.engine.part import Message
from xvmgate.engine.plan import BootPlan, make_plan
from xvmgate.engine.refusal import Refused, RequestError
from xvmgate.engine.request import InstallRequest, validate
from xvmgate.engine.view import seen
from xvmgate.media import MediumError, open_medium
from xvmgate.reports.verdict import EXIT, NONCONFORMANT, USAGE

from . import output
from .facts import parse_facts, parse_readings
from .options import Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xvmgate.engine.facts import HostFacts
    from xvmgate.media import Medium
    from xvmgate.media.remote import Remote

    from .options import State

    Command = Callable[..., Any]

REFUSED = EXIT[NONCONFORMANT]
"""Exit status of a plan that a rule refuses."""
VIRT_INSTALL = {
    "name": click.option("-n", "--name", required=True, help="The guest's name."),
    "ram": click.option("-r", "--ram", type=int, required=True, metavar="MB", help="Its memory in megabytes."),
    "mac": click.option("-m", "--mac", help="Its MAC address."),
    "disks": click.option("-f", "--file", "disks", multiple=True, metavar="PATH", help="A disk; may be repeated."),
    "hvm": click.option("--hvm", is_flag=True, help="Fully virtualised: it boots its medium by itself."),
    "paravirt": click.option("--paravirt", is_flag=True, help="Paravirtual: kernel and ramdisk come from the medium."),
    "cdrom": click.option("-c", "--cdrom", metavar="ISO", help="An ISO, as the guest's CD."),
    "location": click.option("-l", "--location", metavar="PLACE", help="The medium: a path, nfs:HOST:/path or a URL."),
    "pxe": click.option("--pxe", is_flag=True, help="Boot from the network (HVM)."),
    "extra_args": click.option(
        "-x", "--extra-args", multiple=True, metavar="ARGS", help="Arguments of the kernel (PV)."
    ),
    "autocf": click.option(
        "--autocf", metavar="CONFIG", help="JumpStart's place on NFS, AI's name=value,..., a floppy."
    ),
    "os_type": click.option("--os-type", help="Never chooses anything; what does not fit is said."),
    "os_variant": click.option("--os-variant", help="As --os-type."),
    "nographics": click.option("--nographics", is_flag=True, help="No display."),
    "vnc": click.option("--vnc", is_flag=True, help="A display by VNC (HVM)."),
    "networks": click.option("-w", "--network", "networks", multiple=True, help="bridge:NAME or network:NAME."),
    "vcpus": click.option("--vcpus", type=int, default=1, help="Processors."),
    "arch": click.option("--arch", help="The domain's architecture, where it is to be another than the plan's."),
    "bootpath": click.option("--bootpath", metavar="DEVICE", help="The boot device of an installed ZFS root."),
}
"""virt-install's own options, by their names in InstallRequest; hvm and paravirt are its mode."""
FACTS = {
    "host_bits": click.option(
        "--host-bits", type=click.Choice(["32", "64"]), help="The host's width, instead of this host's."
    ),
    "resolve": click.option("--resolve", multiple=True, metavar="NAME=IP", help="A name's address; may be repeated."),
    "no_dns": click.option("--no-dns", is_flag=True, help="Names have no address but by --resolve."),
    "default_route": click.option(
        "--default-route", metavar="IP", help="The gateway's address, or none, instead of this host's."
    ),
    "readings": click.option(
        "--reading", "readings", metavar="NAME=VALUE", multiple=True, help="Switch a reading; may be repeated."
    ),
}
"""What a plan depends on beside the request."""


def virt_install(*names: str) -> Callable[[Command], Command]:
    """Return a decorator that adds virt-install's options of these names, or all of them."""
    return _adding([VIRT_INSTALL[name] for name in names or VIRT_INSTALL])


def facts(command: Command) -> Command:
    """Add the options that state facts of the host."""
    return _adding(list(FACTS.values()))(command)


def medium_option(command: Command) -> Command:
    """Add --medium."""
    words = "Read the medium here, a path or URL, instead of where -l or -c says."
    return _adding([click.option("--medium", "at", metavar="MEDIUM", help=words)])(command)


def _adding(decorators: list[Callable[[Command], Command]]) -> Callable[[Command], Command]:
    def add(command: Command) -> Command:
        for option in reversed(decorators):
            command = option(command)
        return command

    return add


def read_facts(given: dict[str, Any]) -> HostFacts:
    """Return the facts that the options state, and the host's where they state none. Raises Stop."""
    return parse_facts(given["host_bits"], given["resolve"], given["default_route"], dns=not given["no_dns"])


def read_readings(given: dict[str, Any]) -> dict[str, str]:
    """Return the readings that the options switch. Raises Stop."""
    return parse_readings(given["readings"])


def read_request(given: dict[str, Any]) -> InstallRequest:
    """Return what the options ask for. Raises RequestError."""
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


@contextmanager
def medium_of(request: InstallRequest, at: str | None, allowed: Remote) -> Iterator[Medium | None]:
    """Open the medium of a request; None where none is read, be it that the request is refused whatever it holds."""
    place = at or request.cdrom or request.location
    if request.pxe or place is None or (request.mode == "hvm" and request.location):
        yield None
        return
    with open_medium(place, allowed) as medium:
        yield medium


def plan_on(medium: Medium | None, request: InstallRequest, facts: HostFacts, readings: dict[str, str]) -> BootPlan:
    """Make the plan, and say on stderr what it has to say. Raises Refused, RequestError, MediumError."""
    plan = make_plan(request, facts, None if medium is None else seen(medium), readings)
    if medium is not None and request.mode == "hvm":
        plan = _with_bios_problem(plan, medium)
    for message in plan.messages:
        output.complain(str(message))
    return plan


def _with_bios_problem(plan: BootPlan, medium: Medium) -> BootPlan:
    """Add a message where no BIOS can boot the medium of an HVM guest: the plan is as the rules say, and useless."""
    from xvmgate.conformance.checks.hvm import bios_problem  # noqa: PLC0415  # HVM from a CD is a rare case

    problem = bios_problem(medium)
    if problem is None:
        return plan
    text = f"{medium.location}: {problem}, so the guest will not boot it; give a medium that a BIOS can boot"
    return plan._replace(messages=(*plan.messages, Message("XVM-HVM-01", text)))


def in_folder(run: Callable[[str], int], state: State, schema: str, failure: type[Exception]) -> int:
    """Run a verb with a directory of its own, which is gone at the end, whoever ends us; return the exit status.

    `failure` is what may come of the part that is real. Raises Stop for that, and for what `plan_on` raises.
    """
    import tempfile  # noqa: PLC0415  # `plan` does without

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with tempfile.TemporaryDirectory(prefix="xvmgate-") as folder:
            return run(folder)
    except Refused as refused:
        return refuse(state, refused, schema)
    except (RequestError, MediumError, failure) as error:
        raise Stop(str(error), USAGE) from error


def refuse(state: State, refused: Refused, schema: str) -> int:
    """Say what refuses the request, with --json in the verb's document; return the exit status."""
    if state.json:
        body = {"schema": schema, "refused": {"rule": refused.rule, "message": refused.message}}
        state.say(json.dumps(body, indent=2), always=True)
    output.complain(f"refused by {refused.rule}: {refused.message}")
    return REFUSED
