"""A plan for people: its command line broken by rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.engine.bootargs import BootArgs, render
from xvmgate.fixtures.rule import get
from xvmgate.reports.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xvmgate.engine.plan import BootPlan

COLUMN = 58
"""Where the rule of a part stands."""
UMBRELLAS = ("XVM-ARGS-02", "XVM-ARGS-03", "XVM-ARGS-04")
"""Rules about whole groups of arguments: each argument has one of its own."""


def lines(plan: BootPlan) -> Iterator[str]:
    """Yield the lines that show a plan: what is booted, the command line by its parts, the machine."""
    owners = {adds: rule for rule, adds in reversed(plan.trace) if adds and rule not in UMBRELLAS}
    if plan.mode == "pv":
        yield f"{plan.family}, paravirtual, {plan.bits}-bit"
        yield _row("kernel   ", plan.kernel or "", owners)
        yield _row("ramdisk  ", plan.ramdisk or "", owners)
        yield f"cmdline  {printable(plan.cmdline or '')}"
        token, *rest = _parts(plan)
        yield _row("  ", token, {token: "XVM-PV-01"})
        for part in rest:
            yield _row("  ", part, owners)
    else:
        yield "fully virtualised"
    for adds, rule in owners.items():
        if rule in ("XVM-HVM-01", "XVM-PXE-02", "XVM-JS-05", "XVM-CON-01") or adds.startswith("CD "):
            yield _row("machine  ", adds, {adds: rule})
    for name, side in plan.readings.items():
        yield f"reading  {name}={side}"
    for note in plan.guest_notes:
        yield f"guest    {printable(note)}"


def _parts(plan: BootPlan) -> Iterator[str]:
    """Yield the command line's parts in their order: kernel, flags, options, words, properties."""
    args = plan.args
    yield (plan.cmdline or "").split(" ", 1)[0]
    if args.flags:
        yield f"-{args.flags}"
    for option in args.options:
        yield render(BootArgs(options=(option,)))
    yield from args.words
    for item in args.properties:
        yield render(BootArgs(properties=(item,))).removeprefix("-B ")


def _row(label: str, text: str, owners: dict[str, str]) -> str:
    rule = owners.get(text)
    left = f"{label}{printable(text)}"
    return f"{left.ljust(COLUMN)} {rule}  {get(rule).title}" if rule else left
