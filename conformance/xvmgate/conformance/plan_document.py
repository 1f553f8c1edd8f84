"""A plan as JSON: the document of schema xvmgate.plan/1, and what protocol 1 answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xvmgate.guests.domain import as_text, install_domain

if TYPE_CHECKING:
    from xvmgate.engine.plan import BootPlan
    from xvmgate.engine.request import InstallRequest

SCHEMA = "xvmgate.plan/1"


def document(request: InstallRequest, plan: BootPlan) -> dict[str, Any]:
    """Return the whole plan; for HVM whatever concerns kernel and command line is null or empty."""
    view = plan.guest_view
    return {
        "schema": SCHEMA,
        **answer(request, plan),
        "flags": plan.args.flags,
        "options": plan.args.options,
        "words": plan.args.words,
        "properties": plan.args.properties,
        "guest_view": view and {**view._asdict(), "notes": plan.guest_notes},
        "trace": [{"rule": rule, "adds": adds} for rule, adds in plan.trace],
        "readings": plan.readings,
    }


def answer(request: InstallRequest, plan: BootPlan) -> dict[str, Any]:
    """Return what an engine answers to a request: the plan's outcome."""
    return {
        "mode": plan.mode,
        "bits": plan.bits,
        "family": plan.family,
        "kernel": plan.kernel,
        "ramdisk": plan.ramdisk,
        "cmdline": plan.cmdline,
        "messages": [str(message) for message in plan.messages],
        "domain_xml": as_text(install_domain(request, plan)),
    }
