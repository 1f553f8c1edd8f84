"""An answer against one expectation: every difference, by meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.conformance.subjects.answer import PLAN

from . import line
from .difference import Difference
from .machine import XmlError, read_domain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xvmgate.conformance.subjects.answer import Answer
    from xvmgate.fixtures.vector import Expected

FIELDS = ("mode", "bits", "family", "kernel", "ramdisk")
BASE = ("bits", "token", "kernel", "ramdisk")
"""Kinds of differences in what is booted."""
SPOKEN = {"XVM-ARGS-05": ("XVM-ARGS-05", "-m"), "XVM-CON-02": ("XVM-CON-02", "vnc")}
"""Rules that demand a message, and what one of the messages has to hold: the rule's ID, or the option."""


def compare(expected: Expected, answer: Answer) -> list[Difference]:
    """Return what differs between what is expected and a plan or a refusal."""
    if expected.refused or answer.kind != PLAN:
        return list(_refusal(expected, answer))
    plan = answer.plan
    found = []
    for field in FIELDS:
        wanted, given = getattr(expected, field), plan[field]
        if wanted is not None and given != wanted:
            found.append(Difference(field, str(wanted), None if given is None else str(given)))
    cmdline = plan["cmdline"] or ""
    if expected.cmdline is not None:
        found += line.differences(expected.cmdline, cmdline)
    elif cmdline:
        found.append(Difference("passed", None, cmdline))
    return [*_by_width(found), *_machine(expected, answer), *_messages(expected, answer)]


def _by_width(found: list[Difference]) -> list[Difference]:
    """Take what is of the other width for one difference: kernel and ramdisk only follow the width."""
    base = [each for each in found if each.kind in BASE]
    if not any(each.kind == "bits" or _other_width(each) for each in base):
        return found
    expected, actual = (", ".join(filter(None, side)) for side in zip(*(each[1:] for each in base), strict=True))
    return [Difference("width", expected, actual), *(each for each in found if each.kind not in BASE)]


def _other_width(difference: Difference) -> bool:
    paths = [side for side in difference[1:] if side]
    return len({"/amd64/" in path for path in paths}) > 1


def _refusal(expected: Expected, answer: Answer) -> Iterator[Difference]:
    if answer.kind == PLAN:
        plan = answer.plan
        yield Difference("refusal", f"refused by {expected.refused}", plan["cmdline"] or f"a plan for {plan['mode']}")
    elif answer.rule != expected.refused:
        wanted = f"refused by {expected.refused}" if expected.refused else expected.cmdline or "a plan"
        yield Difference(f"refusal:{answer.rule}", wanted, f"refused by {answer.rule}: {answer.text}")


def _machine(expected: Expected, answer: Answer) -> Iterator[Difference]:
    """Yield what differs in the machine; a subject that shows none is not judged by it."""
    text = answer.plan["domain_xml"]
    if not expected.domain or text is None:
        return
    try:
        machine = read_domain(text)
    except XmlError as error:
        wanted = expected.domain.items()
        yield from (Difference(f"domain:{key}", _shown(key, value), str(error)) for key, value in wanted)
        return
    for key, value in expected.domain.items():
        if machine[key] != value:
            yield Difference(f"domain:{key}", _shown(key, value), _shown(key, machine[key]))


def _shown(key: str, value: object) -> str:
    text = " ".join(value) if isinstance(value, list) else str(value).lower() if isinstance(value, bool) else str(value)
    return f"{key} {text or 'none'}"


def _messages(expected: Expected, answer: Answer) -> Iterator[Difference]:
    """Yield the messages that a rule demands and that are missing; a subject that shows none is not judged by it."""
    said = answer.plan.get("messages")
    if said is None:
        return
    for rule, words in SPOKEN.items():
        if rule in (expected.messages or ()) and not any(word in text for text in said for word in words):
            yield Difference(f"message:{rule}", f"a message ({rule})", "; ".join(said) or None)
