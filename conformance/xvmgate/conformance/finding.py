"""What a rule's check function returns: a verdict without the rule's name and level, which the catalogue knows."""

from __future__ import annotations

from typing import NamedTuple

from xvmgate.reports.events import ERROR, FAIL, NOT_APPLICABLE, PASS, WARN


class Finding(NamedTuple):
    """One verdict with what was expected, what was found, and a sentence."""

    verdict: str
    expected: str | None
    actual: str | None
    message: str


def passed(expected: str, actual: str, message: str = "") -> Finding:
    """Return a finding that the rule holds."""
    return Finding(PASS, expected, actual, message or actual)


def failed(expected: str, actual: str, message: str = "") -> Finding:
    """Return a finding that the rule is broken."""
    return Finding(FAIL, expected, actual, message or actual)


def warned(expected: str, actual: str, message: str = "") -> Finding:
    """Return a finding that evidence speaks against the medium."""
    return Finding(WARN, expected, actual, message or actual)


def not_applicable(why: str) -> Finding:
    """Return a finding that the rule does not speak here, and why."""
    return Finding(NOT_APPLICABLE, None, None, why)


def not_checked(why: str) -> Finding:
    """Return a finding that the rule speaks here and could not be checked, and why."""
    return Finding(ERROR, None, None, why)
