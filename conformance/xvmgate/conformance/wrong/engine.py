"""Our engine with one mistake: in what it is asked, in the line that it writes, or in the rest of its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from xvmgate.conformance.engine_judge import EngineJudge
from xvmgate.conformance.judging.owner import given_by
from xvmgate.conformance.subjects.answer import PLAN, REFUSED, Answer
from xvmgate.conformance.subjects.own import OwnEngine
from xvmgate.engine.bootargs import BootArgs, render
from xvmgate.engine.extra_args import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from xvmgate.fixtures.vector import Vector

    Before = Callable[[Vector], Vector]
    After = Callable[[Vector, Answer], Answer]
    Edit = Callable[[Vector, BootArgs], BootArgs]


class Wrong(NamedTuple):
    """A wrong engine: the rule that it breaks, its mistake in words, and the mistake."""

    rule: str
    mistake: str
    before: Before = lambda vector: vector
    after: After = lambda vector, answer: answer  # noqa: ARG005  # nothing is wrong with it


class WrongEngine(OwnEngine):
    """A wrong engine as a subject."""

    def __init__(self, wrong: Wrong) -> None:
        super().__init__("0")
        self._wrong = wrong
        self.label = wrong.mistake

    def ask(self, vector: Vector) -> Answer:
        """Return the wrong answer."""
        asked = self._wrong.before(vector)
        good = GOOD.answer(vector) if asked is vector else super().ask(asked)
        return self._wrong.after(vector, good)


GOOD = EngineJudge(OwnEngine("0"))
"""Our engine as it is; what it answers is asked once for all that are wrong."""


def planned(change: Callable[[Vector, dict[str, Any]], dict[str, Any]]) -> After:
    """Return a mistake in plans: `change` returns the keys that are other than they should be."""

    def after(vector: Vector, answer: Answer) -> Answer:
        if answer.kind != PLAN:
            return answer
        return answer._replace(plan=answer.plan | change(vector, answer.plan))

    return after


def on_line(edit: Edit) -> After:
    """Return a mistake on the command line of PV plans."""

    def change(vector: Vector, plan: dict[str, Any]) -> dict[str, Any]:
        line = plan["cmdline"]
        if not line:
            return {}
        kernel, _, rest = line.partition(" ")
        behind = render(edit(vector, parse(rest)))
        return {"cmdline": f"{kernel} {behind}" if behind else kernel}

    return planned(change)


def asked(**keys: Any) -> Before:
    """Return a mistake in what the engine takes a request to be."""
    return lambda vector: vector._replace(request=vector.request | keys)


def loses(*names: str, value: Callable[[str], bool] = lambda text: True) -> After:  # noqa: ARG005  # any
    """Return the mistake that properties of the tool's own are lost; `value` says at which values."""

    def edit(vector: Vector, args: BootArgs) -> BootArgs:
        def lost(name: str, text: str | None) -> bool:
            return name in names and not given_by(name, vector) and value(text or "")

        return args._replace(properties=tuple(each for each in args.properties if not lost(*each)))

    return on_line(edit)


def writes(name: str, change: Callable[[str], str]) -> After:
    """Return the mistake that a property of the tool's own has another value."""

    def edit(vector: Vector, args: BootArgs) -> BootArgs:
        if given_by(name, vector):
            return args
        changed = tuple((key, change(text or "") if key == name else text) for key, text in args.properties)
        return args._replace(properties=changed)

    return on_line(edit)


def loses_word(word: str) -> After:
    """Return the mistake that a word of the tool's own is lost."""

    def edit(vector: Vector, args: BootArgs) -> BootArgs:
        if word in (vector.request.get("extra_args") or "").split():
            return args
        return args._replace(words=tuple(text for text in args.words if text != word))

    return on_line(edit)


def adds(name: str, value: Callable[[Vector], str | None]) -> After:
    """Return the mistake that a property is added where nothing asks for it."""

    def edit(vector: Vector, args: BootArgs) -> BootArgs:
        text = value(vector)
        if text is None or name in dict(args.properties):
            return args
        return args._replace(properties=(*args.properties, (name, text)))

    return on_line(edit)


def passes_over(rule: str) -> After:
    """Return the mistake that what a rule refuses is planned all the same."""

    def after(vector: Vector, answer: Answer) -> Answer:
        if answer.kind != REFUSED or answer.rule != rule:
            return answer
        keys = ("bits", "family", "kernel", "ramdisk", "cmdline", "domain_xml")
        return Answer(PLAN, {"mode": vector.request["mode"], **dict.fromkeys(keys), "cmdline": "/unix"})

    return after


def refuses(rule: str, when: Callable[[Vector], bool]) -> After:
    """Return the mistake that something is refused that is none of the rule's business."""
    refused = Answer(REFUSED, rule=rule, text="no")
    return lambda vector, answer: refused if answer.kind == PLAN and when(vector) else answer


def machine(old: str, new: str, when: Callable[[Vector], bool] = lambda vector: True) -> After:  # noqa: ARG005  # any
    """Return a mistake in the domain: a piece of its XML is another."""

    def change(vector: Vector, plan: dict[str, Any]) -> dict[str, Any]:
        return {"domain_xml": plan["domain_xml"].replace(old, new)} if when(vector) else {}

    return planned(change)


def places(role: str, path: str, other: str, bits: int) -> After:
    """Return the mistake that a kernel or ramdisk is looked for at another path."""

    def change(vector: Vector, plan: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001  # whatever was asked
        if plan[role] != path or plan["bits"] != bits:
            return {}
        found = {role: other}
        if role == "kernel":
            found["cmdline"] = " ".join([other, *plan["cmdline"].split(" ")[1:]])
        return found

    return planned(change)
