"""A run read back from a file: an events stream, or the JSON document of `check` or of the suite."""

from __future__ import annotations

import json
from typing import Any

from . import stream
from .events import CHECK_SCHEMA, SUITE_SCHEMA, VERDICTS, Check, CheckReport, MediumResult, Plan, SuiteReport, count
from .stream import StreamError
from .verdict import SEVERITY

MAX_DOCUMENT = 256 << 20
"""Largest JSON document that is read, in bytes."""
GIVE = "give what --xvm-events or --json wrote"
TEXTS = ("location", "verdict")
MAYBE_TEXTS = ("error", "kind", "volume_id", "created", "family", "layout", "sha256")


def read(path: str) -> CheckReport | SuiteReport:
    """Read a run; the kind of file is told by its content.

    Raises StreamError for a file that is none of the three, or a stream of a run that did not end.
    """
    try:
        with open(path, "rb") as file:
            first = file.readline(stream.MAX_LINE + 1)
            if _is_event(first):
                return stream.read(path)
            text = first + file.read(MAX_DOCUMENT + 1)
    except OSError as error:
        raise StreamError(f"{path}: cannot be read: {error.strerror}; {GIVE}") from error
    if len(text) > MAX_DOCUMENT:
        raise StreamError(f"{path}: larger than {MAX_DOCUMENT} bytes, which no report is")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise StreamError(f"{path}: neither events nor a JSON document; {GIVE}") from error
    return _document(path, found)


def _is_event(line: bytes) -> bool:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and "event" in found


def _document(path: str, found: Any) -> CheckReport | SuiteReport:
    schema = found.get("schema") if isinstance(found, dict) else None
    try:
        if schema == CHECK_SCHEMA:
            media = tuple(_medium(medium) for medium in found["media"])
            return CheckReport(_verdict(found), media, _problems(found))
        if schema == SUITE_SCHEMA:
            checks = tuple(stream.as_check(check, path) for check in found["checks"])
            if found["counts"] != count(checks):
                raise StreamError(f"{path}: its counts are not those of its {len(checks)} checks")
            return SuiteReport(_verdict(found), count(checks), checks, None, _problems(found))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StreamError(f"{path}: no document of {schema}: {error}") from error
    raise StreamError(f"{path}: its schema is {str(schema)[:80]!r}; {CHECK_SCHEMA} or {SUITE_SCHEMA} is expected")


def _verdict(found: dict[str, Any]) -> str:
    if found["verdict"] not in SEVERITY:
        raise ValueError(f"verdict is to be one of {', '.join(SEVERITY)}")
    return str(found["verdict"])


def _problems(found: dict[str, Any]) -> tuple[str, ...]:
    problems = found.get("problems", [])
    if not isinstance(problems, list) or not all(isinstance(problem, str) for problem in problems):
        raise TypeError("problems are to be a list of texts")
    return tuple(problems)


def _medium(found: dict[str, Any]) -> MediumResult:
    values = {name: _typed(found[name], name, str) for name in TEXTS}
    values |= {name: _typed(found.get(name), name, str, type(None)) for name in MAYBE_TEXTS}
    values |= {name: _typed(found[name], name, int) for name in ("bytes_read", "requests")}
    _verdict(found)
    plans = {bits: plan and _plan(plan) for bits, plan in ((32, found["plans"]["32"]), (64, found["plans"]["64"]))}
    return MediumResult(plans=plans, checks=tuple(_check(check) for check in found["checks"]), **values)


def _plan(found: dict[str, Any]) -> Plan:
    return Plan(_typed(found["kernel"], "kernel", str), _typed(found["ramdisk"], "ramdisk", str))


def _check(found: dict[str, Any]) -> Check:
    optional = ("expected", "actual")
    kinds = {name: (str, type(None)) if name in optional else (str,) for name in Check._fields}
    check = Check(**{name: _typed(found[name], name, *kind) for name, kind in kinds.items()})
    if check.verdict not in VERDICTS:
        raise ValueError(f"a check's verdict is to be one of {', '.join(VERDICTS)}")
    return check


def _typed(value: Any, name: str, *kinds: type) -> Any:
    if type(value) not in kinds:
        raise TypeError(f"{name} is to be a {kinds[0].__name__}, not {type(value).__name__}")
    return value
