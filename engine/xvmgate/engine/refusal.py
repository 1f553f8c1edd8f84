"""How a plan ends that cannot be made: refused by a rule, or asked for in a way that makes no sense."""

from __future__ import annotations


class Refused(Exception):  # noqa: N818  # it says what became of the request
    """A request that a rule refuses: `rule` is its ID, the text one sentence with what, where and what to do."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message


class RequestError(Exception):
    """A request that no rule speaks of because it is none: an option missing, of a wrong shape or against another."""
