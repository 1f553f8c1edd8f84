"""An adapter tried before it is judged: does it start, what does it declare, does it answer, and does it end."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .engine_judge import vectors
from .protocol import CAPABILITIES
from .subjects.answer import ERROR, PLAN, REFUSED, UNSUPPORTED, Answer, Nonsense
from .subjects.needs import needs

if TYPE_CHECKING:
    from .subjects.program import Program

TRIED = {
    "pv": "pv-nevada-iso",
    "hvm": "hvm-solaris10",
    "netinstall": "net-guest-resolves",
    "jumpstart": "js-iso",
    "ai": "ai-http",
    "zfs": "zfs-document-line",
}
"""A plain vector for each capability that has requests of its own."""


class Smoke(NamedTuple):
    """What came of it: whether there is any use in judging it, and sentences about it."""

    usable: bool
    sentences: tuple[str, ...]


def smoke(program: Program) -> Smoke:
    """Try a program, and end it."""
    try:
        identity = program.identity()
    except Nonsense as error:
        advice = "it has to answer a line of JSON to start; see docs/protocol.md"
        return Smoke(usable=False, sentences=(f"{program.label}: {error}; {advice}",))
    said = [f"{program.label}: starts, and is {identity.name} {identity.version or 'without a version'}"]
    said += _declared(identity.capabilities)
    answered = 0
    for capability, name in TRIED.items():
        if capability in identity.capabilities and needs(vectors()[name]) <= identity.capabilities:
            sentence, fine = _try(program, capability, name)
            said.append(sentence)
            answered += fine
    if not program.ends():
        said.append("it does not end when it is told to stop: it is killed")
    if not answered:
        said.append("it answers nothing that could be judged")
    return Smoke(bool(answered), tuple(said))


def _declared(capabilities: frozenset[str]) -> list[str]:
    known = [name for name in CAPABILITIES if name in capabilities]
    unknown = sorted(capabilities - set(CAPABILITIES))
    said = [f"it declares {', '.join(known) or 'no capability'}"]
    if unknown:
        said.append(
            f"it declares {', '.join(unknown)}, which protocol 1 does not know (known: {', '.join(CAPABILITIES)})"
        )
    if not {"pv", "hvm"} & capabilities:
        said.append("it declares neither pv nor hvm, and every request is for one of them: it will be asked nothing")
    return said


def _try(program: Program, capability: str, name: str) -> tuple[str, bool]:
    """Ask a vector twice; say what came of it, and whether it was an answer."""
    first, second = (program.ask(vectors()[name]) for _ in range(2))
    if ERROR in (first.kind, second.kind):
        failed = first if first.kind == ERROR else second
        stderr = f"; stderr: {failed.stderr}" if failed.stderr else ""
        return f"{capability}: no answer to {name}: {failed.text}{stderr}", False
    if first != second:
        return f"{capability}: answers {name} in two ways: {_shown(first)}, then {_shown(second)}", True
    if first.kind == UNSUPPORTED:
        return f"{capability}: declared, but {name} is answered with unsupported {first.text}", True
    return f"{capability}: answers {name} with {_shown(first)}", True


def _shown(answer: Answer) -> str:
    if answer.kind == PLAN:
        return f"a plan, {answer.plan['cmdline'] or answer.plan['mode'] or 'which says nothing'}"
    return f"a refusal by {answer.rule}" if answer.kind == REFUSED else f"unsupported {answer.text}"
