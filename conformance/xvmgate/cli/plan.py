"""`xvmgate plan`: virt-install's options go in, a boot plan comes out."""

from __future__ import annotations

import json
from typing import Any

import click

from xvmgate.conformance.plan_document import SCHEMA, document
from xvmgate.engine.refusal import Refused, RequestError
from xvmgate.guests.domain import as_text, install_domain
from xvmgate.media import MediumError
from xvmgate.reports.verdict import USAGE

from . import options, planning, remote
from .plan_text import lines


@click.command(
    cls=options.DocumentCommand,
    unfinished=options.error_document(SCHEMA),
    short_help="Plan an install: what would be booted, and by which rule.",
)
@planning.virt_install()
@planning.medium_option
@planning.facts
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
    facts, readings = planning.read_facts(given), planning.read_readings(given)
    try:
        request = planning.read_request(given)
        allowed = remote.allowed(given["timeout"], given["download"], given["max_size"], quiet=state.quiet)
        with planning.medium_of(request, given["at"], allowed) as medium:
            plan = planning.plan_on(medium, request, facts, readings)
    except Refused as refused:
        return planning.refuse(state, refused, SCHEMA)
    except (RequestError, MediumError) as error:
        raise options.Stop(str(error), USAGE) from error
    if state.json:
        state.say(json.dumps(document(request, plan), indent=2), always=True)
    elif given["xml"]:
        state.say(as_text(install_domain(request, plan), pretty=True), always=True)
    else:
        for line in lines(plan):
            state.say(line)
    return 0
