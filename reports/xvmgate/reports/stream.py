"""A run's events as NDJSON, schema xvmgate.events/1: a header, a line a check, a footer; written as they happen.

A stream without its footer is a run that did not end, and is refused.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TextIO

from .events import FAIL, VERDICTS, Header, Subject, SuiteCheck, SuiteReport, count
from .verdict import SEVERITY, of_suite

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SCHEMA = "xvmgate.events/1"
MAX_LINE = 4 << 20
"""Longest line that is read, in bytes: three texts of 64 KiB of control characters, and as much again."""
MAX_LINES = 1_000_000
"""Most lines that are read: a thousand subjects of a thousand checks."""


class StreamError(Exception):
    """A report that cannot be used; the text says which, where and why, in one sentence."""


def write_header(file: TextIO, header: Header) -> None:
    """Write the first line."""
    _write(file, {"event": "start", "schema": SCHEMA, **header.as_dict()})


def write_check(file: TextIO, check: SuiteCheck) -> None:
    """Write a check's line."""
    _write(file, {"event": "check", **check.as_dict()})


def write_footer(file: TextIO, verdict: str, counts: Mapping[str, int], problems: Sequence[str] = ()) -> None:
    """Write the last line."""
    _write(file, {"event": "end", "verdict": verdict, "counts": dict(counts), "problems": list(problems)})


def _write(file: TextIO, event: dict[str, Any]) -> None:
    """Write one line and flush it: whoever follows the run, or finds it cut off, sees how far it came."""
    file.write(json.dumps(event) + "\n")
    file.flush()


def read(path: str) -> SuiteReport:
    """Read a finished run's stream.

    Raises StreamError for a file that cannot be read, is no stream, has no footer, or one that does not fit.
    """
    try:
        with open(path, "rb") as file:
            events = _events(path, file)
            header = _header(path, next(events, None))
            checks, footer = _checks(path, events)
    except OSError as error:
        raise StreamError(f"{path}: cannot be read: {error.strerror}; give an events file") from error
    return _report(path, header, checks, footer)


def _events(path: str, file: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    for number in range(1, MAX_LINES + 1):
        line = file.readline(MAX_LINE + 1)
        if not line:
            return
        if len(line) > MAX_LINE:
            raise StreamError(f"{path}, line {number}: longer than {MAX_LINE} bytes, which no event is")
        try:
            event = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise StreamError(f"{path}, line {number}: no JSON; {SCHEMA} has one object a line") from error
        if not isinstance(event, dict):
            raise StreamError(f"{path}, line {number}: no JSON object; {SCHEMA} has one a line")
        yield number, event
    raise StreamError(f"{path}: more than {MAX_LINES} lines, which no run has")


def _header(path: str, first: tuple[int, dict[str, Any]] | None) -> Header:
    event = first[1] if first else {}
    if event.get("event") != "start" or event.get("schema") != SCHEMA:
        raise StreamError(f"{path}: no {SCHEMA} stream: its first line is to be a start event of that schema")
    try:
        subjects = tuple(Subject(**_texts(item, Subject, ("version",))) for item in event["subjects"])
        texts = {key: event[key] for key in ("rule_set", "document", "xvmgate", "python")}
        started, selected = event["started"], event["selected"]
    except (KeyError, TypeError) as error:
        raise StreamError(f"{path}, line 1: no header of {SCHEMA}: {error}") from error
    header = Header(**texts, subjects=subjects, selected=selected, started=started)
    strings = all(isinstance(text, str) for text in texts.values())
    if not strings or not isinstance(selected, bool) or not isinstance(started, str | None):
        raise StreamError(f"{path}, line 1: no header of {SCHEMA}: a value has the wrong type")
    return header


def _checks(path: str, events: Iterator[tuple[int, dict[str, Any]]]) -> tuple[list[SuiteCheck], dict[str, Any]]:
    checks: list[SuiteCheck] = []
    for number, event in events:
        if event.get("event") == "end":
            for after, _ in events:
                raise StreamError(f"{path}, line {after}: something follows the end event of line {number}")
            return checks, event
        checks.append(as_check(event, f"{path}, line {number}"))
    raise StreamError(f"{path}: no end event: the run did not end; run it again")


def as_check(event: dict[str, Any], where: str) -> SuiteCheck:
    """Return a check's JSON object as the value.

    Raises StreamError, naming the place `where`, for an object that is none.
    """
    try:
        check = SuiteCheck(**_texts(event, SuiteCheck, ("vector", "expected", "actual")))
    except (KeyError, TypeError) as error:
        raise StreamError(f"{where}: no check of {SCHEMA}: {error}") from error
    if event.get("event", "check") != "check" or check.verdict not in VERDICTS:
        raise StreamError(f"{where}: no check of {SCHEMA}: verdict is to be one of {', '.join(VERDICTS)}")
    return check


def _texts(event: Any, kind: type[Any], optional: tuple[str, ...]) -> dict[str, Any]:
    """Return a tuple's fields out of an object; keys of later versions are left.

    Raises KeyError or TypeError.
    """
    found = {name: event[name] for name in kind._fields}
    for name, value in found.items():
        if not isinstance(value, str) and (value is not None or name not in optional):
            raise TypeError(f"{name} is to be a text, not {type(value).__name__}")
    return found


def _report(path: str, header: Header, checks: list[SuiteCheck], footer: dict[str, Any]) -> SuiteReport:
    problems, counts, verdict = footer.get("problems", []), count(checks), footer.get("verdict")
    if not isinstance(problems, list) or not all(isinstance(problem, str) for problem in problems):
        raise StreamError(f"{path}: the end event's problems are no list of texts")
    if footer.get("counts") != counts:
        raise StreamError(f"{path}: the end event's counts are not those of its {len(checks)} checks; run it again")
    found = of_suite(checks, selected=header.selected, problems=problems)
    if verdict not in SEVERITY or SEVERITY.index(verdict) < SEVERITY.index(found):
        why = f"{counts[FAIL]} of its checks fail" if counts[FAIL] else "by its checks"
        raise StreamError(f"{path}: the end event says {verdict!r}, which is better than {found!r}: {why}")
    return SuiteReport(verdict, counts, tuple(checks), header, tuple(problems))
