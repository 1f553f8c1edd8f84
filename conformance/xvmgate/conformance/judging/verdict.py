"""The finding of one case: a rule, a vector, and what a subject answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.conformance.finding import Finding, failed, not_applicable, not_checked, passed, warned
from xvmgate.conformance.subjects.answer import ERROR, PLAN, REFUSED, UNSUPPORTED
from xvmgate.conformance.subjects.needs import needs
from xvmgate.fixtures.reading import every_reading

from .match import match
from .owner import owners
from .rules_of import NOTES, UNSEEN, WHOLE, carrier, rules_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xvmgate.conformance.subjects.answer import Answer, Identity
    from xvmgate.fixtures.vector import Expected, Vector

    from .difference import Difference
    from .match import Match

IN_DOMAIN = frozenset(("XVM-PXE-02", "XVM-JS-05", "XVM-CON-01", "XVM-CON-02"))
"""Rules that only a domain shows."""


def lacking(identity: Identity, vector: Vector) -> str | None:
    """Name the capabilities that a vector needs and a subject does not declare, None where it has all."""
    missing = sorted(needs(vector) - identity.capabilities)
    return " and ".join(missing) if missing else None


def judge_answer(rule: str, vector: Vector, answer: Answer, found: Match | None = None) -> Finding:
    """Judge a rule by the answer to one of its vectors; `found` spares the comparison where it was made before."""
    unseen = _unseen(rule, answer)
    if unseen:
        return unseen
    found = found or match(vector, answer)
    if rule == NOTES:
        return _notes(vector, answer, found)
    own = [each for each in found.differences if _is_own(rule, each, vector)]
    if own:
        return _failed(rule, vector, own, found)
    if found.differences and vector.expect.refused is None and answer.kind == REFUSED:
        return not_applicable(f"the subject refused by {answer.rule}, which {carrier(vector)} reports")
    if rule in IN_DOMAIN and answer.kind == PLAN and answer.plan["domain_xml"] is None:
        return not_applicable("the subject shows no domain_xml, which alone would show it")
    return passed(_expectation(found.side.expected), _said(answer), _sides(found.side.readings))


def _unseen(rule: str, answer: Answer) -> Finding | None:
    """Return the finding where there is nothing to compare, None where there is."""
    if answer.kind == ERROR:
        stderr = f"; stderr: {answer.stderr}" if answer.stderr else ""
        return not_checked(f"no answer: {answer.text or 'an error without a message'}{stderr}")
    if answer.kind == UNSUPPORTED:
        return not_applicable(f"the subject does not support {answer.text}")
    if rule in UNSEEN:
        return not_applicable("no plan shows it; the life cycle of the domain does")
    return None


def _is_own(rule: str, difference: Difference, vector: Vector) -> bool:
    """Say whether a difference is this case's to report: its rule's, or nobody's and it is the carrier."""
    if rule == WHOLE:
        return True
    responsible = set(owners(difference, vector)) & set(rules_of(vector))
    return rule in responsible or (not responsible and rule == carrier(vector))


def _failed(rule: str, vector: Vector, own: Sequence[Difference], found: Match) -> Finding:
    expected = "; ".join(each.expected or "nothing" for each in own)
    actual = "; ".join(each.actual or "missing" for each in own)
    notes = [_sides(found.side.readings)] if found.side.readings else []
    strange = [name for each in own if (name := _strange(each, rule, vector))]
    notes += [f"by {', '.join(dict.fromkeys(strange))}"] if strange else []
    return failed(expected, actual, "; ".join([*notes, vector.because]))


def _strange(difference: Difference, rule: str, vector: Vector) -> str | None:
    """Return the rule that a difference comes from where that is none of the vector's."""
    found = [each for each in owners(difference, vector) if each]
    return found[0] if found and rule not in found else None


def _notes(vector: Vector, answer: Answer, found: Match) -> Finding:
    """Judge what a plan tells of its guests: a finding from evidence, so never a failure."""
    notes = answer.plan.get("notes")
    if notes is None or found.side.readings:
        return not_applicable("the subject tells nothing of what guests make of a plan, or has made another plan")
    expected = "no note" if vector.silent else "a note on what guests make of it"
    said = "; ".join(notes) or "no note"
    return passed(expected, said) if bool(notes) != vector.silent else warned(expected, said)


def _sides(readings: frozenset[str]) -> str:
    """Name the other sides that an answer takes, empty for none."""
    sides = [f"{each.name}={each.alternative}" for each in every_reading() if each.name in readings]
    return f"acceptable: reading {', '.join(sides)}" if sides else ""


def _expectation(expected: Expected) -> str:
    return f"refused by {expected.refused}" if expected.refused else expected.cmdline or f"a plan for {expected.mode}"


def _said(answer: Answer) -> str:
    if answer.kind == REFUSED:
        return f"refused by {answer.rule}"
    return answer.plan["cmdline"] or f"a plan for {answer.plan['mode']}"
