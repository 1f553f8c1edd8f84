"""An engine under judgement: asked once for each vector, judged by every rule of it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from xvmgate.fixtures.reading import every_reading
from xvmgate.fixtures.vector import every_vector

from .case import READING
from .finding import Finding, not_applicable, not_checked
from .judging.consistency import fitting, judge_reading
from .judging.match import match
from .judging.verdict import judge_answer, lacking
from .subjects.answer import PLAN, REFUSED, UNSUPPORTED, Answer, Nonsense

if TYPE_CHECKING:
    from xvmgate.fixtures.vector import Vector

    from .case import SuiteCase
    from .judging.match import Match
    from .subjects.answer import Subject


class EngineJudge:
    """One engine with its answers so far; what it answers as `like` did is judged as that was."""

    def __init__(self, subject: Subject, like: EngineJudge | None = None) -> None:
        self.subject = subject
        self._like = like
        self._answers: dict[str, Answer] = {}
        self._matches: dict[str, Match] = {}
        self._fitting: dict[str, tuple[frozenset[str], ...]] = {}

    def judge(self, case: SuiteCase) -> Finding:
        """Return the finding of one of its cases."""
        name = case.vector or ""
        if name.startswith(READING):
            return self._reading(name.removeprefix(READING))
        vector = vectors()[name]
        answer = self.answer(vector)
        found = self.match(vector) if answer.kind in (PLAN, REFUSED) else None
        return judge_answer(case.rule, vector, answer, found)

    def answer(self, vector: Vector) -> Answer:
        """Return its answer to a vector."""
        if vector.id not in self._answers:
            self._answers[vector.id] = self._ask(vector)
        return self._answers[vector.id]

    def match(self, vector: Vector) -> Match:
        """Return the side of the readings that a plan or refusal of its takes."""
        if vector.id not in self._matches:
            like = self._alike(vector)
            self._matches[vector.id] = like.match(vector) if like else match(vector, self.answer(vector))
        return self._matches[vector.id]

    def _alike(self, vector: Vector) -> EngineJudge | None:
        return self._like if self._like and self._like.answer(vector) == self.answer(vector) else None

    def _ask(self, vector: Vector) -> Answer:
        try:
            missing = lacking(self.subject.identity(), vector)
        except Nonsense:
            return self.subject.ask(vector)  # which says why it does not start
        return Answer(UNSUPPORTED, text=missing) if missing else self.subject.ask(vector)

    def _reading(self, name: str) -> Finding:
        shown = [vector for vector in every_vector() if name in vector.readings]
        try:
            self.subject.identity()
        except Nonsense as error:
            return not_checked(f"no answer: {error}")
        reading = next((each for each in every_reading() if each.name == name), None)
        if reading is None:
            return not_applicable(f"no reading {name}")
        return judge_reading(reading, shown, self.sets)

    def sets(self, vector: Vector) -> tuple[frozenset[str], ...]:
        """Return every set of readings whose other side would have given its answer."""
        if vector.id not in self._fitting:
            like = self._alike(vector)
            self._fitting[vector.id] = like.sets(vector) if like else fitting(vector, self.answer(vector))
        return self._fitting[vector.id]


@cache
def vectors() -> dict[str, Vector]:
    """Return all vectors by ID."""
    return {vector.id: vector for vector in every_vector()}
