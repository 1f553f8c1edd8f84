"""What a subject says: who it is, and its answer to a request, read from JSON that is not to be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from xvmgate.fixtures.vector import Vector

PLAN, REFUSED, UNSUPPORTED, ERROR = "plan", "refused", "unsupported", "error"
PROTOCOL = 1
MAX_TEXT = 64 << 10
"""Characters of one text in an answer; a whole domain takes a twentieth of it."""
MAX_ITEMS = 1000
"""Capabilities, messages or notes in one answer."""
TEXTS = ("mode", "family", "kernel", "ramdisk", "cmdline", "domain_xml")
LISTS = ("messages", "notes")


class Nonsense(Exception):  # noqa: N818  # it says what the answer is
    """An answer that is none; the text says what is wrong with it."""


class Identity(NamedTuple):
    """Who a subject says it is, and what it says it can do."""

    name: str
    version: str | None
    capabilities: frozenset[str]


class Answer(NamedTuple):
    """One answer: `kind` is plan, refused, unsupported or error.

    `plan` holds a plan's keys; `rule` is the refusing rule; `text` is what else there is to say: a refusal's message,
    what is not supported, what went wrong. `stderr` is the end of what the subject said there, for errors.
    """

    kind: str
    plan: dict[str, Any] = {}  # noqa: RUF012  # never changed
    rule: str | None = None
    text: str = ""
    stderr: str = ""


class Subject(Protocol):
    """An engine that can be asked; `label` names it in reports."""

    label: str

    def identity(self) -> Identity:
        """Say who it is; a subject that does not start raises Nonsense."""

    def ask(self, vector: Vector) -> Answer:
        """Return its answer to a vector's request; what goes wrong is an answer too."""

    def close(self) -> None:
        """End it."""


def read_identity(data: object) -> Identity:
    """Read the answer to `start`. Raises Nonsense."""
    if not isinstance(data, dict):
        raise Nonsense("no JSON object answers start")
    if data.get("protocol") != PROTOCOL or isinstance(data["protocol"], bool):
        raise Nonsense(f"start is answered with protocol {shown(data.get('protocol'))}, not {PROTOCOL}")
    name, version = data.get("name"), data.get("version")
    if not isinstance(name, str) or not name or not isinstance(version, str | None):
        raise Nonsense("start is answered without a name, or with a version that is no text")
    capabilities = _texts(data, "capabilities")
    return Identity(name[:MAX_TEXT], version, frozenset(capabilities))


def read_answer(data: object, seq: int) -> Answer:
    """Read the answer to the request with this number. Raises Nonsense."""
    if not isinstance(data, dict):
        raise Nonsense(f"no JSON object: {shown(data)}")
    found = data.get("seq")
    if found != seq or isinstance(found, bool):
        raise Nonsense(f"seq {shown(found)} answers request {seq}")
    kinds = [kind for kind in (PLAN, REFUSED, UNSUPPORTED, ERROR) if kind in data]
    if len(kinds) != 1:
        raise Nonsense(f"one of plan, refused, unsupported and error is expected, not {' and '.join(kinds) or 'none'}")
    body = data[kinds[0]]
    if kinds[0] == PLAN:
        return Answer(PLAN, _plan(body))
    if kinds[0] == UNSUPPORTED:
        return Answer(UNSUPPORTED, text=body if isinstance(body, str) else shown(body))
    if not isinstance(body, dict):
        raise Nonsense(f"{kinds[0]} is no object: {shown(body)}")
    message = body.get("message")
    text = message[:MAX_TEXT] if isinstance(message, str) else ""
    return Answer(kinds[0], rule=_rule(body) if kinds[0] == REFUSED else None, text=text)


def shown(value: object) -> str:
    """Return a value as it may stand in a sentence."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}..."


def _plan(body: object) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise Nonsense(f"plan is no object: {shown(body)}")
    for key in TEXTS:
        if not isinstance(body.get(key), str | None):
            raise Nonsense(f"{key} is no text: {shown(body[key])}")
        if len(body.get(key) or "") > MAX_TEXT:
            raise Nonsense(f"{key} is longer than {MAX_TEXT} characters")
    bits = body.get("bits")
    if not isinstance(bits, int | None) or isinstance(bits, bool):
        raise Nonsense(f"bits is no number: {shown(bits)}")
    plan = {key: body.get(key) for key in (*TEXTS, "bits")}
    return plan | {key: _texts(body, key) for key in LISTS if body.get(key) is not None}


def _rule(body: dict[str, Any]) -> str:
    rule = body.get("rule")
    if not isinstance(rule, str) or not rule:
        raise Nonsense(f"the refusal names no rule: {shown(body)}")
    return rule[:80]


def _texts(data: dict[str, Any], key: str) -> list[str]:
    values = data.get(key, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise Nonsense(f"{key} is no list of texts: {shown(values)}")
    if len(values) > MAX_ITEMS or any(len(value) > MAX_TEXT for value in values):
        raise Nonsense(f"{key} is too long: {len(values)} texts")
    return values
